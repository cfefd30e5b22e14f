"""Files of models: where they are and what they hold, known before a weight is read. Imports no torch."""
