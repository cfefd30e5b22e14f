"""The classifier: backbone + pooler + head as one transformers model, its adapters, and how both are loaded."""
