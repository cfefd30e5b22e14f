"""Names of two checkpoints, with and without the prefixes that classes put in front of them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.checkpoints.checkpoint_diff.name_matching import matched

INNER = [f"layers.{i}.{m}.weight" for i in range(12) for m in ("q_proj", "mlp.up_proj")] + ["norm.weight"]
NAMES = st.lists(st.text("ab.", min_size=1, max_size=5), unique=True, max_size=12)


@pytest.mark.parametrize("prefix", ["model.", "base_model.model.", "base_model.model.model.", "_orig_mod."])
def test_a_prefix_of_either_is_taken_off(prefix: str) -> None:
    long = [prefix + name for name in INNER]
    found = matched([*long, "lm_head.weight"], INNER)
    assert found.prefixes == (prefix, "")
    assert found.pairs == (*zip(long, INNER, strict=True), ("lm_head.weight", None))
    back = matched(INNER, [*long, "lm_head.weight"])
    assert back.prefixes == ("", prefix)
    assert back.pairs == (*zip(INNER, long, strict=True), (None, "lm_head.weight"))


def test_no_prefix_is_taken_off_where_that_matches_fewer() -> None:
    names = [*INNER, "model.norm.weight"]
    assert matched(names, names).prefixes == ("", "")
    assert matched(names, names).pairs == tuple((name, name) for name in names)
    assert matched(["a.w"], ["b.w"]).pairs == (("a.w", None), (None, "b.w"))


def test_a_name_that_would_become_anothers_keeps_its_prefix() -> None:
    found = matched(["model.a.w", "a.w", "model.b.w", "model.c.w"], ["a.w", "b.w", "c.w"])
    assert found.prefixes == ("model.", "")
    assert found.pairs == (("model.a.w", None), ("a.w", "a.w"), ("model.b.w", "b.w"), ("model.c.w", "c.w"))


@example(["a", "..."], [".", "..a", "..."])  # without its "..", "..." would be "."; it is matched as it stands
@given(NAMES, NAMES)
def test_every_name_comes_once_and_no_match_is_lost(first: list[str], second: list[str]) -> None:
    found = matched(first, second)
    ones, twos = [a for a, _ in found.pairs if a is not None], [b for _, b in found.pairs if b is not None]
    assert ones == first
    assert sorted(twos) == sorted(second)
    assert sum(a is not None and b is not None for a, b in found.pairs) >= len(set(first) & set(second))
    for a, b in found.pairs:
        if a is not None and b is not None:
            assert a == b or a.removeprefix(found.prefixes[0]) == b.removeprefix(found.prefixes[1])
