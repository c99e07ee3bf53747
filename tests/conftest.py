"""TensorFlow as the workflow's jobs have it, before anything imports it: trainings are then the same bit for bit.

No word of the `make` that runs the tests reaches those that tests call. Garbage is looked for seldom: models and
compiled functions are millions of objects, and going through them again and again took a sixth to a third of the time.
"""

import gc
import os

gc.set_threshold(100_000, 20, 100)

for _name in ("MAKELEVEL", "MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES"):
    os.environ.pop(_name, None)

os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TF_ENABLE_ONEDNN_OPTS": "0"}

# The longest files first, one for each of two processes, and a short one behind the first, so that both end together.
FIRST = (
    "workflow/test_workflow.py",
    "unit/training/test_backends.py",
    "workflow/test_rule_picture.py",
    "wheel/test_wheel.py",
    "workflow/",
    "unit/training/",
    "unit/decomposition/",
)


def pytest_collection_modifyitems(items):
    def place(item):
        path = item.path.as_posix()
        return next((number for number, name in enumerate(FIRST) if f"/tests/{name}" in path), len(FIRST))

    items.sort(key=place)
