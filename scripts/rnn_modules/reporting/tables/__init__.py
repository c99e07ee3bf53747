"""Tables from result records: which rows and figures, and how they are written."""
