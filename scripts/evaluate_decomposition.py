"""Compare a model with the composition of its modules (RQ1) and write the result as a record.

Example:
    python scripts/evaluate_decomposition.py --model model --dataset results/demo/datasets/clinc \
        --modes rolled unrolled --run demo --preset paper --output model/decomposition_cost.json
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
import logging
from pathlib import Path

from rnn_modules.experiments.decomposition_cost import cost_record
from rnn_modules.experiments.trained_model import TrainedModel
from rnn_modules.files.atomic_files import write_json
from rnn_modules.files.command_line import add_record_flags, add_threads_flag, parser_of, run
from rnn_modules.names import COMPACT, MODES, MODULES, PACKAGE


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder that train_model.py wrote")
    parser.add_argument("--dataset", type=Path, required=True, help="folder of the model's dataset")
    parser.add_argument("--modes", nargs="+", choices=MODULES, default=MODES, help="kinds of modules")
    add_threads_flag(parser)
    add_record_flags(parser)
    return parser.parse_args()


def main() -> None:
    """Evaluate and write the record."""
    arguments = parse()
    model = TrainedModel.load(arguments.model, arguments.dataset)
    record = cost_record(model, arguments.modes, arguments.run, arguments.preset, arguments.threads)
    write_json(arguments.output, record)
    of_package = {f"{PACKAGE}, {mode}": scores for mode, scores in record.get(PACKAGE, {}).items()}
    for mode, scores in (record["modes"] | of_package | {COMPACT: record.get(COMPACT)}).items():
        if scores is not None:
            kept, composed = scores["recurrent_share"], scores["composed"][scores["head"]]
            logging.info("%s: %.1f %% of the recurrent layers' weights, %s", mode, 100 * kept, composed)


if __name__ == "__main__":
    run(main)
