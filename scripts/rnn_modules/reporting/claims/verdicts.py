"""Whether a claim holds here: one rule for all claims, with every threshold a parameter.

This is the rule's second version. It was stated after the reference run of 24 November 2026 had been seen and before
any later run. The first version took cases of one model for independent ones, let the other sign alone refute a claim,
and its ``widest`` went from 3 to 4 margins before research questions 2 and 3 were run, when research question 1 had
been seen.

Our figure comes with intervals by trained model (:mod:`~rnn_modules.reporting.analysis.clusters`). A claim is

- "published figure invalid" when a row of figures behind it is no measurement
  (:mod:`~rnn_modules.reporting.analysis.published_constants`), whatever ours is;
- "not tested" when a part of what it is about has no record, when fewer than ``least_clusters`` models are behind ours
  or one of the pooled settings has a single one;

and otherwise, for a claim of a change (the published figure lies more than ``about_neutral`` margins from no change),

- "reproduced" when the 95 % interval covers the published figure and excludes no change, and is not wider than
  ``widest`` margins to each side;
- "direction only" when it lies wholly on the published figure's side of no change without covering that figure;
- "not reproduced" when it excludes the published figure and does not lie on that figure's side;
- "not tested" when it covers both, or covers the figure and is wider;

for a claim of equality (every other)

- "reproduced" when the 90 % interval lies within one margin of the published figure: two one-sided tests at 5 %;
- "not reproduced" when it does not, and the 95 % interval excludes the published figure;
- "not tested" otherwise.

A figure that pools settings whose own intervals lie on both sides of no change tells of none of them: it is "not
tested" where it would otherwise be confirmed. Where the published data give another figure than the text, either may be
reproduced, and "not reproduced" takes both.

"No change" is 0 for deltas, one half for a share of models, and equality with the parent (1) for the Jaccard index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rnn_modules.reporting.analysis.clusters import ClusterEstimate
from rnn_modules.reporting.analysis.statistics import Interval

REPRODUCED = "reproduced"
DIRECTION_ONLY = "direction only"
NOT_REPRODUCED = "not reproduced"
INVALID = "published figure invalid"
NOT_TESTED = "not tested"
VERDICTS = (REPRODUCED, DIRECTION_ONLY, NOT_REPRODUCED, INVALID, NOT_TESTED)
_PREFERRED = (REPRODUCED, DIRECTION_ONLY, NOT_TESTED, NOT_REPRODUCED)
"""Of the verdicts on two figures."""
# A recomputed figure this near is the published one before rounding.
_ROUNDING = 0.0101
# Of the figures as printed.
_HALF_A_DIGIT = 0.005


@dataclass(frozen=True)
class Verdict:
    """The verdict, the reason in words, and the figure it speaks of: "published" or "recomputed".

    Example:
        >>> VerdictRule().judge(None, "percent points", published=-0.42)
        Verdict(text='not tested', reason='no record', on='published')
    """

    text: str
    reason: str
    on: str = "published"


@dataclass(frozen=True)
class VerdictRule:
    """The rule's thresholds.

    Attributes:
        margins: unit -> difference that does not matter: 1 percentage point of accuracy or BLEU, 5 percent of the
            models, 0.05 of the Jaccard index.
        neutral: unit -> value that divides the directions.
        about_neutral: share of the margin within which a published figure counts as one of equality.
        least_clusters: fewer trained models than this test nothing.
        widest: margins to each side beyond which an interval that covers the figure confirms nothing.

    Example:
        >>> ours = ClusterEstimate(12, -0.4, interval=(-0.6, -0.2), inner_interval=(-0.5, -0.3), clusters=12)
        >>> rule = VerdictRule()
        >>> [rule.judge(ours, "percent points", published).text for published in (-0.5, -5.0, 5.0)]
        ['reproduced', 'direction only', 'not reproduced']
    """

    margins: Mapping[str, float] = field(default_factory=lambda: {"percent points": 1.0, "percent": 5.0, "index": 0.05})
    neutral: Mapping[str, float] = field(default_factory=lambda: {"percent points": 0.0, "percent": 50.0, "index": 1.0})
    about_neutral: float = 0.1
    least_clusters: int = 3
    widest: float = 4.0

    def judge(
        self,
        estimate: ClusterEstimate | None,
        unit: str,
        published: float,
        recomputed: float | None = None,
        invalid: Sequence[str] = (),
        missing: Sequence[str] = (),
        parts: Sequence[ClusterEstimate] = (),
    ) -> Verdict:
        """Verdict on a claim.

        Args:
            estimate: our figure, None when there is none.
            unit: the claim's unit.
            published: the figure of the paper's text.
            recomputed: what the published data give, None where it is not known.
            invalid: why the published figure is no measurement.
            missing: what the claim is about and no record is of.
            parts: our figures of the settings that the claim pools.
        """
        if invalid:
            return Verdict(INVALID, "; ".join(invalid))
        if estimate is None:
            return Verdict(NOT_TESTED, "no record")
        if missing:
            return Verdict(NOT_TESTED, f"no record of {', '.join(missing)}")
        if estimate.clusters < self.least_clusters:
            return Verdict(NOT_TESTED, f"{estimate.clusters} trained model{'s' * (estimate.clusters > 1)}")
        if estimate.interval is None or estimate.inner_interval is None:
            return Verdict(NOT_TESTED, "no spread to judge by")
        figures = {"published": published}
        if recomputed is not None and abs(recomputed - published) > _ROUNDING:
            figures["recomputed"] = recomputed
        verdicts = [
            Verdict(*self._against(estimate.interval, estimate.inner_interval, unit, figure), name)
            for name, figure in figures.items()
        ]
        verdict = min(verdicts, key=lambda verdict: _PREFERRED.index(verdict.text))
        if verdict.text in (REPRODUCED, DIRECTION_ONLY) and self.cancels(parts, unit):
            return Verdict(NOT_TESTED, "pools settings on both sides of no change", verdict.on)
        return verdict

    def within_margin(self, estimate: ClusterEstimate | None, unit: str, figure: float) -> bool | None:
        """Whether our figure differs from another by less than a margin, by two one-sided tests; None without a test.

        Example:
            >>> ours = ClusterEstimate(12, -0.1, interval=(-0.5, 0.3), inner_interval=(-0.4, 0.2), clusters=12)
            >>> VerdictRule().within_margin(ours, "percent points", -0.6)
            True
        """
        if estimate is None or estimate.inner_interval is None or estimate.clusters < self.least_clusters:
            return None
        low, high = estimate.inner_interval
        return figure - self.margins[unit] <= low and high <= figure + self.margins[unit]

    def _against(self, interval: Interval, inner: Interval, unit: str, figure: float) -> tuple[str, str]:
        """Verdict and reason against one figure."""
        margin, neutral = self.margins[unit], self.neutral[unit]
        low, high = interval
        covers = low - _HALF_A_DIGIT <= figure <= high + _HALF_A_DIGIT
        if abs(figure - neutral) <= self.about_neutral * margin + 1e-9:
            if figure - margin <= inner[0] and inner[1] <= figure + margin:
                return REPRODUCED, "equal within the margin"
            return (NOT_TESTED, "neither equal nor different") if covers else (NOT_REPRODUCED, "a change")
        changed = neutral < low if figure > neutral else high < neutral
        if covers and not changed:
            return NOT_TESTED, "covers the figure and no change"
        if covers:
            if (high - low) / 2 > self.widest * margin:
                return NOT_TESTED, "covers the figure and much else"
            return REPRODUCED, "covers the figure, excludes no change"
        if changed:
            return DIRECTION_ONLY, "another size"
        opposite = high < neutral if figure > neutral else neutral < low
        return NOT_REPRODUCED, "the other direction" if opposite else "excludes the figure, not no change"

    def cancels(self, parts: Sequence[ClusterEstimate], unit: str) -> bool:
        """Whether settings of a pooled figure lie on both sides of no change.

        Example:
            >>> apart = [ClusterEstimate(3, x, (x - 1, x + 1), (x - 1, x + 1), 3) for x in (-2.0, 2.0)]
            >>> VerdictRule().cancels(apart, "percent points"), VerdictRule().cancels(apart[:1], "percent points")
            (True, False)
        """
        intervals = [part.interval for part in parts if part.interval is not None]
        neutral = self.neutral[unit]
        return any(high < neutral for _, high in intervals) and any(neutral < low for low, _ in intervals)

    def text(self) -> str:
        """The rule in words, to stand above the answers."""
        margins = (
            f"{self.margins['percent points']:g} point of accuracy or BLEU, {self.margins['percent']:g} points of a "
            f"share of models, {self.margins['index']:g} of the Jaccard index"
        )
        return (
            "Verdicts, second version of the rule, stated after the reference run of 24 November 2026 had been seen "
            "and before any later run (the first took cases of one model for independent, and its widest interval went "
            "from 3 to 4 margins when research question 1 had been seen). Intervals are by trained model: model and "
            f"seed. {REPRODUCED.capitalize()}: the 95 % interval covers the published or recomputed figure and "
            "excludes no change (shares: one half; Jaccard index: equality). "
            f"{DIRECTION_ONLY.capitalize()}: it lies on the figure's side of no change without the figure. "
            f"{NOT_REPRODUCED.capitalize()}: it excludes the figure and does not lie on its side. "
            f"{INVALID.capitalize()}: the figure is no measurement, by the published data. "
            f"{NOT_TESTED.capitalize()}: no record of a part, fewer than {self.least_clusters} trained models, an "
            f"interval that covers the figure and no change or that is wider than ±{self.widest:g} margins, or a "
            "pooled figure of settings on both sides of no change. Claims of equality (published within "
            f"{self.about_neutral:g} margins of no change) are reproduced when the 90 % interval lies within a margin "
            f"of the figure ({margins}), which is two one-sided tests, and not reproduced when it does not and the "
            "95 % interval excludes the figure. A verdict on the recomputed figure says so."
        )
