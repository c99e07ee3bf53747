# Claims, tables, figures and the report, from the records alone.

TABLES = f"{RESULTS}/tables"
FIGURES = f"{RESULTS}/figures"
COSTS = grid(f"{MODEL}/decomposition_cost.json")
CASES = [*RQ2, *RQ3, *SCENARIOS]
PUBLISHED = sorted(str(path) for path in Path("config/published").glob("*.csv"))


rule tables:
    input:
        expand(f"{TABLES}/{{name}}.md", name=["table2", "table3", "table4", "table5", "variants", "claims"]),


rule figures:
    input:
        expand(f"{FIGURES}/{{name}}.svg", name=["table2", "table3", "table4", "removal_sweep"]),
        expand(f"{FIGURES}/modules_{{architecture}}.svg", architecture=config["architectures"]),


rule report:
    input:
        f"{RESULTS}/report/index.html",


rule tabulate_decomposition_cost:
    input:
        script="scripts/tabulate_decomposition_cost.py",
        library=library("tables", "results"),
        published=PUBLISHED,
        records=COSTS,
    output:
        expand(f"{TABLES}/{{table}}.{{kind}}", table=["table2", "table2_unpadded"], kind=["csv", "md", "tex"]),
        f"{TABLES}/decomposition_cost.md",
        report(f"{TABLES}/table2.html", caption="../report/table2.rst", category="Tables", labels={"table": "II"}),
        report(
            f"{TABLES}/table2_unpadded.html",
            caption="../report/table2_unpadded.rst",
            category="Tables",
            labels={"table": "II, padding excluded"},
        ),
        report(
            f"{TABLES}/decomposition_cost.csv",
            caption="../report/decomposition_cost.rst",
            category="Tables",
            labels={"table": "absolute scores"},
        ),
    log:
        f"{RESULTS}/logs/tabulate_decomposition_cost.log",
    benchmark:
        f"{RESULTS}/benchmarks/tabulate_decomposition_cost.tsv"
    conda:
        "../../envs/analysis.yaml"
    resources:
        mem_mb=memory("tabulate_decomposition_cost"),
        runtime=minutes("tabulate_decomposition_cost"),
    params:
        folder=lambda wildcards, output: folder_of(output),
    shell:
        "python {input.script} {input.records} --output-folder {params.folder} > {log} 2>&1"


rule tabulate_cases:
    input:
        script="scripts/tabulate_cases.py",
        library=library("tables", "results"),
        published=PUBLISHED,
        records=CASES,
    output:
        expand(f"{TABLES}/{{table}}.{{kind}}", table=["table3", "table4", "table5"], kind=["csv", "md", "tex"]),
        expand(f"{TABLES}/{{table}}_measures.{{kind}}", table=["table3", "table4"], kind=["csv", "md"]),
        f"{TABLES}/cases.csv",
        report(f"{TABLES}/table3.html", caption="../report/table3.rst", category="Tables", labels={"table": "III"}),
        report(f"{TABLES}/table4.html", caption="../report/table4.rst", category="Tables", labels={"table": "IV"}),
        report(f"{TABLES}/table5.html", caption="../report/table5.rst", category="Tables", labels={"table": "V"}),
    log:
        f"{RESULTS}/logs/tabulate_cases.log",
    benchmark:
        f"{RESULTS}/benchmarks/tabulate_cases.tsv"
    conda:
        "../../envs/analysis.yaml"
    resources:
        mem_mb=memory("tabulate_cases"),
        runtime=minutes("tabulate_cases"),
    params:
        folder=lambda wildcards, output: folder_of(output),
    shell:
        "python {input.script} {input.records} --output-folder {params.folder} > {log} 2>&1"


rule tabulate_variants:
    input:
        script="scripts/tabulate_variants.py",
        library=library("tables", "results"),
        published=PUBLISHED,
        records=[*VARIANTS, *REMOVAL_SWEEP],
    output:
        expand(f"{TABLES}/{{file}}", file=["variants.csv", "variants.md", "removal_sweep.csv"]),
        report(
            f"{TABLES}/variants.html",
            caption="../report/variants.rst",
            category="Tables",
            labels={"table": "choices of paper and package"},
        ),
    log:
        f"{RESULTS}/logs/tabulate_variants.log",
    benchmark:
        f"{RESULTS}/benchmarks/tabulate_variants.tsv"
    conda:
        "../../envs/analysis.yaml"
    resources:
        mem_mb=memory("tabulate_variants"),
        runtime=minutes("tabulate_variants"),
    params:
        folder=lambda wildcards, output: folder_of(output),
    shell:
        "python {input.script} {input.records} --output-folder {params.folder} > {log} 2>&1"


rule answer_claims:
    input:
        script="scripts/answer_claims.py",
        library=library("claims", "tables", "results"),
        published=PUBLISHED,
        costs=COSTS,
        cases=CASES,
        variants=VARIANTS,
    output:
        json=f"{TABLES}/claims.json",
        markdown=f"{TABLES}/claims.md",
        latex=f"{TABLES}/claims.tex",
        html=report(
            f"{TABLES}/claims.html",
            caption="../report/claims.rst",
            category="Claims",
            labels={"table": "claims C01 to C40"},
        ),
    log:
        f"{RESULTS}/logs/answer_claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/answer_claims.tsv"
    conda:
        "../../envs/analysis.yaml"
    resources:
        mem_mb=memory("answer_claims"),
        runtime=minutes("answer_claims"),
    shell:
        "python {input.script} --decomposition-cost {input.costs} --cases {input.cases} --variants {input.variants} "
        "--json {output.json} --markdown {output.markdown} --latex {output.latex} --html {output.html} > {log} 2>&1"


