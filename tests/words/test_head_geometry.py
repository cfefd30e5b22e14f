"""Which classes a head can hardly tell apart, in words."""

from __future__ import annotations

import numpy as np

from core.results import HeadGeometry
from core.words import head_geometry


def test_the_closest_classes_with_and_without_what_all_share() -> None:
    cosines = np.array([[1.0, 0.9, 0.1], [0.9, 1.0, 0.2], [0.1, 0.2, 1.0]])
    apart = np.array([[1.0, 0.1, 0.2], [0.1, 1.0, 0.75], [0.2, 0.75, 1.0]])
    result = HeadGeometry(("a", "b", "c"), np.ones(3), cosines, apart, np.ones((3, 3)), hidden=True)
    assert head_geometry.closest(result, shared=True) == "Hardest to tell apart: 'A' and 'B', cosine 0.90."
    assert head_geometry.closest(result, shared=False) == "Hardest to tell apart: 'B' and 'C', cosine 0.75."
    assert head_geometry.about(result).endswith(head_geometry.HIDDEN)
