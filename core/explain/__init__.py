"""What is inside one prediction: a file or folder a view, on a probe of the loaded pair."""
