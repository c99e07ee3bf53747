"""Modules as people use them: by name, of one or several parents, with the models that they were cut from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_modules.decomposition.composition import module_odds
from rnn_modules.decomposition.counts import kept_share, removed_share_per_layer
from rnn_modules.decomposition.examples import InputForm, Name, as_inputs, as_labels
from rnn_modules.decomposition.masks import ModuleMasks
from rnn_modules.decomposition.one_thread import on_one_thread
from rnn_modules.decomposition.parents import Module, Parent
from rnn_modules.decomposition.small_modules import AnyModules, SmallModules
from rnn_modules.files.atomic_files import InputError
from rnn_modules.network.graph_network import GraphNetwork

if TYPE_CHECKING:
    import keras
    import pandas
    from matplotlib.figure import Figure


class Modules:
    """Modules of one parent or of several that read the same inputs; see :func:`rnn_modules.decompose`.

    Args:
        modules: each with another name.

    Example:
        >>> import keras
        >>> from rnn_modules.decomposition.public import decompose
        >>> keras.utils.set_random_seed(0)
        >>> layers = [keras.layers.Embedding(9, 4), keras.layers.GRU(6), keras.layers.Dense(3, "softmax")]
        >>> model = keras.Sequential([keras.Input((5,)), *layers])
        >>> x = np.random.default_rng(0).integers(0, 9, (60, 5))
        >>> y = np.array(["ham", "spam", "news"])[x[:, 0] % 3]
        >>> modules = decompose(model, x, y, preset="paper")
        >>> modules.classes, len(modules), [module.classes for module in modules][0]
        (('ham', 'news', 'spam'), 3, ('ham',))
        >>> modules[["spam", "ham"]].decision_function(x).shape
        (60, 2)
        >>> sorted(set(modules[["spam", "ham"]].predict(x).tolist()))
        ['ham', 'spam']
    """

    def __init__(self, modules: Sequence[Module]):
        names = [module.name for module in modules]
        if len(set(names)) != len(names):
            raise InputError(f"modules: {_twice(names)!r} stands twice; replace one by the other, or choose fewer")
        if not names:
            raise InputError("modules: none are left")
        self._modules = tuple(modules)
        first = modules[0].parent.forms
        for module in modules:
            if not _alike(module.parent.forms, first):
                raise InputError(
                    f"module {module.name!r} reads {_described(module.parent.forms)}, another one {_described(first)}; "
                    "modules that are used together read the same inputs"
                )
            if module.parent.network.many_output != modules[0].parent.network.many_output:
                raise InputError(
                    f"module {module.name!r} decides per timestep, another one per example, or the reverse"
                )

    @property
    def classes(self) -> tuple[Name, ...]:
        """Names or numbers of the modules' classes."""
        return tuple(module.name for module in self._modules)

    @property
    def mode(self) -> str:
        """``rolled`` or ``unrolled``, or both where modules differ."""
        return " and ".join(sorted({module.masks.mode for module in self._modules}))

    @property
    def parts(self) -> tuple[Module, ...]:
        """What each module consists of."""
        return self._modules

    def __len__(self) -> int:
        """Number of modules."""
        return len(self._modules)

    def __iter__(self) -> Iterator[Modules]:
        """Each module by itself."""
        return (Modules([module]) for module in self._modules)

    def __contains__(self, name: object) -> bool:
        """Whether there is a module of this name."""
        return name in self.classes

    def __getitem__(self, names: Name | Sequence[Name]) -> Modules:
        """One module, or fewer of them, by name and in the order that is asked for."""
        wanted = [names] if isinstance(names, str | int | np.integer) else list(names)
        return Modules([self._module(name) for name in wanted])

    def _module(self, name: Name) -> Module:
        for module in self._modules:
            if module.name == name:
                return module
        raise InputError(f"modules: no module {name!r}; there are {', '.join(map(str, self.classes[:20]))}")

    def __repr__(self) -> str:
        """One line: mode, number of modules, share kept, parents' checksums."""
        parents = ", ".join(parent.network.sha256[:12] for parent, _ in self._groups())
        share = np.mean([self._kept(module) for module in self._modules])
        names = ", ".join(map(str, self.classes[:6])) + (", …" if len(self) > 6 else "")
        return f"<{len(self)} {self.mode} modules ({names}) that keep {share:.1%} of the weights of {parents}>"

    @staticmethod
    def _kept(module: Module) -> float:
        return float(kept_share(module.masks, module.parent.network)[0])

    def _groups(self) -> list[tuple[Parent, list[int]]]:
        """Positions of the modules that can be run together, with their parent."""
        groups: dict[Any, tuple[Parent, list[int]]] = {}
        for index, module in enumerate(self._modules):
            masks = module.masks
            shapes = tuple(kept.shape[1:] for kept in masks.kept) if isinstance(masks, ModuleMasks) else ()
            key = (module.parent.network.sha256, masks.mode, repr(masks.parameters), masks.thresholds is None, shapes)
            groups.setdefault(key, (module.parent, []))[1].append(index)
        return list(groups.values())

    def _together(self, indices: list[int]) -> AnyModules:
        parts = [self._modules[index].masks for index in indices]
        small = [part for part in parts if isinstance(part, SmallModules)]
        if small:
            return SmallModules.joined(small, [str(self._modules[index].name) for index in indices])
        return self._masks_together(indices, [part for part in parts if isinstance(part, ModuleMasks)])

    def _masks_together(self, indices: list[int], parts: list[ModuleMasks]) -> ModuleMasks:
        thresholds = [part.thresholds for part in parts if part.thresholds is not None]
        return dataclasses.replace(
            parts[0],
            class_names=tuple(str(self._modules[index].name) for index in indices),
            kept=tuple(np.concatenate(masks) for masks in zip(*(part.kept for part in parts), strict=True)),
            thresholds=np.concatenate(thresholds) if thresholds else None,
            positions=tuple(part.outputs[0] for part in parts),
            counts={},
        )

    @on_one_thread
    def decision_function(self, x: Any, head: str | None = None, threads: int = 1) -> np.ndarray:
        """Log-odds of every module's class against all else.

        Args:
            x: inputs, see :func:`rnn_modules.decompose`.
            head: what makes a parent's outputs a yes or no; the parameters' own by default.
            threads: examples are shared out among at most this many.

        Returns:
            ``(examples, modules)`` or ``(examples, timesteps, modules)``; above 0 means yes.
        """
        odds: list[Any] = [None] * len(self)
        for parent, indices in self._groups():
            inputs = as_inputs(x, parent.forms)
            masks = self._together(indices)
            self._check_length(parent, masks, inputs)
            chosen = head or masks.parameters.head
            found = module_odds(parent.network, masks, inputs, (chosen,), threads)[chosen]
            for index, own, least in zip(indices, found, masks.yes_from(chosen), strict=True):
                odds[index] = own - least.astype(own.dtype)
        return np.stack(odds, axis=-1)

    def _votes(self, odds: np.ndarray, head: str | None = None) -> np.ndarray:
        """Log-odds on the scale on which modules vote, of those for a yes or no of each by itself."""
        shifts = [module.masks.yes_from(head or module.masks.parameters.head)[0] for module in self._modules]
        return odds + np.array(shifts).astype(odds.dtype)

    @staticmethod
    def _check_length(parent: Parent, masks: AnyModules, inputs: Any) -> None:
        network = parent.network
        if masks.mode == "unrolled" and isinstance(network, GraphNetwork) and network.varies:
            lengths = network.lengths_of(inputs)
            if lengths != network.layer_timesteps:
                raise InputError(
                    f"x: {_few(lengths)} timesteps, but these unrolled modules have masks for "
                    f"{_few(network.layer_timesteps)}; pad or cut the examples to that length, or use rolled modules"
                )

    def predict_proba(self, x: Any, head: str | None = None, threads: int = 1) -> np.ndarray:
        """Probability of each module's class, each module by itself (one against rest); shapes as the log-odds'."""
        return 1 / (1 + np.exp(-self.decision_function(x, head, threads)))

    def predict(self, x: Any, head: str | None = None, threads: int = 1) -> np.ndarray:
        """Joint decisions.

        Returns:
            Names or numbers, ``(examples,)`` or ``(examples, timesteps)``: of the module that is surest. Where several
            classes may be right at once ``(examples, [timesteps,] modules)`` of 0 and 1. Of a single module whether it
            says yes.
        """
        odds = self.decision_function(x, head, threads)
        if all(module.parent.network.independent for module in self._modules):
            return (odds > 0).astype(np.int64)
        if len(self) == 1:
            return odds[..., 0] > 0
        return np.array(self.classes)[self._votes(odds, head).argmax(axis=-1)]

    def score(self, x: Any, y: Any, ignore: Any = None, head: str | None = None, threads: int = 1) -> float:
        """Accuracy of :meth:`predict`.

        Args:
            x: inputs.
            y: labels, in any form that :func:`rnn_modules.decompose` takes. Where several classes may be right at
                once an example counts when all its classes are.
            ignore: label that does not count, such as padding.
            head: see :meth:`decision_function`.
            threads: examples are shared out among at most this many.
        """
        return self.score_of(self.decision_function(x, head, threads), y, ignore, head)

    def score_of(self, odds: np.ndarray, y: Any, ignore: Any = None, head: str | None = None) -> float:
        """Accuracy of decisions by log-odds, see :meth:`decision_function` and :meth:`score`."""
        labels, members = self._truth(y, odds)
        if labels is None:
            if ignore is not None:
                raise InputError(
                    f"ignore: received {ignore!r}, but several classes may be right at once, so no label is padding; "
                    "leave ignore out"
                )
            return float(((odds > 0) == members).all(axis=-1).mean())
        counted = np.ones(labels.shape, bool) if ignore is None else np.asarray(labels != self._label(ignore))
        if len(self) == 1:
            right = (odds[..., 0] > 0) == members[..., 0]
        else:
            voted = self._votes(odds, head).argmax(axis=-1)
            right = np.take_along_axis(members, voted[..., None], axis=-1)[..., 0]
        if not counted.any():
            raise InputError(f"ignore: every label is {ignore!r}")
        return float(right[counted].mean())

    def _all_classes(self) -> tuple[Name, ...]:
        """The names of all outputs of the first parent, as its modules know them; their own of several parents."""
        first = self._modules[0]
        alone = all(module.parent is first.parent and module.name in first.known for module in self._modules)
        return first.known if alone else self.classes

    def _label(self, name: Any) -> int:
        known = list(self._all_classes())
        return known.index(name) if name in known else -1

    def _truth(self, y: Any, odds: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
        """Labels by position in :meth:`_all_classes`, and ``(examples, [timesteps,] modules) bool``."""
        network = self._modules[0].parent.network
        known = self._all_classes()
        labels = as_labels(y, network, known, known=True)
        decided = labels.values.shape[:-1] if network.independent else labels.values.shape
        if decided != odds.shape[:-1]:
            raise InputError(f"y: labels of the shape {labels.values.shape} for decisions of {odds.shape[:-1]}")
        if network.independent:
            own = [module.masks.outputs[0] for module in self._modules]
            return None, labels.values[..., own] == 1
        places = [list(labels.classes).index(name) if name in labels.classes else -2 for name in self.classes]
        return labels.values, np.stack([labels.values == place for place in places], axis=-1)

    def recognition(self, x: Any, y: Any, head: str | None = None, threads: int = 1) -> pandas.DataFrame:
        """How well each module tells its class from all else, and what it kept.

        Returns:
            By module: ``examples`` of its class, ``balanced_accuracy``, ``auc`` (not-a-number where the class, or
            anything else, has no example), ``kept_nodes`` and ``kept_parameters``, both as fractions.
        """
        return self.recognition_of(self.decision_function(x, head, threads), y)

    def recognition_of(self, odds: np.ndarray, y: Any) -> pandas.DataFrame:
        """What :meth:`recognition` says of log-odds, see :meth:`decision_function`."""
        import pandas
        from sklearn.metrics import balanced_accuracy_score, roc_auc_score

        _, members = self._truth(y, odds)
        rows = []
        for index, module in enumerate(self._modules):
            own, truth = odds[..., index].ravel(), members[..., index].ravel()
            both = 0 < truth.sum() < len(truth)
            rows.append(
                {
                    "examples": int(truth.sum()),
                    "balanced_accuracy": balanced_accuracy_score(truth, own > 0) if both else np.nan,
                    "auc": roc_auc_score(truth, own) if both else np.nan,
                    "kept_nodes": 1 - float(np.mean(removed_share_per_layer(module.masks, module.parent.network))),
                    "kept_parameters": self._kept(module),
                }
            )
        return pandas.DataFrame(rows, index=pandas.Index(self.classes, name="module"))

    def replace(self, name: Name, other: Modules) -> Modules:
        """The same modules, one of them replaced by a single other one, which keeps the place and the name."""
        self._module(name)
        if len(other) != 1:
            raise InputError(f"replace: expected one module, received {len(other)}; choose one: other[name]")
        new = dataclasses.replace(other._modules[0], name=name)
        return Modules([new if module.name == name else module for module in self._modules])

    def __or__(self, other: Modules) -> Modules:
        """These modules and those, of one or several parents."""
        return Modules([*self._modules, *other._modules])

    def save(self, path: Any) -> None:
        """Write all modules into one file; the models stay where they are."""
        from rnn_modules.decomposition.modules_file import write

        write(self._modules, path)

    def to_keras(self) -> keras.Model:
        """A single module as a plain Keras model: ``(examples, [timesteps,] 2)``, anything else and its class.

        Raises:
            InputError: there are several modules; choose one by name.
        """
        from rnn_modules.decomposition.graph_export import export_module

        if len(self) != 1:
            raise InputError(f"to_keras: expected one module, received {len(self)}; choose one: modules[name]")
        return export_module(self._modules[0].parent, self._modules[0].masks)

    def plot(self) -> Figure:
        """What each module kept, layer by layer."""
        from rnn_modules.decomposition.plot import kept_nodes, plot

        layers = max((module.parent.network.layer_names for module in self._modules), key=len)
        kept = [(str(module.name), kept_nodes(module.masks, module.parent.network)) for module in self._modules]
        return plot(kept, layers)


def _few(lengths: Sequence[int]) -> str:
    """Numbers of timesteps of all layers, which are mostly equal."""
    return ", ".join(map(str, dict.fromkeys(lengths)))


def _twice(names: list[Name]) -> Name:
    return next(name for index, name in enumerate(names) if name in names[:index])


def _alike(forms: Sequence[InputForm], others: Sequence[InputForm]) -> bool:
    """Whether the same examples may fit both, whatever the names of inputs and the kind of their numbers."""
    return len(forms) == len(others) and all(
        (one.dtype == "string") == (other.dtype == "string")
        and len(one.shape) == len(other.shape)
        and all(None in sizes or len(set(sizes)) == 1 for sizes in zip(one.shape[1:], other.shape[1:], strict=True))
        for one, other in zip(forms, others, strict=True)
    )


def _described(forms: Sequence[InputForm]) -> str:
    """What inputs look like, for a message."""
    return ", ".join(f"{form.dtype} {form.shape}" for form in forms)
