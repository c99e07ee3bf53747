"""Imported by a script that trains, before the rest: Keras, without the packages that it only looks for.

Keras and TensorFlow import plotting, tables and other backends where these are installed, for wrappers that no training
uses; that takes 1.4 of the 3.4 core-seconds of ``import keras``. All can be imported as usual afterwards, but for
TensorFlow where JAX trains: Keras would load it (1.2 core-seconds) to seed a generator that draws nothing there.
"""

import os
import sys

_LOOKED_FOR = ("IPython", "jax", "matplotlib", "pandas", "pydot", "scipy", "sklearn")
_OF_JAX = ("jax", "scipy")

_by_jax = os.environ.get("KERAS_BACKEND") == "jax"
_hidden = [name for name in _LOOKED_FOR if name not in sys.modules and not (name in _OF_JAX and _by_jax)]
# What Python itself documents for a module that is not to be found.
sys.modules.update(dict.fromkeys(_hidden))  # type: ignore[arg-type]
if _by_jax:
    sys.modules.setdefault("tensorflow", None)  # type: ignore[arg-type]
try:
    import keras  # noqa: F401
finally:
    for _name in _hidden:
        del sys.modules[_name]
