"""What counts as another answer."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import CheckpointError
from core.export.comparison import _apart, require_equal


def test_a_number_that_is_none_and_other_sizes_are_other_answers() -> None:
    two = np.ones((2, 3), dtype=np.float32)
    assert _apart(two, two) == 0
    assert _apart(two[:, :1], two) == float("inf")
    assert np.isnan(_apart(two * np.nan, two))


@pytest.mark.parametrize("share", [0.002, float("inf"), float("nan")])
def test_it_is_an_error(share: float) -> None:
    require_equal(0.0009, 0.001)
    with pytest.raises(CheckpointError, match=r"0\.001 is allowed"):
        require_equal(share, 0.001)