rule plot_decomposition_cost:
    input:
        script="scripts/plot_decomposition_cost.py",
        library=library("figures", "tables", "results"),
        published=PUBLISHED,
        records=COSTS,
    output:
        png=f"{FIGURES}/table2.png",
        svg=report(
            f"{FIGURES}/table2.svg",
            caption="../report/figure_table2.rst",
            category="Figures",
            labels={"figure": "cost of decomposition"},
        ),
    log:
        f"{RESULTS}/logs/plot_decomposition_cost.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_decomposition_cost.tsv"
    conda:
        "../../envs/analysis.yaml"
    resources:
        mem_mb=memory("plot_decomposition_cost"),
        runtime=minutes("plot_decomposition_cost"),
    shell:
        "python {input.script} {input.records} --output {output.png} --output-svg {output.svg} > {log} 2>&1"


rule plot_reuse:
    input:
        script="scripts/plot_cases.py",
        library=library("figures", "tables", "results"),
        published=PUBLISHED,
        records=RQ2,
    output:
        png=f"{FIGURES}/table3.png",
        svg=report(
            f"{FIGURES}/table3.svg",
            caption="../report/figure_table3.rst",
            category="Figures",
            labels={"figure": "reuse"},
        ),
    log:
        f"{RESULTS}/logs/plot_reuse.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_reuse.tsv"
    conda:
        "../../envs/analysis.yaml"
    resources:
        mem_mb=memory("plot_reuse"),
        runtime=minutes("plot_reuse"),
    shell:
        "python {input.script} {input.records} --output {output.png} --output-svg {output.svg} > {log} 2>&1"


use rule plot_reuse as plot_replacement with:
    input:
        script="scripts/plot_cases.py",
        library=library("figures", "tables", "results"),
        published=PUBLISHED,
        records=RQ3,
    output:
        png=f"{FIGURES}/table4.png",
        svg=report(
            f"{FIGURES}/table4.svg",
            caption="../report/figure_table4.rst",
            category="Figures",
            labels={"figure": "replacement"},
        ),
    log:
        f"{RESULTS}/logs/plot_replacement.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_replacement.tsv"
    resources:
        mem_mb=memory("plot_replacement"),
        runtime=minutes("plot_replacement"),


rule plot_removal_sweep:
    input:
        script="scripts/plot_removal_sweep.py",
        library=library("figures", "tables", "results"),
        records=REMOVAL_SWEEP,
    output:
        png=f"{FIGURES}/removal_sweep.png",
        svg=report(
            f"{FIGURES}/removal_sweep.svg",
            caption="../report/figure_removal_sweep.rst",
            category="Figures",
            labels={"figure": "threshold of removal"},
        ),
    log:
        f"{RESULTS}/logs/plot_removal_sweep.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_removal_sweep.tsv"
    conda:
        "../../envs/analysis.yaml"
    resources:
        mem_mb=memory("plot_removal_sweep"),
        runtime=minutes("plot_removal_sweep"),
    shell:
        "python {input.script} {input.records} --output {output.png} --output-svg {output.svg} > {log} 2>&1"


rule plot_modules:
    input:
        script="scripts/plot_modules.py",
        library=library("figures", "tables", "results", "module.py", "parameters.py", "network", "compiled.py"),
        record=drawn_model("decomposition_cost.json"),
        modules=drawn_model(),
    output:
        png=f"{FIGURES}/modules_{{architecture}}.png",
        svg=report(
            f"{FIGURES}/modules_{{architecture}}.svg",
            caption="../report/figure_modules.rst",
            category="Figures",
            labels={"figure": "modules of {architecture}"},
        ),
    log:
        f"{RESULTS}/logs/plot_modules/{{architecture}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_modules/{{architecture}}.tsv"
    conda:
        "../../envs/analysis.yaml"
    resources:
        mem_mb=memory("plot_modules"),
        runtime=minutes("plot_modules"),
    params:
        folder=lambda wildcards, input: folder_of(input.modules),
    shell:
        "python {input.script} --modules {params.folder} --record {input.record} --output {output.png} "
        "--output-svg {output.svg} > {log} 2>&1"


rule write_report:
    input:
        script="scripts/write_report.py",
        library=library("report", "figures", "tables", "results", "benchmark_files.py"),
        page=expand(f"{LIBRARY}/report/page.{{kind}}", kind=["html.jinja", "css", "js"]),
        models=grid(f"{MODEL}/record.json"),
        records=[*COSTS, *CASES, *VARIANTS, *REMOVAL_SWEEP],
        tables=rules.tables.input,
        figures=rules.figures.input,
    output:
        report(
            f"{RESULTS}/report/index.html",
            caption="../report/report.rst",
            category="Report",
            labels={"page": "whole run"},
        ),
    log:
        f"{RESULTS}/logs/write_report.log",
    benchmark:
        f"{RESULTS}/benchmarks/write_report.tsv"
    conda:
        "../../envs/analysis.yaml"
    resources:
        mem_mb=memory("write_report"),
        runtime=minutes("write_report"),
    params:
        folder=lambda wildcards, output: str(Path(output[0]).parents[1]),
    shell:
        "python {input.script} --run-folder {params.folder} --output {output} > {log} 2>&1"
