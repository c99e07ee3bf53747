"""The configuration of a run, checked before anything is planned: every error names the key and what is wrong with it.

Snakemake has loaded and merged the files by then. Its loader takes the last of two equal keys, and its validation takes
not-a-number for a number, so both are asked here; so is what no schema can say, that one key fits another.
"""

from __future__ import annotations

import argparse
import functools
import math
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import jsonschema
import yaml

from rnn_modules.data.corpora import PARALLEL_CORPORA
from rnn_modules.data.corpora.classes import classes_of
from rnn_modules.data.corpora.parallel import FILES
from rnn_modules.data.dataset import DatasetSettings
from rnn_modules.files.atomic_files import InputError, one_line, parse_json
from rnn_modules.names import TRANSLATION
from rnn_modules.training.model_size import check_size, parameters_of

LARGEST_EXPANSION = 100_000
"""Values in a file once its aliases are written out."""
RESERVED_RUNS = ("reference", "corpora", "bench", "readme.md")
"""Names in ``results`` of what is no run; where case is not told apart, in any case."""
UNSPLIT_CORPORA = ("brown", *PARALLEL_CORPORA)
"""Corpora without a published test split."""
VALIDATED_CORPORA = ("math_qa", "clinc")
"""Corpora with a published validation split."""
SEQUENCE_CORPORA = ("toxicity", "brown")
"""Corpora whose examples have several classes each."""
# Names that Windows keeps for devices, whatever follows a dot.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(10))}
# The same loader in C where it was built.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEY_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge")


def check_files(paths: Iterable[str | os.PathLike]) -> None:
    """Check what a loader of configuration files passes over.

    Args:
        paths: YAML or JSON files.

    Raises:
        InputError: a file cannot be read, has a key twice, nests aliases to an absurd size, or asks for evaluation.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:  # doctest: +ELLIPSIS
        ...     mine = Path(folder, "mine.yaml")
        ...     _ = mine.write_text("{layers: [1], seeds: [0], layers: [2]}")
        ...     check_files(["config/config.yaml", mine])
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: .../mine.yaml: line 1: the key 'layers' stands twice
    """
    for path in paths:
        try:
            text = Path(path).read_text(encoding="utf-8")
            if Path(path).suffix == ".json":
                parse_json(text)
            node = yaml.compose(text, Loader=_LOADER)
            expanded = 0 if node is None else _expanded(path, node, {})
        except InputError:
            raise
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from error
        except (ValueError, RecursionError, yaml.YAMLError) as error:
            raise InputError(f"{path}: not a configuration ({one_line(error)})") from error
        if node is not None and not isinstance(node, yaml.MappingNode):
            raise InputError(f"{path}: not a configuration (no keys at top level); give lines such as seeds: [0]")
        if expanded > LARGEST_EXPANSION:
            raise InputError(f"{path}: its aliases unfold to more than {LARGEST_EXPANSION:,} values; write them out")


def _expanded(path: str | os.PathLike, node: yaml.Node, known: dict[int, int | None]) -> int:
    """Number of values below a node with its aliases written out; also checks the keys of every mapping."""
    if id(node) in known:
        if (expanded := known[id(node)]) is None:
            raise InputError(f"{path}: line {node.start_mark.line + 1}: an alias of a value within itself")
        return expanded
    known[id(node)] = None
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.tag not in _KEY_TAGS or not key.value:
                raise InputError(f"{path}: line {line}: a key that is no text; quote it")
            if key.value in seen:
                raise InputError(f"{path}: line {line}: the key {one_line(repr(key.value))} stands twice")
            if key.value == "__use_yte__":
                raise InputError(f"{path}: {key.value}: configurations are plain values here; leave it out")
            seen.add(key.value)
            children.append(value)
    elif isinstance(node, yaml.SequenceNode):
        children = node.value
    expanded = 1 + sum(_expanded(path, child, known) for child in children)
    known[id(node)] = expanded
    return expanded


