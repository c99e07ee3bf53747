"""Decompose trained recurrent neural networks into reusable and replaceable modules."""
