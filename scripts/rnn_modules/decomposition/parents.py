"""What modules consist of: their own masks, and the model that they were cut from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rnn_modules.decomposition.examples import InputForm, Name
from rnn_modules.decomposition.small_modules import AnyModules
from rnn_modules.network import Network


@dataclass(frozen=True, eq=False)
class Parent:
    """A model that modules were cut from.

    Attributes:
        model: the Keras model.
        network: read from it.
        forms: of the model's inputs.
    """

    model: Any
    network: Network
    forms: tuple[InputForm, ...]


@dataclass(frozen=True, eq=False)
class Module:
    """One module.

    Attributes:
        name: of its class.
        masks: its own masks, or small network, alone.
        parent: what it was cut from.
        known: names of all outputs of the parent.
    """

    name: Name
    masks: AnyModules
    parent: Parent
    known: tuple[Name, ...]
