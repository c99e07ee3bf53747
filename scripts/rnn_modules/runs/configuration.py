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
from rnn_modules.data.corpora.parallel import FILES
from rnn_modules.files.atomic_files import InputError, one_line, parse_json

LARGEST_EXPANSION = 100_000
"""Values in a file once its aliases are written out."""
# The same loader in C where it was built.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEY_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge")


def check_files(paths: Iterable[str | os.PathLike]) -> None:
    """Check what a loader of configuration files passes over.

    Args:
        paths: YAML or JSON files.

    Raises:
        InputError: a file cannot be read, has a key twice, nests aliases to an absurd size, or asks for evaluation.
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
        if expanded > LARGEST_EXPANSION:
            raise InputError(f"{path}: its aliases unfold to more than {LARGEST_EXPANSION:,} values; write them out")


def _expanded(path: str | os.PathLike, node: yaml.Node, known: dict[int, int | None]) -> int:
    """Number of values below a node with its aliases written out; also checks the keys of every mapping."""
    if id(node) in known:
        if known[id(node)] is None:
            raise InputError(f"{path}: line {node.start_mark.line + 1}: an alias of a value within itself")
        return known[id(node)]
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
    known[id(node)] = 1 + sum(_expanded(path, child, known) for child in children)
    return known[id(node)]


def profile_files(command: list[str]) -> list[Path]:
    """The files of the profiles that a command line of Snakemake names."""
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
    """
    for error in _errors(config, schema):
        _fail(_key(error), error.message)
    for key, problem in _misfits(config):
        _fail(key, problem)


def check_overlay(config: dict, schema: str | os.PathLike) -> None:
    """Check what is laid over another configuration, before it is: as above, but for what may be missing.

    Raises:
        InputError: a key is unknown, or a value is of the wrong kind or out of range.
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
    for section in ("reuse", "variants", "removal_sweep"):
        if (layers := config[section]["layers"]) not in config["layers"]:
            yield f"{section}.layers", f"received {layers}; use one of layers, {config['layers']}"
    for key, named in (
        ("variants.rnn_types", config["variants"]["rnn_types"]),
        ("removal_sweep.rnn", [config["removal_sweep"]["rnn"]]),
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
    shares = [settings.get(name, 0) for name in ("validation_share", "test_share")]
    if sum(shares) >= 1:
        yield key, f"validation_share and test_share are {shares[0]} and {shares[1]}; leave rows for training"
    known = target_languages(corpus) or ()
    if unknown := [language for language in settings.get("languages", []) if language not in known]:
        yield f"{key}.languages", f"received {', '.join(unknown)}; use some of {', '.join(known) or 'none'}"


def target_languages(dataset: str) -> tuple[str, ...] | None:
    """Languages that a dataset such as ``estonian_to_en_it`` translates into; None for a name of no translations."""
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
