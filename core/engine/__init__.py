"""Runs what is loaded: residency, loads, encoding, batches, predictions. Only this room holds live modules."""
