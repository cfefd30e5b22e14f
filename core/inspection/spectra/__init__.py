"""Singular values of the matrices of a checkpoint, one matrix in memory at a time."""
