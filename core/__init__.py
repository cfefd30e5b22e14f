"""Headlight without a user interface: candidates, models, predictions and their explanations, checkpoints, training."""
