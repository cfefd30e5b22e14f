"""Looking inside a loaded candidate."""
