"""Weights that are stored as codes: the formats whose documentation says how they become numbers again.

Nothing here opens a file: what a tensor holds is asked of a `Source`.
"""
