# Decomposition into modules, and its cost (RQ1).


rule rq1:
    input:
        RECORDS["decomposition_cost"],
        RECORDS["controls"],


rule decompose_model:
    input:
        network=f"{MODEL}/network.npz",
        dataset=dataset_of,
    output:
        [f"{MODEL}/{name}" for name in modules_files([*MODES, *by_package(MODES)])],
    log:
        f"{RESULTS}/logs/decompose_model/{{architecture}}/{{dataset}}/{{rnn}}-{{layers}}/seed-{{seed}}.log",
    group:
        "model"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        **asks("decompose_model"),
    params:
        code=code_of("decompose_model.py"),
        dataset=lambda wildcards, input: folder_of(input.dataset),
        folder=lambda wildcards, output: folder_of(output),
        modes=lambda wildcards: " ".join(modes_of(wildcards.architecture)),
        preset=lookup("decomposition/preset", within=config),
        beside=flags_of({"beside": BESIDE}),
        parameters=flags_of(config["decomposition"]["parameters"]),
    shell:
        analysis(
            "decompose_model.py --network {input.network} --dataset {params.dataset} --modes {params.modes} "
            "--architecture {wildcards.architecture} --rnn {wildcards.rnn} --preset {params.preset} "
            "{params.beside} --seed {wildcards.seed} {params.parameters} --threads {threads} --output {params.folder}"
        )


# One timestep: rolled modules only.
use rule decompose_model as decompose_one_timestep with:
    output:
        [f"{MODEL}/{name}" for name in modules_files(["rolled", *by_package(["rolled"])])],
    log:
        f"{RESULTS}/logs/decompose_one_timestep/{{architecture}}/{{dataset}}/{{rnn}}-{{layers}}/seed-{{seed}}.log",
    wildcard_constraints:
        architecture="one_to_one",
    resources:
        **asks("decompose_one_timestep"),


ruleorder: decompose_one_timestep > decompose_model


# Small networks, one of few nodes for each class.
rule compact_model:
    input:
        network=f"{MODEL}/network.npz",
        dataset=dataset_of,
    output:
        expand(f"{MODEL}/modules/compact.{{kind}}", kind=["npz", "json"], allow_missing=True),
    log:
        f"{RESULTS}/logs/compact_model/{{architecture}}/{{dataset}}/{{rnn}}-{{layers}}/seed-{{seed}}.log",
    group:
        "model"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        **asks("compact_model"),
    params:
        code=code_of("compact_model.py"),
        dataset=lambda wildcards, input: folder_of(input.dataset),
        folder=lambda wildcards, output: folder_of(output),
        parameters=flags_of(config["compact"]["parameters"]),
    shell:
        analysis(
            "compact_model.py --network {input.network} --dataset {params.dataset} "
            "--architecture {wildcards.architecture} --rnn {wildcards.rnn} --seed {wildcards.seed} "
            "{params.parameters} --threads {threads} --output {params.folder}"
        )


rule evaluate_decomposition:
    input:
        network=f"{MODEL}/network.npz",
        record=f"{MODEL}/record.json",
        modules=lambda wildcards: [
            f"{MODEL}/{name}".format(**wildcards) for name in modules_files(evaluated_modes(wildcards))
        ],
        dataset=dataset_of,
    output:
        f"{MODEL}/decomposition_cost.json",
    log:
        f"{RESULTS}/logs/evaluate_decomposition/{{architecture}}/{{dataset}}/{{rnn}}-{{layers}}/seed-{{seed}}.log",
    group:
        "model"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        **asks("evaluate_decomposition"),
    params:
        code=code_of("evaluate_decomposition.py"),
        model=lambda wildcards, input: str(Path(input.record).parent),
        dataset=lambda wildcards, input: folder_of(input.dataset),
        modes=lambda wildcards: " ".join(evaluated_modes(wildcards)),
        run=config["run"],
        preset=lookup("decomposition/preset", within=config),
    shell:
        analysis(
            "evaluate_decomposition.py --model {params.model} --dataset {params.dataset} "
            "--modes {params.modes} --run {params.run} --preset {params.preset} --threads {threads} --output {output}"
        )


# Whether identification finds anything: the same cut in random, reversed and other classes' order.
rule evaluate_controls:
    input:
        network=f"{MODEL}/network.npz",
        record=f"{MODEL}/record.json",
        dataset=dataset_of,
    output:
        f"{MODEL}/controls.json",
    log:
        f"{RESULTS}/logs/evaluate_controls/{{architecture}}/{{dataset}}/{{rnn}}-{{layers}}/seed-{{seed}}.log",
    group:
        "model"
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        **asks("evaluate_controls"),
    params:
        code=code_of("evaluate_controls.py"),
        model=lambda wildcards, input: str(Path(input.record).parent),
        dataset=lambda wildcards, input: folder_of(input.dataset),
        modes=lambda wildcards: " ".join(modes_of(wildcards.architecture)),
        draws=controls_of,
        run=config["run"],
        preset=lookup("decomposition/preset", within=config),
        parameters=flags_of(config["decomposition"]["parameters"]),
    shell:
        analysis(
            "evaluate_controls.py --model {params.model} --dataset {params.dataset} --modes {params.modes} "
            "{params.draws} --run {params.run} --preset {params.preset} --seed {wildcards.seed} {params.parameters} "
            "--threads {threads} --output {output}"
        )
