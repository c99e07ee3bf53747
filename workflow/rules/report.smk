# Claims, tables, figures and the report, from the records alone.

TABLES, FIGURES = RUN.tables, RUN.figures
COSTS = RECORDS["decomposition_cost"]
CASES = [*RQ2, *RQ3, *RECORDS["scenario"]]
CONTROLS = RECORDS["controls"]
VARIANTS, REMOVAL_SWEEP, FRONTIER = RECORDS["variants"], RECORDS["removal_sweep"], RECORDS["frontier"]


# Seconds each: on a cluster they would wait in the queue for longer than they run.
localrules:
    tabulate_decomposition_cost,
    tabulate_cases,
    tabulate_variants,
    tabulate_controls,
    tabulate_frontier,
    answer_claims,
    plot_decomposition_cost,
    plot_reuse,
    plot_replacement,
    plot_removal_sweep,
    plot_frontier,
    plot_modules,
    plot_controls,
    plot_claims,
    write_report,


rule tables:
    input:
        expand(f"{TABLES}/{{name}}.md", name=run_folder.tables_of(config)),


rule figures:
    input:
        RUN.drawn(config),


rule report:
    input:
        RUN.report,


rule tabulate_decomposition_cost:
    input:
        records=COSTS,
    output:
        expand(f"{TABLES}/{{table}}.{{kind}}", table=["table2", "table2_unpadded"], kind=["csv", "json", "md", "tex"]),
        expand(f"{TABLES}/decomposition_cost.{{kind}}", kind=["json", "md"]),
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
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("tabulate_decomposition_cost"),
    params:
        code=code_of("tabulate_decomposition_cost.py"),
        folder=lambda wildcards, output: folder_of(output),
    shell:
        job("tabulate_decomposition_cost.py {input.records} --output-folder {params.folder}")


rule tabulate_cases:
    input:
        records=CASES,
    output:
        expand(f"{TABLES}/{{table}}.{{kind}}", table=["table3", "table4", "table5"], kind=["csv", "json", "md", "tex"]),
        expand(f"{TABLES}/{{table}}_measures.{{kind}}", table=["table3", "table4"], kind=["csv", "json", "md"]),
        f"{TABLES}/cases.csv",
        report(f"{TABLES}/table3.html", caption="../report/table3.rst", category="Tables", labels={"table": "III"}),
        report(f"{TABLES}/table4.html", caption="../report/table4.rst", category="Tables", labels={"table": "IV"}),
        report(f"{TABLES}/table5.html", caption="../report/table5.rst", category="Tables", labels={"table": "V"}),
    log:
        f"{RESULTS}/logs/tabulate_cases.log",
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("tabulate_cases"),
    params:
        code=code_of("tabulate_cases.py"),
        folder=lambda wildcards, output: folder_of(output),
    shell:
        job("tabulate_cases.py {input.records} --output-folder {params.folder}")


rule tabulate_variants:
    input:
        records=[*VARIANTS, *REMOVAL_SWEEP],
    output:
        expand(f"{TABLES}/{{file}}", file=["variants.csv", "variants.json", "variants.md", "removal_sweep.csv"]),
        report(
            f"{TABLES}/variants.html",
            caption="../report/variants.rst",
            category="Tables",
            labels={"table": "choices of paper and package"},
        ),
    log:
        f"{RESULTS}/logs/tabulate_variants.log",
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("tabulate_variants"),
    params:
        code=code_of("tabulate_variants.py"),
        folder=lambda wildcards, output: folder_of(output),
    shell:
        job("tabulate_variants.py {input.records} --output-folder {params.folder}")


rule tabulate_controls:
    input:
        records=CONTROLS,
    output:
        expand(f"{TABLES}/controls.{{kind}}", kind=["csv", "json", "md", "tex"]),
        report(
            f"{TABLES}/controls.html",
            caption="../report/controls.rst",
            category="Tables",
            labels={"table": "controls of the method"},
        ),
    log:
        f"{RESULTS}/logs/tabulate_controls.log",
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("tabulate_controls"),
    params:
        code=code_of("tabulate_controls.py"),
        folder=lambda wildcards, output: folder_of(output),
    shell:
        job("tabulate_controls.py {input.records} --output-folder {params.folder}")


rule tabulate_frontier:
    input:
        records=FRONTIER,
    output:
        expand(f"{TABLES}/frontier.{{kind}}", kind=["csv", "json", "md", "tex"]),
        report(
            f"{TABLES}/frontier.html",
            caption="../report/frontier.rst",
            category="Tables",
            labels={"table": "small modules"},
        ),
    log:
        f"{RESULTS}/logs/tabulate_frontier.log",
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("tabulate_frontier"),
    params:
        code=code_of("tabulate_frontier.py"),
        folder=lambda wildcards, output: folder_of(output),
    shell:
        job("tabulate_frontier.py {input.records} --output-folder {params.folder}")


