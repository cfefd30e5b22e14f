"""What a pair can: the reason is words, and what crosses processes is plain data."""

from __future__ import annotations

import pickle

from core.results import Capabilities, Capability, Feature, Problem, to_json

DEPTH = Problem("GPT-X does more than a norm.", "choose another view.", kind="CheckpointError")


def test_what_is_not_named_it_can() -> None:
    seen = Capabilities({Capability.DEPTH: DEPTH})
    assert not seen.can(Capability.DEPTH)
    assert seen.why_not(Capability.DEPTH) == "GPT-X does more than a norm."
    others = set(Capability) - {Capability.DEPTH}
    assert all(seen.can(capability) and not seen.why_not(capability) for capability in others)


def test_it_crosses_processes_and_becomes_json() -> None:
    seen = Capabilities({Capability.DEPTH: DEPTH})
    assert pickle.loads(pickle.dumps(seen)) == seen
    assert to_json(seen)["problems"]["depth"]["problem"] == "GPT-X does more than a norm."


def test_capabilities_are_called_as_the_features_are() -> None:
    alone = {Capability.VERDICT, Capability.ADAPTER_EFFECT, Capability.HEAD_GEOMETRY}
    assert {str(c) for c in set(Capability) - alone} <= {str(f) for f in Feature}
