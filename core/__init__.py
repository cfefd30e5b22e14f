"""Headlight's engine: configs, models, inference, inspection and training, without any user interface."""
