"""TensorFlow as the workflow's jobs have it, before anything imports it: trainings are then the same bit for bit.

No word of the `make` that runs the tests reaches those that tests call.
"""

import os

for _name in ("MAKELEVEL", "MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES"):
    os.environ.pop(_name, None)

os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TF_ENABLE_ONEDNN_OPTS": "0"}
