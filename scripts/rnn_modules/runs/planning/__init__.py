"""What a run would take before it runs: its jobs from a dry run, their work, and recorded costs."""
