"""Singular values of the matrices of a checkpoint, read straight from its files, a matrix a core in memory."""
