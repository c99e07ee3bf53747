# results/<run>/run.json, written when Snakemake starts and ends; it is no file of any rule, so nothing depends on it.
from rnn_modules.runs import run_record


def note_call(note, *arguments):
    """Call a function of the run record.

    Where run.json cannot be written, nothing else can, and a job's log could not even say so: the run ends with that
    error. A run.json that cannot be read stops no run.
    """
    try:
        note(RESULTS, *arguments)
    except UnwritableError as error:
        raise WorkflowError(str(error)) from error
    except (InputError, OSError) as error:
        logger.warning(f"The run is not recorded: {error}")


def note_end(state):
    dag = workflow.dag
    executed = [job.rule.name for job in dag.finished_jobs]
    note_call(run_record.end_call, state, executed, [job.rule.name for job in dag.jobs])


onstart:
    note_call(run_record.begin_call, config, LOCK, sys.argv)


onsuccess:
    note_end("finished")


onerror:
    note_end("failed")
