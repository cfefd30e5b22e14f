"""What the adapter changed in one prediction: by scale, by layer and module."""
