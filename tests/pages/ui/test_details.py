"""What a candidate's card says."""

from __future__ import annotations

from pages.ui import details
from tests.pages.fake import candidate


def test_a_revision_stands_behind_the_source() -> None:
    assert '<p class="hl-source"><bdi>org/model @ v1&lt;b&gt;</bdi></p>' in details.head(
        candidate("hub", "own", source="org/model", revision="v1<b>")
    )
    assert '<p class="hl-source"><bdi>/models/own</bdi></p>' in details.head(candidate("own", "own"))
