# Training: one job per model. On a cluster a model is trained, decomposed and evaluated by one submission (group "model").


rule models:
    input:
        [f"{RUN.model(*model)}/record.json" for model in run_folder.grid(config)],


rule train_model:
    input:
        dataset=dataset_of,
    output:
        keras=f"{MODEL}/model.keras",
        network=f"{MODEL}/network.npz",
        history=f"{MODEL}/history.csv",
        record=f"{MODEL}/record.json",
    log:
        f"{RESULTS}/logs/train_model/{{architecture}}/{{dataset}}/{{rnn}}-{{layers}}/seed-{{seed}}.log",
    # The longest jobs begin first, so that none is left alone at the end.
    priority: 1
    group:
        "model"
    conda:
        TRAIN_ENVIRONMENT
    threads: 1
    resources:
        **asks("train_model"),
    params:
        code=code_of("train_model.py"),
        dataset=lambda wildcards, input: folder_of(input.dataset),
        folder=lambda wildcards, output: str(Path(output.record).parent),
        settings=lambda wildcards: flags_of(model_settings(wildcards.architecture, wildcards.dataset)),
    shell:
        training(
            "train_model.py --dataset {params.dataset} --architecture {wildcards.architecture} "
            "--rnn {wildcards.rnn} --layers {wildcards.layers} --seed {wildcards.seed} {params.settings} "
            "--output {params.folder}"
        )
