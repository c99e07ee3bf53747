# Claims, tables and the report, from the records alone.

TABLES, FIGURES = RUN.tables, RUN.figures
COSTS = RECORDS["decomposition_cost"]
CASES = [*RQ2, *RQ3, *RECORDS["scenario"]]
CONTROLS = RECORDS["controls"]
VARIANTS, REMOVAL_SWEEP = RECORDS["variants"], RECORDS["removal_sweep"]
FRONTIER, OFFER = RECORDS["frontier"], RECORDS["offer"]


# Seconds each: on a cluster they would wait in the queue for longer than they run.
localrules:
    tabulate_decomposition_cost,
    tabulate_cases,
    tabulate_variants,
    tabulate_controls,
    tabulate_frontier,
    tabulate_offer,
    answer_claims,
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


rule tabulate_offer:
    input:
        records=OFFER,
    output:
        expand(f"{TABLES}/offer.{{kind}}", kind=["csv", "json", "md", "tex"]),
        report(
            f"{TABLES}/offer.html",
            caption="../report/offer.rst",
            category="Tables",
            labels={"table": "modules or networks from scratch"},
        ),
    log:
        f"{RESULTS}/logs/tabulate_offer.log",
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("tabulate_offer"),
    params:
        code=code_of("tabulate_offer.py"),
        folder=lambda wildcards, output: folder_of(output),
    shell:
        job("tabulate_offer.py {input.records} --output-folder {params.folder}")


rule answer_claims:
    input:
        costs=COSTS,
        cases=CASES,
        variants=VARIANTS,
        controls=CONTROLS,
        offers=OFFER,
        frontiers=FRONTIER,
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
            "--controls {input.controls} --offers {input.offers} --frontiers {input.frontiers} "
            "--output-folder {params.folder}"
        )


rule write_report:
    input:
        models=RECORDS["training"],
        records=[*COSTS, *CASES, *VARIANTS, *REMOVAL_SWEEP, *FRONTIER, *OFFER, *CONTROLS],
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
