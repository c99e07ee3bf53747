# Figures, from the records and the answers to claims; the names of records stand in report.smk.


# Seconds each, as in report.smk.
localrules:
    plot_decomposition_cost,
    plot_reuse,
    plot_replacement,
    plot_removal_sweep,
    plot_frontier,
    plot_offer,
    plot_modules,
    plot_controls,
    plot_claims,


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


rule plot_offer:
    input:
        records=OFFER,
    output:
        png=f"{FIGURES}/offer.png",
        svg=report(
            f"{FIGURES}/offer.svg",
            caption="../report/figure_offer.rst",
            category="Figures",
            labels={"figure": "modules or networks from scratch"},
        ),
    log:
        f"{RESULTS}/logs/plot_offer.log",
    conda:
        "../../envs/analysis.yaml"
    resources:
        **asks("plot_offer"),
    params:
        code=code_of("plot_offer.py"),
    shell:
        job("plot_offer.py {input.records} --output {output.png} --output-svg {output.svg}")


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
