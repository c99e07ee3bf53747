"""Whether a claim of the paper holds here: one rule for all claims, with every threshold a parameter.

The rule was fixed before any figure of research questions 2 and 3 was seen; an earlier run of research question 1 was
known.

Our figure comes with a 95 % bootstrap interval over the models or cases behind it. A claim is

- "reproduced" when ours lies on the published figure's side of the neutral value and its 95 % interval covers the
  published figure, or when ours is equivalent to it: the 90 % interval lies within the margin around it, which is the
  decision of two one-sided tests at 5 %;
- "direction only" when ours lies on the same side, and neither holds;
- "not reproduced" when it lies on the other side;
- "not tested at this scale" when a part of what the claim is about has no record, when fewer than ``least_values``
  values are behind ours, or when its interval covers the published figure but is wider than ``widest`` margins to each
  side: such an interval would confirm nearly anything.

The neutral value says what direction means: no change (0) for deltas, one half for a share of models, and equality with
the parent (1) for the Jaccard index. Two figures within a tenth of the margin of it count as one side: -0.02 and +0.05
points are both "no change". Where the published data give another figure than the text, either may be reproduced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rnn_modules.reporting.analysis.statistics import Estimate, Interval

REPRODUCED = "reproduced"
DIRECTION_ONLY = "direction only"
NOT_REPRODUCED = "not reproduced"
NOT_TESTED = "not tested at this scale"
VERDICTS = (REPRODUCED, DIRECTION_ONLY, NOT_REPRODUCED, NOT_TESTED)
# A recomputed figure this near is the published one before rounding.
_ROUNDING = 0.0101


@dataclass(frozen=True)
class Verdict:
    """The verdict, and the figure it speaks of: "published" or "recomputed".

    Example:
        >>> VerdictRule().judge(None, "percent points", published=-0.42)
        Verdict(text='not tested at this scale', on='published')
    """

    text: str
    on: str = "published"


@dataclass(frozen=True)
class VerdictRule:
    """The rule's thresholds.

    Attributes:
        margins: unit -> difference that does not matter: 1 percentage point of accuracy or BLEU, 5 percent of the
            models, 0.05 of the Jaccard index.
        neutral: unit -> value that divides the directions.
        about_neutral: share of the margin within which a figure counts as neutral.
        least_values: fewer values than this test nothing.
        widest: margins to each side beyond which an interval that covers the figure says nothing; with 4 the share of
            the paper's 36 language pairs can just be tested.

    Example:
        >>> ours = Estimate(n=12, value=-0.4, interval=(-0.9, 0.1), inner_interval=(-0.8, 0.0))
        >>> rule = VerdictRule()
        >>> [rule.judge(ours, "percent points", published).text for published in (-0.5, -5.0, 5.0)]
        ['reproduced', 'direction only', 'not reproduced']
    """

    margins: Mapping[str, float] = field(default_factory=lambda: {"percent points": 1.0, "percent": 5.0, "index": 0.05})
    neutral: Mapping[str, float] = field(default_factory=lambda: {"percent points": 0.0, "percent": 50.0, "index": 1.0})
    about_neutral: float = 0.1
    least_values: int = 3
    widest: float = 4.0

    def judge(self, estimate: Estimate | None, unit: str, published: float, recomputed: float | None = None) -> Verdict:
        """Verdict on a claim.

        Args:
            estimate: our figure, None when there is none or a part of it is missing.
            unit: the claim's unit.
            published: the figure of the paper's text.
            recomputed: what the published data give, None where it is not known.
        """
        if estimate is None or estimate.n < self.least_values:
            return Verdict(NOT_TESTED)
        if estimate.interval is None or estimate.inner_interval is None:
            return Verdict(NOT_TESTED)
        references = {"published": published}
        if recomputed is not None and abs(recomputed - published) > _ROUNDING:
            references["recomputed"] = recomputed
        low, high = estimate.interval
        if (high - low) / 2 > self.widest * self.margins[unit] and any(low <= r <= high for r in references.values()):
            return Verdict(NOT_TESTED)
        ours = (estimate.value, estimate.interval, estimate.inner_interval)
        verdicts = [Verdict(self._against(*ours, unit, figure), name) for name, figure in references.items()]
        return min(verdicts, key=lambda verdict: VERDICTS.index(verdict.text))

    def _against(self, value: float, interval: Interval, inner: Interval, unit: str, figure: float) -> str:
        margin = self.margins[unit]
        low, high = inner
        if figure - margin <= low and high <= figure + margin:
            return REPRODUCED
        if self._side(value, unit) != self._side(figure, unit):
            return NOT_REPRODUCED
        covered = interval[0] <= figure <= interval[1]
        return REPRODUCED if covered else DIRECTION_ONLY

    def _side(self, value: float, unit: str) -> int:
        difference = value - self.neutral[unit]
        return 0 if abs(difference) <= self.about_neutral * self.margins[unit] else (1 if difference > 0 else -1)

    def text(self) -> str:
        """The rule in words, to stand above the answers."""
        margins = (
            f"{self.margins['percent points']:g} point of accuracy or BLEU, {self.margins['percent']:g} points of a "
            f"share of models, {self.margins['index']:g} of the Jaccard index"
        )
        return (
            "Verdicts, by a rule fixed before research questions 2 and 3 were run. "
            f"{REPRODUCED.capitalize()}: ours lies on the published figure's side of no change (shares: of one half; "
            "Jaccard index: of equality) and its 95 % interval covers the published or recomputed figure, or its 90 % "
            f"interval lies within a margin around that figure ({margins}), which is equivalence by two one-sided "
            f"tests. {DIRECTION_ONLY.capitalize()}: the same side alone; figures within {self.about_neutral:g} margins "
            f"of no change are on one side. {NOT_REPRODUCED.capitalize()}: the other side. {NOT_TESTED.capitalize()}: "
            f"a part of the claim has no record, fewer than {self.least_values} values, or an interval that covers the "
            f"figure but is wider than ±{self.widest:g} margins. A verdict on the recomputed figure says so."
        )
