"""Labelled texts in, predictions and tables out: reading, splitting, one guarded export. No model, no torch."""
