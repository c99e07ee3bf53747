# results/<run>/run.json and checksums.json, written when Snakemake starts and ends; they are no files of any rule, so
# nothing depends on them.
from rnn_modules.files.atomic_files import read_json
from rnn_modules.runs import checksums, run_record


def note(function, *arguments):
    """Call a function that records the run. What it cannot write or read ends the call with that one error: a run without
    its record can be neither reported nor verified."""
    try:
        function(RESULTS, *arguments)
    except (InputError, OSError) as error:
        raise WorkflowError(str(error)) from error


def files_of_jobs(jobs):
    """What jobs write that carries results."""
    return [path for job in jobs for path in (*job.output, RUN.cost(job.rule.name, dict(job.wildcards.items())))]


def note_end(state):
    dag = workflow.dag
    finished = list(dag.finished_jobs)
    rule_names = [job.rule.name for job in dag.jobs]
    whole = state == "finished" and "all" in rule_names
    # First, so that a call that is killed here counts as one of which nobody knows what it wrote.
    written = None if run_record.was_killed(RESULTS) else files_of_jobs(finished)
    note(checksums.note_files, files_of_jobs(dag.jobs), written, whole)
    note(run_record.end_call, state, [job.rule.name for job in finished], rule_names)
    note(checksums.note_files, [RUN.run_json], [RUN.run_json])


onstart:
    note(run_record.begin_call, config, LOCK, sys.argv)
    note(checksums.read_checksums)


def say_answer():
    """The two lines that a run with a report ends with: where that lies, and its answer."""
    if "write_report" not in {job.rule.name for job in workflow.dag.jobs}:
        return
    verdicts = read_json(RUN.tables / "claims.json", ("verdicts",))["verdicts"]
    counts = ", ".join(f"{number} {verdict}" for verdict, number in verdicts.items())
    print(f"Report: {RUN.report}\n{sum(verdicts.values())} claims: {counts}", file=sys.stderr)


onsuccess:
    note_end("finished")
    note(lambda folder: say_answer())


onerror:
    note_end("failed")
