"""What a candidate's card says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.results import AdapterSummary, Availability, Problem, Selection
from core.results.stated_results import StatedResult
from pages.views import candidate_details
from tests.fakes.catalogue import candidate

ALONE = Selection("own")
ONE = AdapterSummary("one", "One", "", (), True, parameters=192_384, max_tokens=6)


def test_a_revision_stands_behind_the_source() -> None:
    assert '<p class="hl-source"><bdi>org/model @ v1&lt;b&gt;</bdi></p>' in candidate_details.head(
        candidate("hub", "own", source="org/model", revision="v1<b>"), Selection("hub")
    )
    own = candidate_details.head(candidate("own", "own"), ALONE)
    assert '<p class="hl-source"><bdi>…/own</bdi></p>' in own
    assert "shared by all who use this server" in own


def test_sizes_are_those_of_the_chosen_pair() -> None:
    summary = candidate("own", "own", adapters=(ONE,), stored_bytes=2_246_912)
    pair = candidate_details.head(summary, Selection("own", "one"))
    assert "1.13 million" in pair
    assert "192,384" in pair
    assert "2.14 MiB" in pair
    assert "Of a text 6 tokens are read at most; the base alone reads 8." in pair
    base = candidate_details.head(summary, ALONE)
    assert "192,384" not in base
    assert "Of a text 8 tokens are read at most." in base


@pytest.mark.parametrize(
    ("adapter", "availability", "state"),
    [
        (ONE, Availability.READY, "ready"),
        (replace(ONE, problem=Problem("No.", "x")), Availability.READY, "does not fit"),
        (replace(ONE, available=False), Availability.READY, "missing"),
        (replace(ONE, available=False, on_hub=True), Availability.READY, "on the Hub"),
        (ONE, Availability.ON_HUB, "on the Hub"),
        (ONE, Availability.UNFIT, "ready"),
    ],
)
def test_the_state_is_that_of_the_pair(adapter: AdapterSummary, availability: Availability, state: str) -> None:
    summary = candidate("own", "own", adapters=(adapter,), availability=availability)
    tags = candidate_details.head(summary, Selection("own", "one")).split("hl-tags")[1]
    assert tags.split("<bdi>")[1].startswith(f"{state}</bdi>")


def test_an_untrained_head_stands_in_place_of_ready() -> None:
    tags = candidate_details.head(candidate("own", "own"), ALONE, untrained_head=True).split("hl-tags")[1]
    assert "untrained head" in tags
    assert "ready" not in tags


def test_each_adapter_says_how_good_it_is_by_its_card() -> None:
    good = replace(ONE, stated=(StatedResult("BANKING77", "test", measures={"accuracy": 0.9156}),))
    head = candidate_details.head(candidate("own", "own", adapters=(good,)), ALONE)
    assert '<span class="hl-muted"><bdi>accuracy 91.6 %</bdi></span>' in head
    unknown = candidate_details.head(candidate("own", "own", adapters=(ONE,)), ALONE)
    assert "accuracy" not in unknown


def test_the_list_says_how_many_adapters_do_not_fit() -> None:
    bad = replace(ONE, id="two", problem=Problem("No.", "x"))
    assert candidate_details.caption(candidate("own", "own", adapters=(ONE,)), loaded=False).endswith("· ready")
    one_of_two = candidate_details.caption(candidate("own", "own", adapters=(ONE, bad)), loaded=False)
    assert one_of_two.endswith("· ready, 1 of 2 adapters does not fit")
    assert candidate_details.caption(candidate("own", "own", adapters=(bad,)), loaded=True).endswith(
        "· its adapter does not fit"
    )
