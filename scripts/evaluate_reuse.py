"""Judge modules on problems they are reused for, beside models trained from scratch (RQ2; RQ3 between I/O types).

Example:
    python scripts/evaluate_reuse.py --experiment intra_reuse --models model --datasets results/demo/datasets/clinc \
        --modes unrolled --baselines baselines.json --run demo --preset paper --output intra_reuse.json
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
from pathlib import Path

from rnn_modules.experiments.reuse import reuse_record
from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.files.atomic_files import InputError, write_json
from rnn_modules.files.command_line import add_record_flags, add_threads_flag, parser_of, run
from rnn_modules.names import COMPACT, FROM_SCRATCH, MODULES, PACKAGE


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--experiment", required=True, choices=FROM_SCRATCH)
    parser.add_argument("--models", type=Path, nargs="+", required=True, help="one model, or an x:1 and an x:N one")
    parser.add_argument("--datasets", type=Path, nargs="+", required=True, help="the dataset of each")
    parser.add_argument(
        "--modes", nargs="+", required=True, help="modes of the models' modules, of two models as rolled+unrolled"
    )
    parser.add_argument("--baselines", type=Path, nargs="+", required=True, help="files of train_baselines.py")
    add_threads_flag(parser)
    add_record_flags(parser)
    return parser.parse_args()


def main() -> None:
    """Judge and write the record."""
    arguments = parse()
    _check_numbers(arguments)
    models = [TrainedModel.load(*folders) for folders in zip(arguments.models, arguments.datasets, strict=True)]
    modes = {label: modes.split("+") for label, modes in zip(_labels(arguments.modes), arguments.modes, strict=True)}
    record = reuse_record(
        arguments.experiment,
        models,
        modes,
        arguments.baselines,
        arguments.run,
        arguments.preset,
        arguments.threads,
    )
    write_json(arguments.output, record)


def _check_numbers(arguments: argparse.Namespace) -> None:
    """Raise :class:`InputError` unless there is a dataset and a mode for each model."""
    models = len(arguments.models)
    if len(arguments.datasets) != models:
        raise InputError(f"--datasets: expected one for each of {models} models, received {len(arguments.datasets)}")
    for modes in arguments.modes:
        if len(modes.split("+")) != models or not set(modes.split("+")) <= set(MODULES):
            raise InputError(
                f"--modes: expected one of {', '.join(MODULES)} for each of {models} models joined by +, "
                f"received {modes!r}"
            )
    masks = [modes for modes in arguments.modes if _beside(modes) is None]
    if len(masks) > 2:
        raise InputError(f"--modes: expected at most two beside {PACKAGE} and {COMPACT}, received {len(masks)}")


def _labels(modes: list[str]) -> list[str]:
    """Names of the modes in the record; of two models, the first pair is the best mode of each."""
    if "+" not in modes[0]:
        return modes
    names = iter(("best", "other"))
    return [_beside(pair) or next(names) for pair in modes]


def _beside(modes: str) -> str | None:
    """The preset of modules that stand beside those of the run's preset."""
    return next((preset for preset in (PACKAGE, COMPACT) if preset in modes), None)


if __name__ == "__main__":
    run(main)
