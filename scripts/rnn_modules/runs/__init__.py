"""A run as a whole: its configuration, its calls, what it would take, and whether it is what its records say."""
