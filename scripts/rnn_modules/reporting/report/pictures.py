"""The run's figures, each as one data URI with its caption and the text that stands for it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from rnn_modules.files.run_folder import RunFolder
from rnn_modules.names import ARCHITECTURES

# Drawings stay sharp, but thousands of points make them large.
_LARGEST_SVG = 400_000
_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True)
class Picture:
    """A figure; ``alternative`` describes it to those who do not see it.

    Example:
        >>> picture = read_pictures(RunFolder("results/reference/laptop"))[0]
        >>> picture.name, picture.title, picture.uri.partition(",")[0]
        ('claims', 'All claims in one picture', 'data:image/svg+xml;base64')
    """

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
    "claims": (
        "All claims in one picture",
        "Diamonds: the paper's figures; dots and lines: ours with the 95 % interval over trained models, coloured by "
        "verdict. Linear within ±2 points, logarithmic beyond.",
        "One row for each of the 40 claims: the paper's figure, ours with its interval, and the verdict; the same "
        "numbers are in the table of claims.",
    ),
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
    "controls": (
        "Does concern identification beat chance?",
        "Filled marks: modules that lost the nodes that concern identification names, relative to the undecomposed "
        "model. Grey bars: all sets of modules that lost as many random nodes. Hollow triangles: the reversed order. "
        "Rows: what the cap of removal counts. Linear within ±2, logarithmic beyond.",
        "Change of accuracy by model, for the paper's order of removal, random nodes and the reversed order, at three "
        "readings of the cap.",
    ),
    "frontier": (
        "What modules of few weights can do",
        "Composed models, above, and each module's recognition of its own class, below, against the share of the "
        "recurrent layers' weights that modules keep; bands span the draws of random nodes. The horizontal line "
        "is the monolithic model. Networks from scratch are trained for each class on the examples of its module; "
        "translation has none.",
        "Panels by input/output type with a curve for each way of making modules; rankings and parts at one share are "
        "in the table of small modules.",
    ),
    "offer": (
        "Modules or networks from scratch?",
        "Small modules and networks of as few weights that are trained from scratch, by the number of labelled "
        "examples that both are made from: all classes together above, each one's recognition of its own below. Bands "
        "are 95 % intervals over trained models; the horizontal line is the monolithic model.",
        "Panels by input/output type with a curve for modules and one for networks from scratch; the same numbers are "
        "in the table of modules and networks from scratch.",
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
    return (
        f"Modules of one model: {ARCHITECTURES[name.removeprefix('modules_')]}",
        "Dark nodes are gone. Rolled modules lost nodes for good; unrolled ones lose them by timestep. "
        "Nodes that all modules lost stand left, those that one module alone lost right of them.",
        "Heat maps of the nodes that each class's module lost, by layer; of an unrolled module also by timestep.",
    )


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


def read_pictures(run: RunFolder) -> list[Picture]:
    """The figures of a run's present configuration, those named in this module first; empty when there are none.

    Raises:
        InputError: ``run.json`` is damaged.

    Example:
        >>> [picture.title for picture in read_pictures(RunFolder("results/reference/laptop"))][:2]
        ['All claims in one picture', 'Cost of decomposition']
    """
    everything = {"architectures": list(ARCHITECTURES), "controls": {}, "frontier": {}, "offer": {}}
    drawn = run.drawn(run.configuration() or everything)
    names = dict.fromkeys(path.stem for path in drawn if path.is_file())
    return [Picture(name, *_words(name), _uri(_file(run.figures, name))) for name in names]
