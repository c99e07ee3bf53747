# Experiments on finished models: reuse (RQ2), replacement (RQ3), scenarios, thresholds of removal, other choices.


wildcard_constraints:
    experiment="[a-z_]+",
    setting="[a-z_]+(-[a-z_]+)?",
    chunk=r"\d+",


RQ2 = [*RECORDS["intra_reuse"], *RECORDS["inter_reuse"]]
RQ3 = [*RECORDS["intra_replacement"], *RECORDS["inter_replacement"]]


rule rq2:
    input:
        RQ2,


rule rq3:
    input:
        RQ3,


rule scenarios:
    input:
        RECORDS["scenario"],


rule train_baselines:
    input:
        datasets=lambda wildcards: datasets_of(wildcards.setting),
    output:
        record=f"{BASELINES}.json",
        decisions=f"{BASELINES}.npz",
    log:
        f"{RESULTS}/logs/train_baselines/{{experiment}}/{{setting}}/{{rnn}}/seed-{{seed}}/{{chunk}}.log",
    # The longest jobs begin first, so that none is left alone at the end.
    priority: 1
    group:
        "baselines"
    conda:
        TRAIN_ENVIRONMENT
    threads: 1
    resources:
        **asks("train_baselines"),
    params:
        code=code_of("train_baselines.py"),
        datasets=lambda wildcards, input: folders_of(input.datasets),
        # A baseline has the architecture of the first model of its setting.
        architecture=lambda wildcards: architectures_of(wildcards.setting)[0],
        layers=config["reuse"]["layers"],
        cases=lambda wildcards: flags_of(
            {
                "cases": config["reuse"]["cases"],
                "chunk": wildcards.chunk,
                "chunks": chunks_of(wildcards.experiment, wildcards.setting),
                "examples_per_class": examples_per_class(architectures_of(wildcards.setting)[0]),
                "rates": config["reuse"]["rates"],
                "length": config["reuse"]["training_length"],
            }
        ),
        settings=lambda wildcards: flags_of(
            model_settings(architectures_of(wildcards.setting)[0], dataset_names(wildcards.setting)[0])
        ),
    shell:
        training(
            "train_baselines.py --experiment {wildcards.experiment} --datasets {params.datasets} "
            "--architecture {params.architecture} --rnn {wildcards.rnn} --layers {params.layers} --seed {wildcards.seed} "
            "{params.cases} {params.settings} --output {output.record}"
        )


rule evaluate_reuse:
    input:
        records=lambda wildcards: reused(wildcards, "record.json"),
        networks=lambda wildcards: reused(wildcards, "network.npz"),
        modules=reused_modules,
        datasets=lambda wildcards: datasets_of(wildcards.setting),
        baselines=lambda wildcards: baselines_of(wildcards, "json"),
        decisions=lambda wildcards: baselines_of(wildcards, "npz"),
    output:
        RECORD,
    log:
        f"{RESULTS}/logs/evaluate_reuse/{{experiment}}/{{setting}}/{{rnn}}/seed-{{seed}}.log",
    wildcard_constraints:
        experiment="intra_reuse|inter_reuse|inter_replacement",
        setting="(?!encoder_decoder).+",
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        **asks("evaluate_reuse"),
    params:
        code=code_of("evaluate_reuse.py"),
        models=lambda wildcards, input: folders_of(input.networks),
        datasets=lambda wildcards, input: folders_of(input.datasets),
        modes=lambda wildcards: " ".join(reused_modes(wildcards)),
        described=described,
    shell:
        analysis(
            "evaluate_reuse.py --experiment {wildcards.experiment} --models {params.models} "
            "--datasets {params.datasets} --modes {params.modes} --baselines {input.baselines} {params.described} "
            "--threads {threads} --output {output}"
        )


# Languages are reused some at a time; the baselines are ordinary models with vocabularies of their own.
rule evaluate_translation_reuse:
    input:
        record=lambda wildcards: reused(wildcards, "record.json"),
        network=lambda wildcards: reused(wildcards, "network.npz"),
        modules=reused_modules,
        dataset=lambda wildcards: datasets_of(wildcards.setting),
        baselines=lambda wildcards: two_language_models(wildcards, "network.npz"),
        baseline_records=lambda wildcards: two_language_models(wildcards, "record.json"),
        baseline_datasets=lambda wildcards: [dataset_files(name)[1] for name in run_folder.TWO_LANGUAGES],
    output:
        RECORD,
    log:
        f"{RESULTS}/logs/evaluate_translation_reuse/{{experiment}}/{{setting}}/{{rnn}}/seed-{{seed}}.log",
    wildcard_constraints:
        experiment="intra_reuse",
        setting="encoder_decoder",
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        **asks("evaluate_translation_reuse"),
    params:
        code=code_of("evaluate_translation_reuse.py"),
        model=lambda wildcards, input: folders_of(input.network),
        dataset=lambda wildcards, input: folders_of(input.dataset),
        baselines=lambda wildcards, input: folders_of(input.baselines),
        baseline_datasets=lambda wildcards, input: folders_of(input.baseline_datasets),
        modes=lambda wildcards: " ".join(reuse_modes(wildcards.setting, wildcards.rnn)),
        described=described,
    shell:
        analysis(
            "evaluate_translation_reuse.py --model {params.model} --dataset {params.dataset} "
            "--baselines {params.baselines} --baseline-datasets {params.baseline_datasets} --modes {params.modes} "
            "{params.described} --threads {threads} --output {output}"
        )


