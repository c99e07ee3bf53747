"""One page about the modules of one's own model: what each kept, how well it recognises its class, and what stayed."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_modules.decomposition.composition import parent_odds
from rnn_modules.files.atomic_files import InputError
from rnn_modules.files.shown_text import shown
from rnn_modules.reporting.tables.rendering import write_text

if TYPE_CHECKING:
    from rnn_modules.decomposition.modules import Modules

_FOLDER = Path(__file__).parent


def write_module_report(
    modules: Modules, x: Any, y: Any, path: str | os.PathLike, ignore: Any = None, threads: int = 1
) -> None:
    """Write the page.

    Args:
        modules: of one model.
        x: examples that they were not cut with.
        y: their labels.
        path: of the ``.html`` file.
        ignore: label that does not count, such as padding.
        threads: examples are shared out among at most this many.

    Raises:
        InputError: the modules are of several models, or the file cannot be written.

    Example:
        >>> write_module_report.__name__
        'write_module_report'
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, undefined=jinja2.StrictUndefined,
        finalize=lambda value: shown(value) if isinstance(value, str) else value, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    template = environment.get_template("module_page.html.jinja")
    write_text(path, template.render(**_content(modules, x, y, ignore, threads)))


def _content(modules: Modules, x: Any, y: Any, ignore: Any, threads: int) -> dict[str, Any]:
    from rnn_modules.decomposition.examples import as_inputs
    from rnn_modules.decomposition.public import check

    parents = {id(module.parent): module.parent for module in modules.parts}
    if len(parents) != 1:
        raise InputError(f"report: modules of {len(parents)} models; give those of one")
    (parent,) = parents.values()
    table = modules.recognition(x, y, threads=threads)
    inputs = as_inputs(x, parent.forms)
    whole = parent_odds(parent.network, inputs, ("log_sum_exp",))["log_sum_exp"]
    own = np.stack([whole[module.masks.outputs[0]] for module in modules.parts], axis=-1)
    before = modules.recognition_of(own, y)
    rows = [
        {
            "name": str(name),
            "examples": int(row["examples"]),
            "balanced": _percent(row["balanced_accuracy"]),
            "auc": _percent(row["auc"]),
            "parent_auc": _percent(before.loc[name, "auc"]),
            "nodes": _percent(row["kept_nodes"]),
            "parameters": _percent(row["kept_parameters"]),
        }
        for name, row in table.iterrows()
    ]
    picture = io.BytesIO()
    modules.plot().savefig(picture, format="png", dpi=110)
    return {
        "model": str(parent.model.name),
        "described": repr(modules).strip("<>"),
        "composed": _percent(modules.score(x, y, ignore=ignore, threads=threads)),
        "parent": _percent(modules.score_of(own, y, ignore)),
        "rows": rows,
        "layers": check(parent.model).findings,
        "picture": base64.b64encode(picture.getvalue()).decode("ascii"),
        "panels": len(parent.network.layers),
        "examples": len(own),
    }


def _percent(value: float) -> str:
    return "–" if np.isnan(value) else f"{100 * value:.1f} %"
