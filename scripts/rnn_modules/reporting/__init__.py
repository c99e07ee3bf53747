"""What readers see of a run: tables, claims, figures and the report, all from its records."""
