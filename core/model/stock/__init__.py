"""What transformers itself has for a family: its sequence classifier's config, and where the head of that class is."""
