"""How a model is put together and what it costs: of the model in memory, of a folder, or of catalogue numbers alone."""
