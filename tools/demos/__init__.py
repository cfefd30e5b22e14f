"""The demo candidates: three small language models with two adapters each, built from two public data sets.

`python -m tools.demos --data DATA --output assets/models` builds them all: tokenizers, base models,
a linear teacher, adapters through `core.training.fit.fit`, model cards. Same seed, same weights on the
same kind of machine. With `--hold-out 0.1` a share of the BANKING77 training rows is kept out of everything
and measured instead of the test file: that is how the recipe was chosen.
"""
