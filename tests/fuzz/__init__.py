"""Valid files of every kind, damaged in thousands of ways, given to everything that reads them."""
