"""Cut one model under other choices, one at a time (variants), or at several thresholds of removal (removal_sweep).

Example:
    python scripts/evaluate_variants.py --experiment removal_sweep --removal-caps 0 0.1 0.2 --model model \
        --dataset results/demo/datasets/clinc --modes rolled unrolled --run demo --output sweep.json
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
from pathlib import Path

from rnn_modules.decomposition.parameters import DecompositionParameters, preset
from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.experiments.variants import variants_record
from rnn_modules.files.atomic_files import InputError, write_json
from rnn_modules.files.command_line import add_settings, add_threads_flag, parser_of, run, settings_from
from rnn_modules.names import MODES, PAPER


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--experiment", required=True, choices=("variants", "removal_sweep"))
    parser.add_argument("--removal-caps", type=float, nargs="+", help="thresholds, for removal_sweep")
    parser.add_argument("--model", type=Path, required=True, help="folder that train_model.py wrote")
    parser.add_argument("--dataset", type=Path, required=True, help="folder of the model's dataset")
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    add_threads_flag(parser)
    parser.add_argument("--run", required=True, help="name of the run, for the record")
    parser.add_argument("--output", type=Path, required=True, help="the record, JSON")
    add_settings(parser, DecompositionParameters)
    return parser.parse_args()


def main() -> None:
    """Cut, evaluate, write the record."""
    arguments = parse()
    model = TrainedModel.load(arguments.model, arguments.dataset)
    start = preset(PAPER, model.record["architecture"], model.record["rnn"])
    paper = settings_from(arguments, DecompositionParameters, start)
    caps = None
    if arguments.experiment == "removal_sweep":
        caps = arguments.removal_caps
        if not caps:
            raise InputError("--removal-caps: received none; give at least one threshold")
    record = variants_record(model, paper, arguments.modes, arguments.run, caps, arguments.threads)
    write_json(arguments.output, record)


if __name__ == "__main__":
    run(main)
