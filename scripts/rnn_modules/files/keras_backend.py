"""The library that Keras computes with, as the variable KERAS_BACKEND names it."""

from __future__ import annotations

from collections.abc import Mapping

from rnn_modules.files.atomic_files import InputError

BACKENDS = ("tensorflow", "jax")


def check_backend(variables: Mapping[str, str]) -> None:
    """Check that Keras can compute with what the environment asks for; it would end with a traceback.

    Args:
        variables: those of the environment; without KERAS_BACKEND, or with an empty one, Keras takes TensorFlow.

    Raises:
        InputError: the variable names no backend that is installed and tested here.

    Example:
        >>> check_backend({"KERAS_BACKEND": "jax"})
        >>> check_backend({"KERAS_BACKEND": "torch"})
        Traceback (most recent call last):
        ...
        rnn_modules.files.atomic_files.InputError: KERAS_BACKEND: received 'torch'; use tensorflow or jax, or unset it
    """
    backend = variables.get("KERAS_BACKEND", "")
    if backend and backend not in BACKENDS:
        raise InputError(f"KERAS_BACKEND: received {backend!r}; use {' or '.join(BACKENDS)}, or unset it")
