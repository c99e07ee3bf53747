"""Result records and the paper's figures: read and checked, nothing else."""
