"""What a candidate's card says."""

from __future__ import annotations

from pages.views import candidate_details
from tests.fakes.catalogue import candidate


def test_a_revision_stands_behind_the_source() -> None:
    assert '<p class="hl-source"><bdi>org/model @ v1&lt;b&gt;</bdi></p>' in candidate_details.head(
        candidate("hub", "own", source="org/model", revision="v1<b>")
    )
    assert '<p class="hl-source"><bdi>/models/own</bdi></p>' in candidate_details.head(candidate("own", "own"))
