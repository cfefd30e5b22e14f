"""A base and its adapter merged into one checkpoint, which needs no PEFT to be opened."""
