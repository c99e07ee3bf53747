"""The frontier: what modules of a share of the recurrent layers' weights can still do, by the way they are made.

Rankings are compared under the same fold and head, and the parts of the method alone and together. Beside all of them
stand networks of as few weights that are trained from scratch, one for each class. Translation has none: its modules
recognise no class.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.decomposition.selection import least_share
from rnn_modules.experiments.decomposition_cost import decomposition_cost
from rnn_modules.experiments.recognisers import RecogniserSettings, RecogniserTraining, from_scratch, places_of
from rnn_modules.experiments.trained_model import TrainedModel, compact_trained
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import COMPACT, CURVES, PAPER_HEAD, PARTS, RANDOM_CURVES, SCRATCH
from rnn_modules.network import translates

logger = logging.getLogger(__name__)

_UNFOLDED = {"replacement": "zero", "rounds": 1, "drift_rounds": 0, "weighing": "equal", "head": PAPER_HEAD}
CHANGES: dict[str, dict[str, Any]] = {
    "concern": {"ranking": "concern", **_UNFOLDED},
    "random": {"ranking": "random", **_UNFOLDED},
    "random_folded": {"ranking": "random", "rounds": 1},
    "reversed": {"ranking": "reversed"},
    "compact": {},
    "shared": {"node_scope": "shared"},
    "concern_folded": {"ranking": "concern"},
    "fisher": {"ranking": "fisher"},
    "one_round": {"rounds": 1},
    "no_drift": {"drift_rounds": 0},
    "equal_weighing": {"weighing": "equal"},
    "mean": {"replacement": "mean", "drift_rounds": 0},
    "zero": {"replacement": "zero", "drift_rounds": 0},
    "parents_head": {"head": PAPER_HEAD},
}
"""What each curve of modules and each part changes of the preset ``compact``."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """Which modules are made.

    Attributes:
        shares: of the recurrent layers' weights that are kept; those below one node a layer are left out.
        draws: of random rankings, each at every share.
        parts_at: share at which parts are left out one by one; None: nowhere.

    Example:
        >>> len(list(Plan((0.5, 0.1), draws=2, parts_at=0.1).points(least=0.2)))
        9
        >>> Plan((), draws=1)
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: shares: received none; give at least one
    """

    shares: Sequence[float]
    draws: int
    parts_at: float | None = None

    def __post_init__(self) -> None:
        """Check ranges; raises :class:`InputError`."""
        if not self.shares:
            raise InputError("shares: received none; give at least one")
        for share in (*self.shares, *([] if self.parts_at is None else [self.parts_at])):
            if not 0 < share <= 1:
                raise InputError(f"shares: received {share}; use numbers above 0, at most 1")
        if self.draws < 1:
            raise InputError(f"draws: received {self.draws}; use at least 1")

    def points(self, least: float) -> Iterator[tuple[str, float, int]]:
        """Curve, share and draw of everything that is made, of shares not below ``least``."""
        for share in self.shares:
            for curve in CURVES:
                for draw in range(self.draws if curve in RANDOM_CURVES else 1):
                    if share >= least:
                        yield curve, share, draw
        if self.parts_at is not None and self.parts_at >= least:
            for part in PARTS:
                yield part, self.parts_at, 0


def frontier(
    model: TrainedModel,
    parameters: DecompositionParameters,
    plan: Plan,
    training: RecogniserSettings,
    threads: int = 1,
) -> dict[str, Any]:
    """Make and evaluate modules of each share in each way; ``monolithic`` and ``rows`` of a result record.

    Args:
        model: the trained model.
        parameters: of small modules, which curves and parts change; networks from scratch learn from the decisions that
            these modules are made on.
        plan: which are made.
        training: of networks from scratch.
        threads: classes and examples are shared out among at most this many.

    Example:
        >>> from support.made_up_models import classifier_model, small_parameters
        >>> training, plan = RecogniserSettings(steps=2, passes=1), Plan((0.5,), draws=1)
        >>> found = frontier(classifier_model(), small_parameters(), plan, training)  # doctest: +ELLIPSIS
        2/2...
        >>> [row["curve"] for row in found["rows"]]
        ['concern', 'random', 'random_folded', 'reversed', 'compact', 'shared', 'scratch']
        >>> all(row["recurrent_share"] <= 0.5 for row in found["rows"])
        True
    """
    rows, monolithic = [], None
    for curve, share, draw in plan.points(least_share(model.network.layers)):
        if curve == SCRATCH:
            if not translates(model.network):
                rows.append(_named(curve, share, draw, parameters, _scratch(model, parameters, share, training)))
            continue
        start = time.perf_counter()
        changed = dict(CHANGES[curve])
        if translates(model.network):
            # A language's module keeps the output layer.
            changed.pop("head", None)
        chosen = dataclasses.replace(parameters, keep=share, tolerance=None, seed=parameters.seed + draw, **changed)
        made = compact_trained(model.network, model.dataset, chosen, threads)
        seconds = time.perf_counter() - start
        result = decomposition_cost(model.network, model.dataset, {COMPACT: made}, threads=threads)
        monolithic = result["monolithic"]
        found = scores_of(result[COMPACT]) | {"seconds": seconds}
        logger.info("%s, %g, draw %d: %s", curve, share, draw, found["composed"])
        rows.append(_named(curve, share, draw, parameters, found))
    if monolithic is None:
        raise InputError(
            f"shares: all of {', '.join(map(str, plan.shares))} are less than one node of each layer has, "
            f"{least_share(model.network.layers):.3g}; give larger ones"
        )
    return {"monolithic": monolithic, "rows": rows}


def scores_of(result: dict[str, Any]) -> dict[str, Any]:
    """What a row of a result record says of small modules, by their own head.

    Args:
        result: of small modules, from :func:`~rnn_modules.experiments.decomposition_cost.decomposition_cost`.

    Example:
        >>> scores_of({"head": "mean", "recurrent_share": 0.1, "composed": {"mean": {}}, "recognition": {"mean": 0.9}})
        {'recurrent_share': 0.1, 'composed': {}, 'recognition': 0.9}
    """
    head = result["head"]
    return {
        "recurrent_share": result["recurrent_share"],
        "composed": result["composed"][head],
        "recognition": result.get("recognition", {}).get(head),
    }


def _named(
    curve: str, share: float, draw: int, parameters: DecompositionParameters, found: dict[str, Any]
) -> dict[str, Any]:
    return {"curve": curve, "keep": share, "draw": draw, "seed": parameters.seed + draw} | found


def _scratch(
    model: TrainedModel, parameters: DecompositionParameters, share: float, settings: RecogniserSettings
) -> dict[str, Any]:
    places = places_of(model, parameters.ranking_sample, parameters.seed)
    return from_scratch(RecogniserTraining(model, share, settings, parameters.seed), model, places, parameters)


def frontier_record(
    model: TrainedModel,
    parameters: DecompositionParameters,
    plan: Plan,
    training: RecogniserSettings,
    run: str,
    threads: int = 1,
) -> dict[str, Any]:
    """The result record of a model's frontier; arguments as :func:`frontier`, and the name of the run.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from support.made_up_models import saved, small_parameters, translator_model
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model = saved(translator_model(folder=Path(folder, "model"), dataset_folder=Path(folder, "tatoeba")))
        ...     parameters = small_parameters("encoder_decoder")
        ...     record = frontier_record(model, parameters, Plan((0.5,), draws=1), RecogniserSettings(), "demo")
        >>> record["experiment"], record["preset"], len(record["rows"])
        ('frontier', 'compact', 6)
    """
    results = {
        "parameters": dataclasses.asdict(parameters),
        "training": training.described(),
        **frontier(model, parameters, plan, training, threads),
    }
    return model.record_of("frontier", run, COMPACT, results)
