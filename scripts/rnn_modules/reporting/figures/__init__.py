"""Figures from result records and module files."""
