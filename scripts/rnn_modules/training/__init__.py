"""Keras models of the paper's architectures, and their training."""
