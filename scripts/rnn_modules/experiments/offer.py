"""The offer: from how many labelled examples on is a small network from scratch better than a small module?

Both are made from the same labelled decisions, in as few weights: the module from a trained model, without training;
the network without that model's recurrent weights.
"""

from __future__ import annotations

import dataclasses
import logging
import statistics
import time
from collections.abc import Sequence
from typing import Any

from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.experiments.decomposition_cost import decomposition_cost
from rnn_modules.experiments.frontier import scores_of
from rnn_modules.experiments.recognisers import RecogniserSettings, RecogniserTraining, from_scratch, places_of
from rnn_modules.experiments.trained_model import TrainedModel, compact_trained
from rnn_modules.files.atomic_files import InputError
from rnn_modules.names import COMPACT, SCRATCH
from rnn_modules.network import translates

logger = logging.getLogger(__name__)

LEAST_EXAMPLES = 4


@dataclasses.dataclass(frozen=True)
class Offer:
    """What is made.

    Attributes:
        examples: numbers of labelled decisions for each class, half of them its own where it has as many; None: all.
        most: a module is made on so many at most, for more hardly change it; a network learns from all.

    Example:
        >>> Offer((20, None), most=4000).of_module(None), Offer((20, None), most=4000).of_module(20)
        (4000, 20)
        >>> Offer((), most=4000)
        Traceback (most recent call last):
            ...
        rnn_modules.files.atomic_files.InputError: examples: received none; give at least one number, or all
    """

    examples: Sequence[int | None]
    most: int

    def __post_init__(self) -> None:
        """Check ranges; raises :class:`InputError`."""
        if not self.examples:
            raise InputError("examples: received none; give at least one number, or all")
        for name, number in [*(("examples", number) for number in self.examples), ("most", self.most)]:
            if number is not None and number < LEAST_EXAMPLES:
                raise InputError(f"{name}: received {number}; use at least {LEAST_EXAMPLES}")

    def of_module(self, number: int | None) -> int:
        """Decisions that a module is made on."""
        return self.most if number is None else min(number, self.most)


def offer(
    model: TrainedModel,
    parameters: DecompositionParameters,
    plan: Offer,
    training: RecogniserSettings,
    threads: int = 1,
) -> dict[str, Any]:
    """Make and evaluate modules and networks from each number of examples; ``monolithic`` and ``rows`` of a record.

    Args:
        model: a classifier.
        parameters: of small modules, but for their number of examples; ``keep`` is the share of both.
        plan: which are made.
        training: of networks from scratch.
        threads: classes and examples are shared out among at most this many.

    Raises:
        InputError: the model translates, so that its modules recognise no class, or the share is less than one node of
            each layer has.

    Example:
        >>> from support.made_up_models import classifier_model, small_parameters
        >>> model, settings = classifier_model(layers=1), RecogniserSettings(steps=2, passes=1)
        >>> parameters = small_parameters(keep=0.5)
        >>> found = offer(model, parameters, Offer((10, None), 30), settings)  # doctest: +ELLIPSIS
        2/2...
        >>> [(row["maker"], row["examples"], row["labelled"]) for row in found["rows"]]
        [('compact', 10, 9.25), ('scratch', 10, 9.25), ('compact', None, 22.0), ('scratch', None, 40.0)]
    """
    if translates(model.network):
        raise InputError("model: received a translation model, whose modules recognise no class; give a classifier")
    if parameters.keep is None:
        raise InputError("decomposition parameter keep: received none; give the share of the weights that both have")
    scratch = RecogniserTraining(model, parameters.keep, training, parameters.seed)
    rows, monolithic = [], None
    for number in plan.examples:
        chosen = dataclasses.replace(parameters, ranking_sample=plan.of_module(number))
        start = time.perf_counter()
        made = compact_trained(model.network, model.dataset, chosen, threads)
        seconds = time.perf_counter() - start
        result = decomposition_cost(model.network, model.dataset, {COMPACT: made}, threads=threads)
        monolithic = result["monolithic"]
        labelled = statistics.fmean(sum(counts.values()) for counts in made.counts.values())
        found = scores_of(result[COMPACT]) | {"seconds": seconds}
        rows.append({"maker": COMPACT, "examples": number, "labelled": labelled} | found)
        logger.info("%s, %s examples: %s", COMPACT, number or "all", found["composed"])
        places = places_of(model, number, parameters.seed)
        labelled = statistics.fmean(len(part.rows) for part in places)
        trained = from_scratch(scratch, model, places, chosen)
        rows.append({"maker": SCRATCH, "examples": number, "labelled": labelled} | trained)
    return {"units": scratch.units, "monolithic": monolithic, "rows": rows}


def offer_record(
    model: TrainedModel,
    parameters: DecompositionParameters,
    plan: Offer,
    training: RecogniserSettings,
    run: str,
    threads: int = 1,
) -> dict[str, Any]:
    """The result record of a model's offer; arguments as :func:`offer`, and the name of the run.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from support.made_up_models import classifier_model, saved, small_parameters
        >>> plan, training = Offer((20,), 30), RecogniserSettings(steps=2, passes=1)
        >>> with tempfile.TemporaryDirectory() as folder:  # doctest: +ELLIPSIS
        ...     model = saved(classifier_model(folder=Path(folder, "model"), dataset_folder=Path(folder, "clinc")))
        ...     record = offer_record(model, small_parameters(keep=0.5), plan, training, "demo")
        2/2...
        >>> record["experiment"], record["keep"], len(record["rows"])
        ('offer', 0.5, 2)
    """
    results = {
        "parameters": dataclasses.asdict(parameters),
        "training": training.described(),
        "keep": parameters.keep,
        "most": plan.most,
        **offer(model, parameters, plan, training, threads),
    }
    return model.record_of("offer", run, COMPACT, results)
