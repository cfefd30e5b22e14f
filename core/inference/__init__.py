"""Texts to predictions: tokenising, batching, and the one engine through which pages and command line classify."""
