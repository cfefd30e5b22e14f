"""The tiny pairs of the explainer's tests."""

from tests.explain.conftest import catalogue, engine, everyone, explainer

__all__ = ["catalogue", "engine", "everyone", "explainer"]
