# Helpers of the rules: paths, flags, and the grid of models.
import math
import shlex
import sys
from pathlib import Path

from rnn_modules.files import run_folder
from rnn_modules.files.command_line import flags_of
from rnn_modules.files.source_code import code_of
from rnn_modules.names import COMPACT, MODES, PACKAGE, TRANSLATION, architectures_of, best_mode, modes_of

RUN = run_folder.RunFolder(f"results/{config['run']}")
RESULTS, DATASET, MODEL = RUN.path, RUN.dataset(), RUN.model()
RECORDS = RUN.records(config)
# Jobs run with the Python that runs Snakemake, whatever PATH says; in conda environments with theirs.
CONDA = "conda" in {str(method).lower() for method in workflow.deployment_settings.deployment_method}
PYTHON = "python" if CONDA else shlex.quote(sys.executable)
FILES = run_folder.DATASET_FILES

# The preset whose modules stand beside those of the run's own.
BESIDE = config["decomposition"]["beside"] if config["decomposition"]["preset"] != PACKAGE else None

LOCK = f"envs/{'gpu' if config['gpu'] else 'requirements'}.lock"
TRAIN_ENVIRONMENT = f"../../envs/train{'_gpu' if config['gpu'] else ''}.yaml"
# Variables that give the threads of a job to linear algebra; --set-threads RULE=N changes their number.
BLAS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


wildcard_constraints:
    corpus="math_qa|toxicity|clinc|brown|tatoeba|ukrainian|estonian_larger|estonian",
    dataset="[a-z_]+",
    architecture="[a-z_]+",
    languages="[a-z]{2}(_[a-z]{2})*",
    rnn="[a-z]+",
    layers=r"\d+",
    seed=r"\d+",


def job(command, **variables):
    """The command of a job, a script and its arguments: what it says stands in the rule's log, and what it took in
    costs/RULE/WILDCARDS.json, which is no file of any rule."""
    variables |= {"RNN_MODULES_COSTS": "'{log} {wildcards}'"}
    assigned = [f"{name}={value}" for name, value in variables.items()]
    return " ".join([*assigned, PYTHON.replace("{", "{{").replace("}", "}}"), f"scripts/{command}", "> {log} 2>&1"])


def training(command, threads="{threads}", **variables):
    """The command of a training: TensorFlow, JAX (NPROC) and linear algebra take the rule's threads; trainings that share a
    GPU each take memory as they need it; kernels are the same at every call (those of oneDNN are chosen at run time, and
    slower on networks of this size)."""
    names = (*BLAS, "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "NPROC")
    return job(
        command,
        **dict.fromkeys(names, threads),
        TF_FORCE_GPU_ALLOW_GROWTH="true",
        XLA_PYTHON_CLIENT_PREALLOCATE="false",
        TF_CPP_MIN_LOG_LEVEL=2,
        TF_ENABLE_ONEDNN_OPTS=0,
        **variables,
    )


def analysis_that_trains(command):
    """The command of a script that shares out its work itself (--threads) and trains small networks: on one thread, and on
    JAX, which making small modules loads anyway, and which takes half of TensorFlow's time for networks of this size.
    """
    return training(command, threads=1, KERAS_BACKEND="jax")


def analysis(command):
    """The command of a script that shares out its work itself (--threads): linear algebra has one thread in each, so results
    do not depend on the number."""
    return job(command, **dict.fromkeys(BLAS, 1))


def folder_of(paths):
    """Folder of the first of some files."""
    return str(Path(paths[0]).parent)


def folders_of(paths):
    """Folders of some files, as words of a command line."""
    return " ".join(str(Path(path).parent) for path in paths)


def corpus_of(architecture):
    return config["models"][architecture]["corpus"]


def dataset_files(dataset):
    """Files of a dataset by name."""
    return [f"{RUN.dataset(dataset)}/{name}" for name in FILES]


def dataset_of(wildcards):
    """Files of the dataset of a model."""
    return dataset_files(wildcards.dataset)


def corpus_behind(dataset):
    """The corpus of a dataset such as ``estonian_to_en_it`` or ``clinc_with_brown``."""
    return dataset.split("_to_")[0].split("_with_")[0]


def model_settings(architecture, dataset):
    """Settings of an architecture's models on a dataset, as ``train_model.py`` has them."""
    settings = {
        key: value for key, value in config["models"][architecture].items() if key not in ("corpus", "epochs_of")
    }
    epochs_of = config["models"][architecture].get("epochs_of", {})
    return settings | {"epochs": epochs_of.get(corpus_behind(dataset), settings["epochs"])}


def examples_per_class(architecture):
    """Limit of the training of models of an architecture from scratch; None without one."""
    reuse = config["reuse"]
    return reuse.get("examples_per_class_of", {}).get(architecture, reuse["examples_per_class"])


def controls_of(wildcards):
    """Flags of a model's controls: more random draws for the first seed, which the pictures show."""
    controls = config["controls"]
    first = str(wildcards.seed) == str(config["seeds"][0])
    draws = controls["draws"] if first else controls["draws_of_other_seeds"]
    return flags_of({"draws": draws, "test_examples": controls["test_examples"]})


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
    return flags_of(settings)


def model_files(architecture, dataset, rnn, layers, seed, *names):
    """Files in the folder of a model."""
    return [f"{RUN.model(architecture, dataset, rnn, layers, seed)}/{name}" for name in names]


def small_modules_of(rnn):
    """The name of the small modules, in a list, where models of an RNN type have them."""
    return [COMPACT] if rnn in config["compact"].get("rnn_types", config["rnn_types"]) else []


def by_package(modes):
    """Names of the modules by the package beside those of some modes, in a list; empty where a run has none."""
    return [f"{BESIDE}_{mode}" for mode in modes] if BESIDE else []


def evaluated_modes(wildcards):
    """Modules of a model whose cost is evaluated: those of every mode, others beside them, and small ones."""
    modes = modes_of(wildcards.architecture)
    return [*modes, *by_package(modes), *small_modules_of(wildcards.rnn)]


def modules_files(modes):
    """Names of the files of modules within a model's folder."""
    return [f"modules/{mode}.{kind}" for mode in modes for kind in ("npz", "json")]