rule evaluate_replacement:
    input:
        records=lambda wildcards: all_depths(wildcards, "record.json"),
        networks=lambda wildcards: all_depths(wildcards, "network.npz"),
        modules=lambda wildcards: all_depths(wildcards, *modules_files(reuse_modes(wildcards.setting, wildcards.rnn))),
        dataset=lambda wildcards: datasets_of(wildcards.setting),
    output:
        RECORD,
    log:
        f"{RESULTS}/logs/evaluate_replacement/{{experiment}}/{{setting}}/{{rnn}}/seed-{{seed}}.log",
    wildcard_constraints:
        experiment="intra_replacement",
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        **asks("evaluate_replacement"),
    params:
        code=code_of("evaluate_replacement.py"),
        models=lambda wildcards, input: folders_of(input.networks),
        dataset=lambda wildcards, input: folders_of(input.dataset),
        modes=lambda wildcards: " ".join(reuse_modes(wildcards.setting, wildcards.rnn)),
        described=described,
    shell:
        analysis(
            "evaluate_replacement.py --models {params.models} --dataset {params.dataset} --modes {params.modes} "
            "{params.described} --threads {threads} --output {output}"
        )


rule evaluate_scenario:
    input:
        networks=lambda wildcards: scenario_models(wildcards, "network.npz"),
        records=lambda wildcards: scenario_models(wildcards, "record.json"),
        modules=lambda wildcards: scenario_models(wildcards, *modules_files(scenario_modes(wildcards))),
        datasets=lambda wildcards: [dataset_files(name)[1] for name in scenario_datasets(wildcards.setting)],
    output:
        RECORD,
    log:
        f"{RESULTS}/logs/evaluate_scenario/{{experiment}}/{{setting}}/{{rnn}}/seed-{{seed}}.log",
    wildcard_constraints:
        experiment="scenario",
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        **asks("evaluate_scenario"),
    params:
        code=code_of("evaluate_scenario.py"),
        models=lambda wildcards, input: named_folders(wildcards.setting, input.networks),
        datasets=lambda wildcards, input: named_folders(wildcards.setting, input.datasets),
        systems=lambda wildcards: scenario_flags(wildcards.setting),
        modes=lambda wildcards: " ".join(scenario_modes(wildcards)),
        described=described,
    shell:
        analysis(
            "evaluate_scenario.py --scenario {wildcards.setting} --models {params.models} "
            "--datasets {params.datasets} {params.systems} --modes {params.modes} {params.described} "
            "--threads {threads} --output {output}"
        )


rule evaluate_frontier:
    input:
        record=lambda wildcards: varied_model(wildcards, "record.json"),
        network=lambda wildcards: varied_model(wildcards, "network.npz"),
        dataset=lambda wildcards: datasets_of(wildcards.setting),
    output:
        RECORD,
    log:
        f"{RESULTS}/logs/evaluate_frontier/{{experiment}}/{{setting}}/{{rnn}}/seed-{{seed}}.log",
    wildcard_constraints:
        experiment="frontier",
    conda:
        TRAIN_ENVIRONMENT
    threads: 1
    resources:
        **asks("evaluate_frontier"),
    params:
        code=code_of("evaluate_frontier.py"),
        model=lambda wildcards, input: folders_of(input.network),
        dataset=lambda wildcards, input: folders_of(input.dataset),
        settings=frontier_flags(),
        run=config["run"],
    shell:
        analysis_that_trains(
            "evaluate_frontier.py --model {params.model} --dataset {params.dataset} --seed {wildcards.seed} "
            "{params.settings} --run {params.run} --threads {threads} --output {output}"
        )


rule evaluate_offer:
    input:
        record=lambda wildcards: varied_model(wildcards, "record.json"),
        network=lambda wildcards: varied_model(wildcards, "network.npz"),
        dataset=lambda wildcards: datasets_of(wildcards.setting),
    output:
        RECORD,
    log:
        f"{RESULTS}/logs/evaluate_offer/{{experiment}}/{{setting}}/{{rnn}}/seed-{{seed}}.log",
    wildcard_constraints:
        experiment="offer",
    conda:
        TRAIN_ENVIRONMENT
    threads: 1
    resources:
        **asks("evaluate_offer"),
    params:
        code=code_of("evaluate_offer.py"),
        model=lambda wildcards, input: folders_of(input.network),
        dataset=lambda wildcards, input: folders_of(input.dataset),
        settings=offer_flags(),
        run=config["run"],
    shell:
        analysis_that_trains(
            "evaluate_offer.py --model {params.model} --dataset {params.dataset} --seed {wildcards.seed} "
            "{params.settings} --run {params.run} --threads {threads} --output {output}"
        )


rule evaluate_variants:
    input:
        record=lambda wildcards: varied_model(wildcards, "record.json"),
        network=lambda wildcards: varied_model(wildcards, "network.npz"),
        dataset=lambda wildcards: datasets_of(wildcards.setting),
    output:
        RECORD,
    log:
        f"{RESULTS}/logs/evaluate_variants/{{experiment}}/{{setting}}/{{rnn}}/seed-{{seed}}.log",
    wildcard_constraints:
        experiment="variants|removal_sweep",
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        **asks("evaluate_variants"),
    params:
        code=code_of("evaluate_variants.py"),
        model=lambda wildcards, input: folders_of(input.network),
        dataset=lambda wildcards, input: folders_of(input.dataset),
        modes=lambda wildcards: " ".join(modes_of(wildcards.setting)),
        settings=lambda wildcards: flags_of(
            (
                {"removal_caps": config["removal_sweep"]["removal_caps"]}
                if wildcards.experiment == "removal_sweep"
                else {}
            )
            | config["decomposition"]["parameters"]
        ),
        run=config["run"],
    shell:
        analysis(
            "evaluate_variants.py --experiment {wildcards.experiment} --model {params.model} "
            "--dataset {params.dataset} --modes {params.modes} --seed {wildcards.seed} {params.settings} "
            "--run {params.run} --threads {threads} --output {output}"
        )
