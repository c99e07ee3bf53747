"""What a run shows while it runs: a bar where a terminal watches, otherwise one line a job; Snakemake's log has all.

A plugin of Snakemake (``--logger progress``), found by its name once this folder is on Python's path.
"""

import logging
import shutil
import sys
from collections import Counter
from pathlib import Path

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from tqdm import tqdm

from rnn_modules.files.shown_text import shown


class LogHandler(LogHandlerBase):
    """Turns Snakemake's events into a bar, or into lines."""

    writes_to_stream = True
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def __post_init__(self) -> None:
        """Nothing is known yet of the jobs."""
        self.bar: tqdm | None = None
        self.total = self.done = 0
        self.jobs: dict[int, str] = {}
        self.running: set[int] = set()
        self.failure, self.last = "", ""

    def emit(self, record: logging.LogRecord) -> None:
        """Show an event; of messages, only warnings and errors."""
        try:
            event = getattr(record, "event", None)
            if event == LogEvent.RUN_INFO:
                self.total = record.stats["total"]
            elif event == LogEvent.JOB_INFO:
                self.jobs[record.jobid] = " ".join([record.rule_name, *map(str, (record.wildcards or {}).values())])
                self._draw()
            elif event == LogEvent.JOB_STARTED:
                # Their names follow.
                self.running |= set(record.jobs)
            elif event == LogEvent.JOB_FINISHED:
                self.running.discard(record.job_id)
                self.done += 1
                self._draw(self.jobs.get(record.job_id, ""))
            elif event == LogEvent.JOB_ERROR:
                self.running.discard(record.jobid)
                self._fail(self.jobs.get(record.jobid, ""), list(record.log or ()))
            elif event == LogEvent.ERROR and (self.failure or "CalledProcessError" in record.getMessage()):
                pass  # Of a job that failed, which has a line of its own.
            elif event is not LogEvent.GROUP_ERROR and (
                record.levelno >= logging.WARNING or record.getMessage().startswith("Nothing to be done")
            ):
                self._write("\n".join(map(shown, record.getMessage().splitlines())))
        except Exception:  # noqa: BLE001 (no run ends for what it shows)
            self.handleError(record)

    def _draw(self, finished: str | None = None) -> None:
        """The bar, or the line of a job."""
        if sys.stderr.isatty():
            if self.bar is None:
                self.bar = tqdm(total=self.total, unit="job", nrows=24, file=sys.stderr)
            names = Counter(self.jobs[job].partition(" ")[0] for job in self.running if job in self.jobs)
            self.bar.set_description(
                shown(", ".join(f"{count} {name}" for name, count in names.items())), refresh=False
            )
            # Some terminals do not know their size.
            self.bar.n, self.bar.ncols = self.done, shutil.get_terminal_size().columns
            self.bar.refresh()
            if self.done >= self.total:
                # The run's last lines follow.
                self.bar.close()
        elif finished is not None:
            self._write(f"{self.done}/{self.total} {shown(finished)}")

    def _fail(self, job: str, logs: list[str]) -> None:
        """Say which job failed, how its log ends, and where that is."""
        log = next((path for path in logs if Path(path).is_file()), None)
        lines = Path(log).read_text(encoding="utf-8", errors="replace").split("\n") if log else []
        last = next((shown(line.strip(), 500) for line in reversed(lines) if line.strip()), "no log")
        self.failure = f"failed: {shown(job)}: {last}\n{shown(log or '')}".rstrip()
        self._write(self.failure)

    def _write(self, line: str) -> None:
        self.last = line
        tqdm.write(line, file=sys.stderr)

    def close(self) -> None:
        """End the bar; a job that failed stands last."""
        if self.bar is not None:
            self.bar.close()
        if self.failure and self.last != self.failure:
            self._write(self.failure)
        super().close()
