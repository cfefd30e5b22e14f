"""Measures of quality: numpy and scikit-learn in, plain numbers out. Training and evaluation both call them."""
