"""Files: written whole or not at all, read with every value checked; command lines; where a result came from."""
