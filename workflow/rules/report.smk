# Tables and figures, from the records alone.

TABLES = expand(
    f"{RESULTS}/tables/{{table}}",
    table=[
        "table2.csv",
        "table2.md",
        "table2.tex",
        "table2.html",
        "table2_unpadded.csv",
        "table2_unpadded.md",
        "table2_unpadded.tex",
        "table2_unpadded.html",
        "decomposition_cost.csv",
        "decomposition_cost.md",
    ],
)
PUBLISHED = sorted(str(path) for path in Path("config/published").glob("*.csv"))


rule tables:
    input:
        TABLES,
        f"{RESULTS}/tables/claims_decomposition_cost.json",
        f"{RESULTS}/tables/claims_decomposition_cost.md",


rule figures:
    input:
        f"{RESULTS}/figures/table2.png",
        f"{RESULTS}/figures/table2.svg",


rule tabulate_decomposition_cost:
    input:
        script="scripts/tabulate_decomposition_cost.py",
        library=library("tables.py", "rendering.py", "records.py", "published.py"),
        published=PUBLISHED,
        records=grid(f"{MODEL}/decomposition_cost.json"),
    output:
        TABLES,
    log:
        f"{RESULTS}/logs/tabulate_decomposition_cost.log",
    conda:
        "../../envs/analysis.yaml"
    params:
        folder=lambda wildcards, output: str(Path(output[0]).parent),
    shell:
        "python {input.script} {input.records} --output-folder {params.folder} > {log} 2>&1"


rule summarise_decomposition_cost:
    input:
        script="scripts/summarise_decomposition_cost.py",
        library=library("claims.py", "tables.py", "rendering.py", "records.py", "published.py"),
        published=PUBLISHED,
        records=grid(f"{MODEL}/decomposition_cost.json"),
    output:
        json=f"{RESULTS}/tables/claims_decomposition_cost.json",
        markdown=f"{RESULTS}/tables/claims_decomposition_cost.md",
    log:
        f"{RESULTS}/logs/summarise_decomposition_cost.log",
    conda:
        "../../envs/analysis.yaml"
    shell:
        "python {input.script} {input.records} --json {output.json} --markdown {output.markdown} > {log} 2>&1"


rule plot_decomposition_cost:
    input:
        script="scripts/plot_decomposition_cost.py",
        library=library("figures.py", "tables.py", "records.py", "published.py"),
        published=PUBLISHED,
        records=grid(f"{MODEL}/decomposition_cost.json"),
    output:
        png=f"{RESULTS}/figures/table2.png",
        svg=f"{RESULTS}/figures/table2.svg",
    log:
        f"{RESULTS}/logs/plot_decomposition_cost.log",
    conda:
        "../../envs/analysis.yaml"
    shell:
        "python {input.script} {input.records} --output {output.png} --output-svg {output.svg} > {log} 2>&1"
