"""The command line ``rnn-modules``: check a model, decompose it, score, export and show its modules.

Example:
    rnn-modules check model.keras
    rnn-modules decompose model.keras --inputs x.npy --labels y.npy --output modules.npz
    rnn-modules score model.keras modules.npz --inputs x.npy --labels y.npy
    rnn-modules export model.keras modules.npz --class spam --output spam.keras
    rnn-modules report model.keras modules.npz --inputs x.npy --labels y.npy --output report.html
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rnn_modules.decomposition.parameters import DecompositionParameters
from rnn_modules.files.atomic_files import InputError, replacing
from rnn_modules.files.command_line import Parser, add_settings, add_threads_flag, status_of
from rnn_modules.files.shown_text import shown
from rnn_modules.names import MODES, PRESETS

if TYPE_CHECKING:
    from rnn_modules.decomposition.modules import Modules

_INPUTS = "x.npy, data.npz:name or data.csv[:column]; several for a model of several inputs"
_LABELS = "y.npy, data.npz:name or data.csv[:column]"


def main(words: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        words: of the command line; the process' own by default.

    Returns:
        0; 1 after an error of the input, which is one line on standard error. argparse exits with 2 after wrong usage.

    Example:
        >>> main(["check", "nowhere.keras"])
        1
    """
    # As the workflow has it, and without TensorFlow's remark that it is otherwise.
    for name, value in (("TF_CPP_MIN_LOG_LEVEL", "3"), ("TF_ENABLE_ONEDNN_OPTS", "0")):
        os.environ.setdefault(name, value)
    arguments = _parser().parse_args(words)
    return status_of(lambda: arguments.run(arguments), 1, "give fewer examples")


def _parser() -> argparse.ArgumentParser:
    text, _, examples = str(__doc__).partition("Example:\n")
    end = f"example:\n{examples}"
    parser = Parser("rnn-modules", description=text, epilog=end)
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Any, help_text: str) -> argparse.ArgumentParser:
        (line,) = (line for line in examples.splitlines() if line.split()[1:2] == [name])
        added = commands.add_parser(name, help=help_text, description=help_text, epilog=f"example:\n  {line.strip()}")
        added.add_argument("model", help="a .keras or .h5 file")
        added.set_defaults(run=run)
        return added

    command("check", _check, "say what would happen to each layer of a model")
    decompose = command("decompose", _decompose, "cut a model into one module for each class")
    decompose.add_argument("--output", required=True, help="file for the modules, .npz")
    decompose.add_argument(
        "--mode", choices=MODES, default="rolled", help="one mask for all timesteps, or one for each"
    )
    decompose.add_argument(
        "--preset",
        choices=PRESETS,
        help="choices that parameters are laid over: of networks of few nodes (compact, the default), or of "
        "masks (paper, the default of unrolled modules, and package)",
    )
    decompose.add_argument("--classes", nargs="+", help="a name for each output; by default those of the labels")
    add_settings(decompose, DecompositionParameters)
    score = command("score", _score, "say how well modules decide together and recognise each by itself")
    score.add_argument("--json", action="store_true", help="for machines")
    export = command("export", _export, "write one module as a Keras model of its own")
    export.add_argument("--class", dest="name", required=True, help="the module's class")
    export.add_argument("--output", required=True, help="a .keras file")
    report = command("report", _report, "show modules on one page")
    report.add_argument("--output", required=True, help="an .html file")
    for part in (score, export, report):
        part.add_argument("modules", help="file that decompose wrote")
    for part in (decompose, score, report):
        part.add_argument("--inputs", nargs="+", required=True, help=_INPUTS)
        part.add_argument("--labels", required=True, help=_LABELS)
        add_threads_flag(part)
    for part in (score, report):
        part.add_argument("--ignore", help="label that does not count, such as that of padding")
    return parser


def _check(arguments: argparse.Namespace) -> None:
    from rnn_modules.decomposition.public import check

    report = check(arguments.model)
    print("\n".join(shown(line) for line in str(report).splitlines()))
    if not report.supported:
        raise InputError(f"{arguments.model}: cannot be decomposed as it is")


def _examples(arguments: argparse.Namespace) -> tuple[Any, Any]:
    from rnn_modules.runs.example_files import read_inputs, read_labels

    inputs = [read_inputs(place) for place in arguments.inputs]
    return inputs[0] if len(inputs) == 1 else inputs, read_labels(arguments.labels)


def _decompose(arguments: argparse.Namespace) -> None:
    from rnn_modules.decomposition.public import decompose

    x, y = _examples(arguments)
    # What the command line leaves out is the preset's.
    given: dict[str, Any] = {
        field.name: tuple(value) if isinstance(value, list) else value
        for field in dataclasses.fields(DecompositionParameters)
        if (value := vars(arguments).get(field.name)) is not None
    }
    modules = decompose(
        arguments.model,
        x,
        y,
        mode=arguments.mode,
        preset=arguments.preset,
        classes=arguments.classes,
        threads=arguments.threads,
        **given,
    )
    modules.save(arguments.output)
    print(shown(repr(modules)))


def _loaded(arguments: argparse.Namespace) -> Modules:
    from rnn_modules.decomposition.public import load

    return load(arguments.modules, arguments.model)


def _ignored(arguments: argparse.Namespace) -> Any:
    text = arguments.ignore
    return int(text) if text is not None and text.lstrip("-").isdigit() else text


def _score(arguments: argparse.Namespace) -> None:
    modules = _loaded(arguments)
    x, y = _examples(arguments)
    accuracy = modules.score(x, y, ignore=_ignored(arguments), threads=arguments.threads)
    table = modules.recognition(x, y, threads=arguments.threads)
    if arguments.json:
        rows = json.loads(table.reset_index().to_json(orient="records"))
        print(json.dumps({"accuracy": accuracy, "modules": rows}, indent=2))
        return
    print(f"accuracy of all modules together: {accuracy:.4f}")
    print("\n".join(shown(line) for line in table.to_string(float_format="%.4f").splitlines()))


def _export(arguments: argparse.Namespace) -> None:
    modules = _loaded(arguments)
    name = next((known for known in modules.classes if str(known) == arguments.name), arguments.name)
    model = modules[name].to_keras()
    if not str(arguments.output).endswith(".keras"):
        raise InputError(f"{arguments.output}: expected a file that ends in .keras")
    with replacing(arguments.output) as temporary:
        model.save(temporary)
    print(f"{shown(arguments.output)}: answers {tuple(model.output_shape)}, anything else and {shown(str(name))}")


def _report(arguments: argparse.Namespace) -> None:
    from rnn_modules.reporting.report.module_page import write_module_report

    modules = _loaded(arguments)
    x, y = _examples(arguments)
    write_module_report(modules, x, y, arguments.output, ignore=_ignored(arguments), threads=arguments.threads)
    print(shown(arguments.output))
