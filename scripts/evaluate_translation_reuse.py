"""Judge a translation model's modules, taken a few languages at a time, beside models trained on these alone (RQ2).

Example:
    python scripts/evaluate_translation_reuse.py --model model --dataset results/demo/datasets/tatoeba \
        --baselines fr_de_model --baseline-datasets results/demo/datasets/tatoeba_to_fr_de --modes rolled \
        --run demo --preset paper --output intra_reuse.json
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
from pathlib import Path

from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.experiments.translations import translation_reuse_record
from rnn_modules.files.atomic_files import InputError, write_json
from rnn_modules.files.command_line import add_record_flags, add_threads_flag, parser_of, run
from rnn_modules.names import MODULES


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model of all languages")
    parser.add_argument("--dataset", type=Path, required=True, help="its dataset")
    parser.add_argument("--baselines", type=Path, nargs="+", required=True, help="models of some of the languages")
    parser.add_argument("--baseline-datasets", type=Path, nargs="+", required=True, help="the dataset of each")
    parser.add_argument("--modes", nargs="+", choices=MODULES, required=True)
    add_threads_flag(parser)
    add_record_flags(parser)
    return parser.parse_args()


def main() -> None:
    """Judge and write the record."""
    arguments = parse()
    model = TrainedModel.load(arguments.model, arguments.dataset)
    if len(arguments.baselines) != len(arguments.baseline_datasets):
        raise InputError(
            f"--baseline-datasets: expected one for each of {len(arguments.baselines)} baselines, received "
            f"{len(arguments.baseline_datasets)}"
        )
    folders = zip(arguments.baselines, arguments.baseline_datasets, strict=True)
    baselines = [TrainedModel.load(*pair) for pair in folders]
    record = translation_reuse_record(
        model, arguments.modes, baselines, arguments.run, arguments.preset, arguments.threads
    )
    write_json(arguments.output, record)


if __name__ == "__main__":
    run(main)