def profile_files(command: list[str]) -> list[Path]:
    """The files of the profiles that a command line of Snakemake names.

    Example:
        >>> command = ["snakemake", "--profile", "workflow/profiles/slurm", "--cores", "2"]
        >>> [path.as_posix() for path in profile_files(command)]
        ['workflow/profiles/slurm/config.yaml']
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--profile")
    parser.add_argument("--workflow-profile")
    named, _ = parser.parse_known_args([word for word in command if word != "--"])
    folders = [Path(name) for name in vars(named).values() if name]
    return [file for folder in folders for file in sorted(folder.glob("config*.yaml"))]


def check_configuration(config: dict, schema: str | os.PathLike) -> None:
    """Check a merged configuration.

    Args:
        config: all keys, as the rules see them.
        schema: JSON schema of it, a YAML file.

    Raises:
        InputError: a key is unknown or missing, a value is of the wrong kind or out of range, or two do not fit.

    Example:
        >>> config = yaml.safe_load(Path("config/config.yaml").read_text(encoding="utf-8"))
        >>> schema = Path("workflow/schemas/config.schema.yaml")
        >>> check_configuration(config, schema)
        >>> check_configuration(config | {"run": "corpora"}, schema)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: configuration: run: received 'corpora'; use a name other than ...
    """
    for error in _errors(config, schema):
        _fail(_key(error), error.message)
    for key, problem in _misfits(config):
        _fail(key, problem)


def check_overlay(config: dict, schema: str | os.PathLike) -> None:
    """Check what is laid over another configuration, before it is: as above, but for what may be missing.

    Raises:
        InputError: a key is unknown, or a value is of the wrong kind or out of range.

    Example:
        >>> check_overlay({"layers": [1]}, "workflow/schemas/config.schema.yaml")
        >>> check_overlay({"layer": [1]}, "workflow/schemas/config.schema.yaml")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        rnn_modules.files.atomic_files.InputError: configuration: the top: ...'layer'...
    """
    for error in _errors(config, schema):
        if error.validator != "required":
            _fail(_key(error), error.message)


def _errors(config: dict, schema: str | os.PathLike) -> list[jsonschema.ValidationError]:
    """What does not fit the schema, by key."""
    return sorted(_validator(Path(schema)).iter_errors(config), key=_key)


@functools.cache
def _validator(schema: Path) -> jsonschema.Draft202012Validator:
    described = yaml.load(schema.read_text(encoding="utf-8"), Loader=_LOADER)
    strict = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_whole, "number": _is_number})
    return jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=strict)(described)


def _key(error: jsonschema.ValidationError) -> str:
    return ".".join(map(str, error.absolute_path)) or "the top"


def _is_whole(checker, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(checker, value: object) -> bool:
    return _is_whole(checker, value) or (isinstance(value, float) and math.isfinite(value))


def _fail(key: str, problem: str) -> None:
    raise InputError(f"configuration: {one_line(f'{key}: {problem}', 400)}; config/README.md describes every key")


def _misfits(config: dict) -> Iterator[tuple[str, str]]:
    """Keys that do not fit others, and why."""
    if config["source"] == "mirror" and not config["mirror"]:
        yield "mirror", "received none; with source: mirror, name the folder with the corpora's files"
    if config["source"] == "synthetic":
        examples = config["synthetic"].get("examples", {})
        for corpus in sorted(_corpora(config) - examples.keys()):
            yield f"synthetic.examples.{corpus}", "received none; with source: synthetic, say how many to generate"
    yield from _run_misfits(config["run"])
    for section in ("reuse", "variants", "removal_sweep", "frontier", "offer"):
        if (layers := config[section]["layers"]) not in config["layers"]:
            yield f"{section}.layers", f"received {layers}; use one of layers, {config['layers']}"
    if absent := [layers for layers in config["controls"]["layers"] or [] if layers not in config["layers"]]:
        yield "controls.layers", f"received {absent}; use some of layers, {config['layers']}, or null for all"
    for key, named in (
        ("reuse.rnn_types", config["reuse"].get("rnn_types", [])),
        ("compact.rnn_types", config["compact"].get("rnn_types", [])),
        ("variants.rnn_types", config["variants"]["rnn_types"]),
        ("removal_sweep.rnn", [config["removal_sweep"]["rnn"]]),
        ("frontier.rnn", [config["frontier"]["rnn"]]),
        ("offer.rnn_types", config["offer"].get("rnn_types", [])),
    ):
        if unknown := [name for name in named if name not in config["rnn_types"]]:
            yield key, f"received {', '.join(unknown)}; use some of rnn_types, {', '.join(config['rnn_types'])}"
    for corpus, settings in config["datasets"].items():
        yield from _dataset_misfits(f"datasets.{corpus}", corpus, settings)
    for corpus in sorted(_corpora(config) - config["datasets"].keys()):
        yield f"datasets.{corpus}", "received none; a model needs it"
    for architecture in config["architectures"]:
        if architecture not in config["models"]:
            yield f"models.{architecture}", "received none; it is among architectures"
        elif config["models"][architecture]["corpus"] in config["datasets"]:
            yield from _size_misfits(f"models.{architecture}", architecture, config)
            yield from _epoch_misfits(f"models.{architecture}", architecture, config)
    if "encoder_decoder" in config["architectures"]:
        for name, system in config["scenarios"]["systems"].items():
            yield from _scenario_misfits(f"scenarios.systems.{name}", system)


def _corpora(config: dict) -> set[str]:
    """Corpora that the models of a run need."""
    needed = {config["models"][name]["corpus"] for name in config["architectures"] if name in config["models"]}
    if "encoder_decoder" in config["architectures"]:
        for system in config["scenarios"]["systems"].values():
            named = [system["monolithic"], *system["approach_1"].values(), *system["approach_2"].values()]
            needed |= {name.partition("_to_")[0] for name in named} & set(PARALLEL_CORPORA)
    return needed


def _dataset_misfits(key: str, corpus: str, settings: dict) -> Iterator[tuple[str, str]]:
    try:
        # Its defaults count too.
        whole = DatasetSettings(**{name: value for name, value in settings.items() if name != "languages"})
    except InputError as error:
        yield key, str(error)
        return
    if not whole.test_share and corpus in UNSPLIT_CORPORA:
        yield f"{key}.test_share", f"received 0, but no test split of {corpus} is published; use a share above 0"
    known = target_languages(corpus) or ()
    if "languages" in settings and set(settings["languages"]) != set(known):
        received = ", ".join(settings["languages"])
        yield (
            f"{key}.languages",
            f"received {received}; leave it out: a dataset of some languages has a name of its own",
        )
    tags_and_ids = 2 * len(known) + 2
    if known and (size := whole.target_vocabulary_size) is not None and size < tags_and_ids:
        yield f"{key}.target_vocabulary_size", f"received {size}; the tags of its languages take {tags_and_ids} alone"
    least = len(known or classes_of(corpus))
    for name in ("train_examples", "test_examples"):
        if (number := getattr(whole, name)) is not None and number < least and corpus not in SEQUENCE_CORPORA:
            yield f"{key}.{name}", f"received {number}; use at least {least}, one of each class"


def _run_misfits(name: str) -> Iterator[tuple[str, str]]:
    stem = name.lower().partition(".")[0]
    if name.lower() in RESERVED_RUNS or stem in _DEVICES or name.endswith("."):
        reserved = ", ".join(RESERVED_RUNS)
        yield (
            "run",
            f"received {name!r}; use a name other than {reserved} and those of devices, without a dot at its end",
        )


def _size_misfits(key: str, architecture: str, config: dict) -> Iterator[tuple[str, str]]:
    """Models that nobody can train; a vocabulary without a limit counts as the least one."""
    model = config["models"][architecture]
    data = config["datasets"][model["corpus"]]
    if architecture == TRANSLATION:
        outputs = data.get("target_vocabulary_size") or 3
    else:
        outputs = len(classes_of(model["corpus"]))
    sizes = data.get("input_tokens", DatasetSettings.input_tokens), data.get("vocabulary_size") or 3, outputs
    layers = max(*config["layers"], config["scenarios"]["layers"] if architecture == TRANSLATION else 1)
    for rnn in config["rnn_types"]:
        try:
            check_size(
                "units, embedding, layers",
                parameters_of(architecture, rnn, layers, model["units"], model["embedding"], *sizes),
            )
        except InputError as error:
            yield key, str(error)
            return


def _epoch_misfits(key: str, architecture: str, config: dict) -> Iterator[tuple[str, str]]:
    """Models whose epoch would be chosen by examples that there are none of."""
    model = config["models"][architecture]
    share = config["datasets"][model["corpus"]].get("validation_share", DatasetSettings.validation_share)
    if model.get("kept_epoch") == "best_validation" and not share and model["corpus"] not in VALIDATED_CORPORA:
        without = f"datasets.{model['corpus']}.validation_share is 0"
        yield f"{key}.kept_epoch", f"received best_validation, but {without}; use a share above 0, or last"


def target_languages(dataset: str) -> tuple[str, ...] | None:
    """Languages that a dataset such as ``estonian_to_en_it`` translates into; None for a name of no translations.

    Example:
        >>> target_languages("estonian"), target_languages("estonian_to_it"), target_languages("clinc")
        (('en', 'de', 'it'), ('it',), None)
    """
    corpus, named, languages = dataset.partition("_to_")
    if corpus not in FILES:
        return None
    _, *known = FILES[corpus]
    chosen = languages.split("_") if named else known
    return tuple(chosen) if set(chosen) <= set(known) and len(set(chosen)) == len(chosen) else None


def _scenario_misfits(key: str, system: dict) -> Iterator[tuple[str, str]]:
    expected = target_languages(system["monolithic"])
    if expected is None:
        yield f"{key}.monolithic", _unknown(system["monolithic"])
        return
    for approach in ("approach_1", "approach_2"):
        parts = system[approach]
        if set(parts) != set(expected):
            yield f"{key}.{approach}", f"received {', '.join(parts)}; name a model for each of {', '.join(expected)}"
        for language, dataset in parts.items():
            known = target_languages(dataset)
            if known is None:
                yield f"{key}.{approach}.{language}", _unknown(dataset)
            elif language not in known:
                yield f"{key}.{approach}.{language}", f"{dataset} translates into {', '.join(known)} alone"


def _unknown(dataset: str) -> str:
    return f"received {dataset!r}; use one of {', '.join(FILES)}, or one with languages such as estonian_to_en_it"
