"""Figures behind tables, claims and figures: differences and their statistics."""
