# Corpora and encoded datasets.


rule datasets:
    input:
        expand(
            f"{DATASET}/dataset.json",
            dataset=sorted({model.dataset for model in run_folder.models(config)}),
        ),


localrules:
    fetch_corpus,


rule fetch_corpus:
    output:
        f"{RESULTS}/corpora/{{corpus}}.json",
    log:
        f"{RESULTS}/logs/fetch_corpus/{{corpus}}.log",
    conda:
        "../../envs/data.yaml"
    resources:
        **asks("fetch_corpus"),
    params:
        code=code_of("fetch_corpus.py"),
        source=source_flags,
    shell:
        job("fetch_corpus.py --corpus {wildcards.corpus} {params.source} --output {output}")


rule prepare_dataset:
    input:
        manifest=f"{RESULTS}/corpora/{{corpus}}.json",
    output:
        expand(f"{RESULTS}/datasets/{{corpus}}/{{file}}", file=FILES, allow_missing=True),
    log:
        f"{RESULTS}/logs/prepare_dataset/{{corpus}}.log",
    group:
        "datasets"
    conda:
        "../../envs/data.yaml"
    resources:
        **asks("prepare_dataset"),
    params:
        code=code_of("prepare_dataset.py"),
        folder=lambda wildcards, output: folder_of(output),
        settings=lambda wildcards: flags_of(config["datasets"][wildcards.corpus]),
    shell:
        job("prepare_dataset.py --manifest {input.manifest} --output {params.folder} {params.settings}")


# Some of the target languages of a parallel corpus; the lines of each split stay the same.
use rule prepare_dataset as prepare_languages with:
    output:
        expand(f"{RESULTS}/datasets/{{corpus}}_to_{{languages}}/{{file}}", file=FILES, allow_missing=True),
    log:
        f"{RESULTS}/logs/prepare_languages/{{corpus}}_to_{{languages}}.log",
    resources:
        **asks("prepare_languages"),
    params:
        code=code_of("prepare_dataset.py"),
        folder=lambda wildcards, output: folder_of(output),
        settings=lambda wildcards: flags_of(
            config["datasets"][wildcards.corpus] | {"languages": wildcards.languages.split("_")}
        ),


# One vocabulary for the models of two architectures, so that modules of both read the same input (section V-B2).
rule share_vocabulary:
    input:
        first=lambda wildcards: dataset_files(wildcards.first),
        second=lambda wildcards: dataset_files(wildcards.second),
    output:
        first=expand(f"{RESULTS}/datasets/{{first}}_with_{{second}}/{{file}}", file=FILES, allow_missing=True),
        second=expand(f"{RESULTS}/datasets/{{second}}_with_{{first}}/{{file}}", file=FILES, allow_missing=True),
    log:
        f"{RESULTS}/logs/share_vocabulary/{{first}}_with_{{second}}.log",
    wildcard_constraints:
        first="math_qa|clinc",
        second="toxicity|brown",
    group:
        "datasets"
    conda:
        "../../envs/data.yaml"
    resources:
        **asks("share_vocabulary"),
    params:
        code=code_of("share_vocabulary.py"),
        folders=lambda wildcards, input, output: (
            f"--first {folder_of(input.first)} --second {folder_of(input.second)} "
            f"--first-output {folder_of(output.first)} --second-output {folder_of(output.second)}"
        ),
    shell:
        job("share_vocabulary.py {params.folders}")
