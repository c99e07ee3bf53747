"""The report of a run: one self-contained HTML page that a reader opens first."""
