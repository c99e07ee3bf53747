# Helpers of the experiments: which models, modules and datasets each needs.
from rnn_modules.data.corpora.classes import classes_of

RECORD, BASELINES = RUN.record(), RUN.baselines()


def dataset_names(setting):
    """Datasets of a setting's models; two models share a vocabulary."""
    return run_folder.datasets_of(config, setting)


def datasets_of(setting):
    """Arrays of the datasets of a setting's models."""
    return [dataset_files(name)[1] for name in dataset_names(setting)]


def chunks_of(experiment, setting):
    """Number of jobs that train the baselines of an experiment."""
    classes = [len(classes_of(corpus_of(name))) for name in architectures_of(setting)]
    possible = math.comb(classes[0], 2) if experiment == "intra_reuse" else math.prod(classes)
    cases = possible if config["reuse"]["cases"] is None else min(possible, config["reuse"]["cases"])
    return math.ceil(cases / config["reuse"]["cases_per_job"])


def baselines_of(wildcards, kind):
    """Files of one kind of all jobs that train the baselines of an experiment: their records or their decisions."""
    chunks = range(chunks_of(wildcards.experiment, wildcards.setting))
    return expand(f"{BASELINES}.{kind}", **wildcards, chunk=chunks)


def own_modes(architecture, rnn):
    """The best mode first; for some RNN types the other one too."""
    best = best_mode(architecture)
    others = [mode for mode in modes_of(architecture) if mode != best]
    return [best, *others] if rnn in config["reuse"]["other_mode_of"] else [best]


def reuse_modes(architecture, rnn):
    """These, the best mode by the package, and small modules."""
    return [*own_modes(architecture, rnn), *by_package([best_mode(architecture)]), *small_modules_of(rnn)]


def reused_modes(wildcards):
    """Words for the modes of a setting: those of its models joined by ``+``, the best ones first."""
    names = architectures_of(wildcards.setting)
    own = [own_modes(name, wildcards.rnn) for name in names]
    pairs = [[modes[min(index, len(modes) - 1)] for modes in own] for index in range(max(map(len, own)))]
    pairs += [by_package([best_mode(name) for name in names])] if BESIDE else []
    pairs += [[small] * len(names) for small in small_modules_of(wildcards.rnn)]
    return ["+".join(pair) for pair in pairs]


def reused(wildcards, *names):
    """Files of the models that the modules of a setting come from (RNN-4 in the paper)."""
    return files_of_reused(wildcards, lambda architecture: names)


def reused_modules(wildcards):
    """Files of these models' modules."""
    return files_of_reused(wildcards, lambda architecture: modules_files(reuse_modes(architecture, wildcards.rnn)))


def files_of_reused(wildcards, names_of):
    files = []
    for architecture, dataset in zip(architectures_of(wildcards.setting), dataset_names(wildcards.setting)):
        identity = (architecture, dataset, wildcards.rnn, config["reuse"]["layers"], wildcards.seed)
        files += model_files(*identity, *names_of(architecture))
    return files


def two_language_models(wildcards, *names):
    """Files of the translation models of two languages."""
    layers = config["reuse"]["layers"]
    return [
        path
        for dataset in run_folder.TWO_LANGUAGES
        for path in model_files(wildcards.setting, dataset, wildcards.rnn, layers, wildcards.seed, *names)
    ]


def all_depths(wildcards, *names):
    """Files of an architecture's models of all depths."""
    dataset = corpus_of(wildcards.setting)
    return [
        path
        for layers in config["layers"]
        for path in model_files(wildcards.setting, dataset, wildcards.rnn, layers, wildcards.seed, *names)
    ]


def varied_model(wildcards, *names):
    """Files of the model whose choices are varied."""
    layers = config[wildcards.experiment]["layers"]
    return model_files(wildcards.setting, corpus_of(wildcards.setting), wildcards.rnn, layers, wildcards.seed, *names)


def frontier_flags():
    """Flags of the frontier: its plan, and of what it makes."""
    plan = {name: config["frontier"][name] for name in ("shares", "draws", "parts_at")}
    return flags_of(plan | config["recognisers"] | compact_parameters("keep", "tolerance"))


def offer_flags():
    """Flags of the offer: its plan, and of what it makes."""
    plan = {name: config["offer"][name] for name in ("keep", "examples", "most")}
    return flags_of(plan | config["recognisers"] | compact_parameters("keep", "tolerance", "ranking_sample"))


def compact_parameters(*without):
    """Parameters of small modules without those that an experiment chooses itself."""
    return {name: value for name, value in config["compact"]["parameters"].items() if name not in without}


def scenario_datasets(scenario):
    """Datasets of a scenario's models, each once; a model is named by its dataset."""
    return run_folder.scenario_datasets(config, scenario)


def scenario_models(wildcards, *names):
    """Files of a scenario's models."""
    layers = config["scenarios"]["layers"]
    return [
        path
        for dataset in scenario_datasets(wildcards.setting)
        for path in model_files("encoder_decoder", dataset, wildcards.rnn, layers, wildcards.seed, *names)
    ]


def scenario_modes(wildcards):
    """Modules that a scenario's systems are put together from."""
    best = [best_mode(TRANSLATION)]
    return [*best, *by_package(best), *small_modules_of(wildcards.rnn)]


def named_folders(scenario, paths):
    """Words ``dataset=folder`` for a scenario's models or datasets."""
    return " ".join(f"{name}={Path(path).parent}" for name, path in zip(scenario_datasets(scenario), paths))


def scenario_flags(scenario):
    """Flags that say which model translates into which language."""
    system = config["scenarios"]["systems"][scenario]
    words = ["--monolithic", system["monolithic"]]
    for approach in ("approach_1", "approach_2"):
        words += ["--approach", approach, *(f"{language}={name}" for language, name in system[approach].items())]
    return " ".join(map(shlex.quote, words))


def described(wildcards):
    """Flags with the facts that every record states."""
    return flags_of({"run": config["run"], "preset": config["decomposition"]["preset"]})


def drawn_model(*names):
    """Files of the model whose modules are drawn, one of each architecture."""
    sweep = config["removal_sweep"]

    def files(wildcards):
        architecture = wildcards.architecture
        identity = (architecture, corpus_of(architecture), sweep["rnn"], sweep["layers"], config["seeds"][0])
        return model_files(*identity, *(names or modules_files(modes_of(architecture))))

    return files
