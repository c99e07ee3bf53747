# The configuration: config/config.yaml and what is laid over it, checked before anything rests on it.
import os

from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.keras_backend import check_backend
from rnn_modules.files.shown_text import shown
from rnn_modules.runs.configuration import check_configuration, check_files, check_overlay, profile_files
from rnn_modules.runs.snakemake_call import check_cores

SCHEMA = Path(workflow.basedir) / "schemas" / "config.schema.yaml"


def checked(check, *arguments):
    """Call a check; what it finds ends Snakemake with that one message."""
    try:
        check(*arguments)
    except InputError as error:
        raise WorkflowError(shown(error)) from None


checked(check_backend, os.environ)
if workflow.exec_mode == ExecMode.DEFAULT and workflow.resource_settings.cores is not None:
    checked(check_cores, str(workflow.resource_settings.cores))
# Figures are drawn to files, whatever display the environment names.
os.environ.update(MPLBACKEND="agg")
# Before the files are merged, which a value of the wrong kind would break.
checked(check_files, [*workflow.config_settings.configfiles, *profile_files(sys.argv)])
checked(check_overlay, workflow.config_settings.overwrite_config, SCHEMA)


configfile: "config/config.yaml"


checked(check_files, workflow.configfiles)
checked(check_configuration, config, SCHEMA)
