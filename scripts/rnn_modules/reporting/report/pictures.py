"""The run's figures, each as one data URI with its caption and the text that stands for it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.names import ARCHITECTURES

# Drawings stay sharp, but thousands of points make them large.
_LARGEST_SVG = 400_000
_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True)
class Picture:
    """A figure; ``alternative`` describes it to those who do not see it."""

    name: str
    title: str
    caption: str
    alternative: str
    uri: str


_CASES = (
    "Each point is one case (a pair of classes, or a replaced class), seeds averaged; boxes span the quartiles, "
    "the line in them is the median; diamonds are means, the paper's as printed. Linear within ±2, logarithmic beyond."
)
_TEXTS = {
    "table2": (
        "Cost of decomposition",
        "Composed minus monolithic for every model, ours (filled) beside the paper's (open); several seeds have error "
        "bars. Linear within ±2 points, logarithmic beyond.",
        "Five panels, one per input/output type, of the change in accuracy or BLEU by model; the same numbers are in "
        "Table II.",
    ),
    "table3": (
        "Reuse: what the pairs of classes cost",
        f"Modules minus a model trained from scratch, by setting and RNN type. {_CASES}",
        "One panel per setting of the distribution of changes over pairs of classes; means are in Table III.",
    ),
    "table4": (
        "Replacement: what the replaced classes cost",
        "Composed model after the replacement minus its reference (within a setting the monolithic model, across "
        f"settings a model trained from scratch). {_CASES}",
        "One panel per setting of the distribution of changes over cases; means are in Table IV.",
    ),
    "removal_sweep": (
        "How much may be removed",
        "Composed models against the cap of removal, above; Jaccard index of parent and modules, below. The monolithic "
        "model is the horizontal line.",
        "Two rows of panels, one column per input/output type: figures of composed models and Jaccard indices fall as "
        "more is removed.",
    ),
}


def _words(name: str) -> tuple[str, str, str]:
    if name in _TEXTS:
        return _TEXTS[name]
    kind = name.removeprefix("modules_")
    if kind != name:
        # Longest first: the name of one type may begin another's.
        types = [label for key, label in ARCHITECTURES.items() if kind.startswith(key)]
        title = f"Modules of one model: {types[0] if types else kind}"
        return (
            title,
            "Dark nodes are gone. Rolled modules lost nodes for good; unrolled ones lose them by timestep. "
            "Nodes that all modules lost stand left, those that one module alone lost right of them.",
            "Heat maps of the nodes that each class's module lost, by layer; of an unrolled module also by timestep.",
        )
    title = name.replace("_", " ").capitalize()
    return title, "", f"Figure: {title}"


def _uri(path: Path) -> str:
    return f"data:{_TYPES[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def _file(folder: Path, name: str) -> Path:
    """The drawing, or the image where the drawing is missing or too large and the image smaller."""
    drawing, image = folder / f"{name}.svg", folder / f"{name}.png"
    if not image.exists():
        return drawing
    if not drawing.exists():
        return image
    size = drawing.stat().st_size
    return image if size > _LARGEST_SVG and image.stat().st_size < size else drawing


def read_pictures(folder: Path) -> list[Picture]:
    """The figures of a run, those named in this module first; empty when there are none."""
    files = [path for path in folder.glob("*") if path.suffix in _TYPES and path.is_file()]
    names = {path.stem for path in files if not path.name.startswith(".")}
    known = [name for name in _TEXTS if name in names]
    found = []
    for name in (*known, *sorted(names - set(known))):
        title, caption, alternative = _words(name)
        found.append(Picture(name, title, caption, alternative, _uri(_file(folder, name))))
    return found
