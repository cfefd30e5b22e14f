"""Adapters: their cards and health, and how one is attached to its base."""