rule answer_claims:
    input:
        costs=COSTS,
        cases=CASES,
        variants=VARIANTS,
        controls=CONTROLS,
    output:
        expand(f"{TABLES}/claims.{{kind}}", kind=["json", "md", "tex"]),
        report(
            f"{TABLES}/claims.html",
            caption="../report/claims.rst",
            category="Claims",
            labels={"table": "claims C01 to C40"},
        ),
    log:
        f"{RESULTS}/logs/answer_claims.log",
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("answer_claims"),
    params:
        code=code_of("answer_claims.py"),
        folder=lambda wildcards, output: folder_of(output),
    shell:
        job(
            "answer_claims.py --decomposition-cost {input.costs} --cases {input.cases} --variants {input.variants} "
            "--controls {input.controls} --output-folder {params.folder}"
        )


rule plot_decomposition_cost:
    input:
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
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("plot_decomposition_cost"),
    params:
        code=code_of("plot_decomposition_cost.py"),
    shell:
        job("plot_decomposition_cost.py {input.records} --output {output.png} --output-svg {output.svg}")


rule plot_reuse:
    input:
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
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("plot_reuse"),
    params:
        code=code_of("plot_cases.py"),
    shell:
        job("plot_cases.py {input.records} --output {output.png} --output-svg {output.svg}")


use rule plot_reuse as plot_replacement with:
    input:
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
    resources:
        **asks("plot_replacement"),


rule plot_removal_sweep:
    input:
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
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("plot_removal_sweep"),
    params:
        code=code_of("plot_removal_sweep.py"),
    shell:
        job("plot_removal_sweep.py {input.records} --output {output.png} --output-svg {output.svg}")


rule plot_claims:
    input:
        answers=f"{TABLES}/claims.json",
    output:
        png=f"{FIGURES}/claims.png",
        svg=report(
            f"{FIGURES}/claims.svg",
            caption="../report/figure_claims.rst",
            category="Claims",
            labels={"figure": "all claims"},
        ),
    log:
        f"{RESULTS}/logs/plot_claims.log",
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("plot_claims"),
    params:
        code=code_of("plot_claims.py"),
    shell:
        job("plot_claims.py {input.answers} --output {output.png} --output-svg {output.svg}")


rule plot_controls:
    input:
        records=CONTROLS,
    output:
        png=f"{FIGURES}/controls.png",
        svg=report(
            f"{FIGURES}/controls.svg",
            caption="../report/figure_controls.rst",
            category="Figures",
            labels={"figure": "does identification beat chance?"},
        ),
    log:
        f"{RESULTS}/logs/plot_controls.log",
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("plot_controls"),
    params:
        code=code_of("plot_controls.py"),
    shell:
        job("plot_controls.py {input.records} --output {output.png} --output-svg {output.svg}")


rule plot_frontier:
    input:
        records=FRONTIER,
    output:
        png=f"{FIGURES}/frontier.png",
        svg=report(
            f"{FIGURES}/frontier.svg",
            caption="../report/figure_frontier.rst",
            category="Figures",
            labels={"figure": "small modules"},
        ),
    log:
        f"{RESULTS}/logs/plot_frontier.log",
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("plot_frontier"),
    params:
        code=code_of("plot_frontier.py"),
    shell:
        job("plot_frontier.py {input.records} --output {output.png} --output-svg {output.svg}")


rule plot_modules:
    input:
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
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("plot_modules"),
    params:
        code=code_of("plot_modules.py"),
        folder=lambda wildcards, input: folder_of(input.modules),
    shell:
        job(
            "plot_modules.py --modules {params.folder} --record {input.record} --output {output.png} "
            "--output-svg {output.svg}"
        )


rule write_report:
    input:
        models=RECORDS["training"],
        records=[*COSTS, *CASES, *VARIANTS, *REMOVAL_SWEEP, *FRONTIER, *CONTROLS],
        tables=expand(f"{TABLES}/{{name}}.json", name=run_folder.tables_of(config)),
        figures=rules.figures.input,
    output:
        report(
            RUN.report,
            caption="../report/report.rst",
            category="Report",
            labels={"page": "whole run"},
        ),
    log:
        f"{RESULTS}/logs/write_report.log",
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("write_report"),
    params:
        code=code_of("write_report.py"),
        folder=RUN.path,
    shell:
        job("write_report.py --run-folder {params.folder} --output {output}")
