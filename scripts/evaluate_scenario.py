"""Put a translation system together from modules of several models, beside one retrained model (motivating scenarios).

Example:
    python scripts/evaluate_scenario.py --scenario add_ukrainian --models ukrainian=models/a uk_only=models/b \
        --datasets ukrainian=datasets/ukrainian uk_only=datasets/ukrainian_to_uk --monolithic ukrainian \
        --approach approach_1 fr=ukrainian uk=uk_only --modes rolled --run demo --preset paper --output scenario.json
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
from collections.abc import Iterable

from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.experiments.translations import scenario_record
from rnn_modules.files.atomic_files import InputError, write_json
from rnn_modules.files.command_line import add_record_flags, add_threads_flag, parser_of, run
from rnn_modules.names import MODULES


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--scenario", required=True, help="name, for the record")
    parser.add_argument("--models", nargs="+", required=True, metavar="NAME=FOLDER")
    parser.add_argument("--datasets", nargs="+", required=True, metavar="NAME=FOLDER", help="the dataset of each model")
    parser.add_argument("--monolithic", required=True, metavar="NAME", help="model whose test split is common to all")
    parser.add_argument(
        "--approach",
        nargs="+",
        action="append",
        required=True,
        metavar="WORD",
        help="name of an approach, then LANGUAGE=NAME: the model whose module translates into each language",
    )
    parser.add_argument("--modes", nargs="+", choices=MODULES, required=True, help="of the modules")
    add_threads_flag(parser)
    add_record_flags(parser)
    return parser.parse_args()


def main() -> None:
    """Translate, judge, write the record."""
    arguments = parse()
    folders, datasets = _named("--models", arguments.models), _named("--datasets", arguments.datasets)
    _check_names("--models", folders, datasets)
    _check_names("--monolithic", [arguments.monolithic], folders)
    models = {name: TrainedModel.load(folder, datasets[name]) for name, folder in folders.items()}
    test = models[arguments.monolithic].dataset
    approaches = {}
    for approach, *words in arguments.approach:
        approaches[approach] = _named("--approach", words)
        if set(approaches[approach]) != set(test.class_names):
            raise InputError(
                f"--approach {approach}: expected the languages {test.class_names}, received "
                f"{list(approaches[approach])}"
            )
        _check_names(f"--approach {approach}", approaches[approach].values(), models)
    record = scenario_record(
        arguments.scenario,
        models,
        arguments.monolithic,
        approaches,
        arguments.modes,
        arguments.run,
        arguments.preset,
        arguments.threads,
    )
    write_json(arguments.output, record)


def _check_names(option: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Raise :class:`InputError` unless all names are known."""
    known = list(known)
    for name in names:
        if name not in known:
            raise InputError(f"{option}: expected names among {', '.join(known)}, received {name!r}")


def _named(option: str, words: list[str]) -> dict[str, str]:
    """``NAME=VALUE`` words as a dictionary."""
    for word in words:
        if "=" not in word:
            raise InputError(f"{option}: expected NAME=VALUE, received {word!r}")
    pairs = dict(word.split("=", 1) for word in words)
    if len(pairs) < len(words):
        raise InputError(f"{option}: expected each name once, received {' '.join(words)}")
    return pairs


if __name__ == "__main__":
    run(main)
