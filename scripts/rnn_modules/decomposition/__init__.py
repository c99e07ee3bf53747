"""The paper's method: concern identification, modules as masks, and their joint decisions."""
