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
    "Dataset": "data.dataset",
    "DecompositionParameters": "decomposition.parameters",
    "InputError": "files.atomic_files",
    "Modules": "decomposition.masks",
    "calibrate": "decomposition.composition",
    "classification_metrics": "experiments.metrics",
    "decompose": "decomposition.algorithm",
    "decomposition_cost": "experiments.decomposition_cost",
    "from_keras": "network",
    "jaccard": "decomposition.counts",
    "kept_share": "decomposition.counts",
    "load_model": "network.keras_files",
    "load_network": "network",
    "module_odds": "decomposition.composition",
    "parent_odds": "decomposition.composition",
    "prepare": "data.preparation",
    "preset": "decomposition.parameters",
    "read_modules": "decomposition.module_files",
    "to_keras": "decomposition.export",
    "translate": "decomposition.composition",
    "translation_metrics": "experiments.metrics",
    "vote": "decomposition.composition",
    "whole_modules": "decomposition.masks",
    "write_modules": "decomposition.module_files",
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
