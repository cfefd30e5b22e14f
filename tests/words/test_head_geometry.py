"""Which classes of a head lie close to each other, in words."""

from __future__ import annotations

import numpy as np

from core.results import HeadGeometry
from core.words import head_geometry


def made(third: float = 0.75) -> HeadGeometry:
    cosines = np.array([[1.0, 0.9, 0.1], [0.9, 1.0, 0.2], [0.1, 0.2, 1.0]])
    apart = np.array([[1.0, -0.6, -0.2], [-0.6, 1.0, third], [-0.2, third, 1.0]])
    return HeadGeometry(("a", "b", "c"), np.ones(3), cosines, apart, np.ones((3, 3)), hidden=True)


def test_the_closest_pair_is_hard_to_tell_apart_only_where_it_is_close() -> None:
    assert head_geometry.closest(made(), shared=False) == (
        "Hard to tell apart: 'B' and 'C' are the closest pair, at cosine 0.75, 41 degrees "
        "(above 0.5 two classes lie close)."
    )
    for cosine, degrees in ((0.5, 60), (0.11, 84), (-0.1, 96)):
        assert head_geometry.closest(made(cosine), shared=False) == (
            f"No two classes lie close: the closest are 'B' and 'C', at cosine {cosine:.2f}, {degrees} degrees "
            "(above 0.5 they would; 0 is a right angle)."
        )


def test_with_what_all_share_an_angle_says_nothing_of_telling_apart() -> None:
    assert head_geometry.closest(made(), shared=True) == (
        "With what all classes share, which moves no difference, the closest are 'A' and 'B', at cosine 0.90, "
        "26 degrees."
    )
    assert head_geometry.about(made()).endswith(head_geometry.TAKEN_AWAY + head_geometry.HIDDEN)


def test_of_two_classes_the_share_is_kept() -> None:
    cosines, apart = np.array([[1.0, 0.2], [0.2, 1.0]]), np.array([[1.0, -1.0], [-1.0, 1.0]])
    two = HeadGeometry(("no", "yes"), np.ones(2), cosines, apart, np.ones((2, 2)), hidden=False)
    said = f"'No' and 'Yes' lie at cosine 0.20, 78 degrees. {head_geometry.TWO}"
    assert [head_geometry.closest(two, shared=kept) for kept in (False, True)] == [said, said]
    assert "apart" not in said
    assert head_geometry.about(two).endswith(head_geometry.KEPT)
