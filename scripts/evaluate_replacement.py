"""Replace each module of the worst model of an I/O type by the best model's (RQ3 within an I/O type).

Example:
    python scripts/evaluate_replacement.py --models lstm-1/seed-0 lstm-4/seed-0 --dataset results/demo/datasets/clinc \
        --modes unrolled --run demo --preset paper --output intra_replacement.json
"""

from rnn_modules.files import quick_start  # noqa: F401 (before what it speeds up)

# isort: split
import argparse
import logging
from pathlib import Path

from rnn_modules.experiments.replacement import replace_each_module, worst_and_best
from rnn_modules.experiments.reuse_tasks import real_classes
from rnn_modules.experiments.trained_model import TrainedModel, common_facts
from rnn_modules.experiments.translations import replace_each_language
from rnn_modules.files.atomic_files import write_json
from rnn_modules.files.command_line import add_record_flags, add_threads_flag, run
from rnn_modules.files.provenance import provenance
from rnn_modules.names import MODES


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, nargs="+", required=True, help="the models of all depths")
    parser.add_argument("--dataset", type=Path, required=True, help="folder of their dataset")
    parser.add_argument("--modes", nargs="+", choices=MODES, required=True)
    add_threads_flag(parser)
    add_record_flags(parser)
    return parser.parse_args()


def main() -> None:
    """Replace, judge, write the record."""
    arguments = parse()
    worst, best = worst_and_best([TrainedModel.load(folder, arguments.dataset) for folder in arguments.models])
    modules = {mode: (worst.modules(mode), best.modules(mode)) for mode in arguments.modes}
    if worst.dataset.is_translation:
        rows = replace_each_language(worst, best, modules, arguments.threads)
    else:
        rows = replace_each_module(worst, best, modules, arguments.threads)
    record = {
        "experiment": "intra_replacement",
        "run": arguments.run,
        "preset": arguments.preset,
        "setting": worst.record["architecture"],
        **common_facts([worst]),
        **{
            name: {"layers": model.record["layers"], "validation": model.record["validation"]["accuracy"]}
            for name, model in (("worst", worst), ("best", best))
        },
        "cases_possible": len(real_classes(worst.dataset)),
        "rows": rows,
        "provenance": provenance(worst.files(arguments.modes) | best.files(arguments.modes)),
    }
    write_json(arguments.output, record)
    logging.info("worst: %d layers, best: %d layers", worst.record["layers"], best.record["layers"])


if __name__ == "__main__":
    run(main)
