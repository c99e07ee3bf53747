"""The paper's figures, as it and its replication package publish them; units are in the column names of the files."""
