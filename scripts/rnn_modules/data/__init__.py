"""From the text of a corpus to an encoded dataset."""
