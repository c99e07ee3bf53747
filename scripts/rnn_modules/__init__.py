"""Decompose trained recurrent neural networks into reusable and replaceable modules.

What users begin with can be imported from here; each name is read from its own room when it is first asked for, so that
``import rnn_modules`` alone takes no time. The project's own code names the rooms.

Example:
    >>> import rnn_modules
    >>> rnn_modules.DecompositionParameters().removal_cap
    0.2
"""

__version__ = "0.1.0"
_HOMES = {
    "DecompositionParameters": "decomposition.parameters",
    "InputError": "files.atomic_files",
    "ModelReport": "decomposition.public",
    "Modules": "decomposition.modules",
    "check": "decomposition.public",
    "decompose": "decomposition.public",
    "load": "decomposition.public",
    "load_model": "network.keras_files",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str):
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
