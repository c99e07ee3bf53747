# Helpers of the rules: paths, flags, and the grid of models.
import shlex
from pathlib import Path

RESULTS = f"results/{config['run']}"
MODEL = f"{RESULTS}/models/{{architecture}}/{{rnn}}-{{layers}}/seed-{{seed}}"
LIBRARY = "scripts/rnn_modules"
# Files of the library that run modules.
ENGINE = ["network", "module.py", "parameters.py", "dataset.py", "encoding.py", "composition.py"]


wildcard_constraints:
    corpus="[a-z_]+",
    architecture="[a-z_]+",
    rnn="[a-z]+",
    layers=r"\d+",
    seed=r"\d+",


def library(*names):
    """Files of the library that a stage runs; an edit of one reruns the stage, a touch does not."""
    files = [f"{LIBRARY}/artefacts.py", f"{LIBRARY}/commands.py"]
    for name in names:
        path = Path(workflow.basedir).parent / LIBRARY / name
        if path.is_dir():
            files += sorted(f"{LIBRARY}/{name}/{file.relative_to(path)}" for file in path.rglob("*.py"))
        else:
            files.append(f"{LIBRARY}/{name}")
    return files


def flags(settings):
    """Command-line flags of a mapping; a key without a value is left out."""
    words = []
    for key, value in settings.items():
        if value is not None:
            values = value if isinstance(value, list) else [value]
            words += [f"--{key.replace('_', '-')}", *map(str, values)]
    return " ".join(map(shlex.quote, words))


def corpus_of(wildcards):
    return config["models"][wildcards.architecture]["corpus"]


def dataset_of(wildcards):
    """Files of the dataset of an architecture."""
    folder = f"{RESULTS}/datasets/{corpus_of(wildcards)}"
    return [f"{folder}/{name}" for name in ("dataset.json", "dataset.npz", "vocabulary.json")]


def modes(architecture):
    """Without a loop there is nothing to unroll (section V-B1)."""
    return ["rolled"] if architecture == "one_to_one" else ["rolled", "unrolled"]


def grid(pattern):
    """``pattern`` for every model of the run."""
    return expand(
        pattern,
        architecture=config["architectures"],
        rnn=config["rnn_types"],
        layers=config["layers"],
        seed=config["seeds"],
    )


def source_flags(wildcards):
    """How a corpus is fetched."""
    settings = {"source": config["source"]}
    if config["source"] == "mirror":
        settings["mirror"] = config["mirror"]
    elif config["source"] == "download":
        settings["cache"] = "results/corpora"
    else:
        settings["seed"] = config["synthetic"]["seed"]
        settings["examples"] = config["synthetic"].get("examples", {}).get(wildcards.corpus)
    return flags(settings)


def modules_of(wildcards):
    """Files of the modules of a model, in all its modes."""
    folder = f"{MODEL}/modules".format(**wildcards)
    return [f"{folder}/{mode}.{kind}" for mode in modes(wildcards.architecture) for kind in ("npz", "json")]
