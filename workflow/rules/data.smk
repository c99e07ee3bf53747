# Corpora and encoded datasets.


rule datasets:
    input:
        expand(
            f"{RESULTS}/datasets/{{corpus}}/dataset.json",
            corpus=[config["models"][architecture]["corpus"] for architecture in config["architectures"]],
        ),


localrules:
    fetch_corpus,


rule fetch_corpus:
    input:
        script="scripts/fetch_corpus.py",
        library=library("corpora"),
    output:
        f"{RESULTS}/corpora/{{corpus}}.json",
    log:
        f"{RESULTS}/logs/fetch_corpus/{{corpus}}.log",
    conda:
        "../../envs/data.yaml"
    params:
        source=source_flags,
    shell:
        "python {input.script} --corpus {wildcards.corpus} {params.source} --output {output} > {log} 2>&1"


rule prepare_dataset:
    input:
        script="scripts/prepare_dataset.py",
        library=library("corpora", "encoding.py", "dataset.py"),
        manifest=f"{RESULTS}/corpora/{{corpus}}.json",
    output:
        f"{RESULTS}/datasets/{{corpus}}/dataset.json",
        f"{RESULTS}/datasets/{{corpus}}/dataset.npz",
        f"{RESULTS}/datasets/{{corpus}}/vocabulary.json",
    log:
        f"{RESULTS}/logs/prepare_dataset/{{corpus}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/prepare_dataset/{{corpus}}.tsv"
    conda:
        "../../envs/data.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        folder=lambda wildcards, output: str(Path(output[0]).parent),
        settings=lambda wildcards: flags(config["datasets"][wildcards.corpus]),
    shell:
        "python {input.script} --manifest {input.manifest} --output {params.folder} {params.settings} > {log} 2>&1"
