"""How good a candidate is on labelled texts."""
