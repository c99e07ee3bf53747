# What jobs ask for: memory and minutes from recorded jobs (config/benchmarks) with head-room, more with each attempt.
import functools

from rnn_modules.runs.planning.measured_jobs import read_recordings
from rnn_modules.runs.planning.memory import analysis_mib, decomposition_mib, training_mib
from rnn_modules.runs.planning.planned_jobs import dataset_settings, expected_sizes
from rnn_modules.runs.planning.requests import Requests
from rnn_modules.runs.planning.workload import ModelSizes, Work, analysis_work, baseline_examples, training_work

RECORDINGS = read_recordings(Path(workflow.basedir).parent / "config" / "benchmarks")
REQUESTS = Requests.of(RECORDINGS)
# On a cluster two Snakemakes run within each job, one starting the other; 170 MB each were measured.
SNAKEMAKE_MB = 400
# About so many choices are varied, each cut and evaluated by itself.
VARIED = 25


def memory(rule_name):
    """Megabytes of a rule's job."""

    def ask(wildcards, input, attempt):
        held, _ = load(rule_name, wildcards, input)
        name = ("_to_" if rule_name == "prepare_dataset" else "/").join(wildcards)
        program = REQUESTS.memory_mb(rule_name, held, name, config["source"] == "synthetic")
        return attempt * (program + SNAKEMAKE_MB * workflow.non_local_exec)

    return ask


def minutes(rule_name):
    """Minutes of a rule's job."""

    def ask(wildcards, input, attempt):
        _, work = load(rule_name, wildcards, input)
        return attempt * REQUESTS.minutes(rule_name, getattr(wildcards, "rnn", None), work)

    return ask


def load(rule_name, wildcards, inputs):
    """MiB that a job holds by its sizes, and its work."""
    if rule_name == "train_model":
        model = sizes_of(wildcards.architecture, wildcards.dataset, wildcards.rnn, wildcards.layers)
        return trained(model, wildcards.dataset, model.dataset.train, 1)
    if rule_name == "train_baselines":
        names, reuse = dataset_names(wildcards.setting), config["reuse"]
        architecture = architectures_of(wildcards.setting)[0]
        model = sizes_of(architecture, names[0], wildcards.rnn, reuse["layers"])
        sizes = [dataset_sizes(name) for name in names]
        examples = baseline_examples(wildcards.experiment, sizes, examples_per_class(architecture))
        return trained(model, names[0], examples, reuse["cases_per_job"])
    folders = [Path(path).parts[-5:-2] for path in inputs if Path(path).name == "network.npz"]
    models = [sizes_of(architecture, dataset, *depth.split("-")) for architecture, dataset, depth in folders]
    if rule_name == "decompose_model":
        return decomposition_mib(*models), analysis_work(models)
    if rule_name != "evaluate_variants":
        return analysis_mib(models), analysis_work(models)
    sweep = wildcards.experiment == "removal_sweep"
    passes = len(config["removal_sweep"]["removal_caps"]) if sweep else VARIED
    return decomposition_mib(*models, gates=not sweep), analysis_work(models, passes)


def trained(model, dataset, examples, models):
    """MiB that a training holds, and the work of training so many models one after another."""
    settings = model_settings(model.architecture, dataset)
    work = training_work(model, examples, settings["epochs"], settings["batch_size"])
    return training_mib(model, settings["batch_size"]), sum([work] * models, Work())


@functools.cache
def sizes_of(architecture, dataset, rnn, layers):
    """Sizes of a model."""
    settings = config["models"][architecture]
    return ModelSizes(architecture, rnn, int(layers), settings["units"], settings["embedding"], dataset_sizes(dataset))


@functools.cache
def dataset_sizes(name):
    """Sizes that a dataset will have, or those of the whole corpus where none of that name is recorded."""
    corpus = corpus_behind(name)
    settings = dataset_settings(flags_of(config["datasets"][corpus]).split())
    synthetic = config["synthetic"].get("examples", {}).get(corpus, 1000) if config["source"] == "synthetic" else None
    recorded = [recording.datasets for recording in RECORDINGS]
    known = name if any(name in datasets for datasets in recorded) else corpus
    return expected_sizes(known, settings, synthetic, recorded)[0]
