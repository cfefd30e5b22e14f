"""What a pair is: the same when loaded again, another when an answer could be another."""

from __future__ import annotations

from dataclasses import replace

from core.config.catalogue import adapter_of
from core.engine.engine import Engine
from core.engine.pair_identity import pair_identity
from core.results import Availability, CandidateSummary, Selection


def ready(engine: Engine) -> list[CandidateSummary]:
    return [c for c in engine.candidates() if c.availability is Availability.READY]


def identity(engine: Engine, candidate: str, adapter: str | None) -> str:
    selection = Selection(candidate, adapter)
    engine.load(selection)
    config = engine.candidate(candidate)
    entry = adapter_of(config, adapter) if adapter else None
    return pair_identity(engine.pair(selection), config, entry, engine.settings)


def test_it_is_told_by_what_decides_the_answers(engine: Engine) -> None:
    pairs = [(c.id, a.id) for c in ready(engine) for a in c.adapters if a.available][:3]
    assert len(pairs) > 1
    found = [identity(engine, *pair) for pair in pairs]
    assert len(set(found)) == len(found)
    engine.unload(Selection(*pairs[0]))
    assert identity(engine, *pairs[0]) == found[0]
    assert all(len(name) == 32 and name.isalnum() for name in found)


def test_how_a_text_is_read_belongs_to_it(engine: Engine) -> None:
    candidate = next(c for c in ready(engine) if c.adapters)
    selection = Selection(candidate.id, candidate.adapters[0].id)
    engine.load(selection)
    config, pair = engine.candidate(candidate.id), engine.pair(selection)
    entry = adapter_of(config, candidate.adapters[0].id)
    known = pair_identity(pair, config, entry, engine.settings)
    for change in ({"max_tokens": 5}, {"chat_template": "user"}, {"dtype": "bfloat16"}, {"labels": ("x", "y")}):
        other = replace(pair, info=replace(pair.info, **change))
        assert pair_identity(other, config, entry, engine.settings) != known, change
