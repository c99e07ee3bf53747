"""TensorFlow as the workflow's jobs have it, before anything imports it: trainings are then the same bit for bit."""

import os

os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TF_ENABLE_ONEDNN_OPTS": "0"}
