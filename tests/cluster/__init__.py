"""The workflow on a real Slurm of one node, made for the tests."""
