# What jobs take and ask for: rows measured at four scales, scaled to the configuration, with head-room.
from rnn_modules.runs.estimate import CostTable, Estimate

ESTIMATE = Estimate(CostTable.read(Path(workflow.basedir).parent / "config" / "costs.yaml"), config)
# On a cluster two Snakemakes run within each job, one starting the other; 170 MB each were measured.
SNAKEMAKE_MB = 400


def asks(rule_name):
    """Resources of a rule: memory and minutes, more with each attempt; core_seconds are what `make plan` adds up."""

    def memory(wildcards, attempt):
        return attempt * (ESTIMATE.job(rule_name, wildcards).memory_mb + SNAKEMAKE_MB * workflow.non_local_exec)

    def minutes(wildcards, attempt):
        return attempt * ESTIMATE.job(rule_name, wildcards).minutes

    def core_seconds(wildcards):
        return round(ESTIMATE.job(rule_name, wildcards).core_seconds + 0.5)

    return {"mem_mb": memory, "runtime": minutes, "core_seconds": core_seconds}
