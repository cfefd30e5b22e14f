"""The command line: the same work headless. Importing it imports neither torch nor transformers."""
