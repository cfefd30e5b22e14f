"""The minimal flip against every removal tried by brute force, on tiny models and on a stand-in with a known rule."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine.engine import Engine
from core.errors import InputError
from core.explain import minimal_flip
from core.explain.explainer import Explainer
from core.explain.minimal_flip import by_size, without
from core.explain.probe import Probe
from core.results import MinimalFlip, Selection, TaskState, TaskStatus, Unit
from core.tasks.progress import CancelledError
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.explain.conftest import POOLERS, TYPES

TEXTS = (
    "My card has not arrived yet.",
    "no card no card no fee",
    "Where is 👩\u200d👩\u200d👧 e\u0301 שלום now?",
    "東京 is far",
)


def ended(explainer: Explainer, selection: Selection, text: str, budget: int = 1000) -> TaskState[MinimalFlip]:
    task = explainer.minimal_flip(selection, text, budget)
    task.start()
    state = task.state(wait=60)
    assert state is not None
    assert state.ended
    return state


def found(explainer: Explainer, selection: Selection, text: str, budget: int = 1000) -> MinimalFlip:
    result = ended(explainer, selection, text, budget).result
    assert isinstance(result, MinimalFlip)
    return result


def brute_force(explainer: Explainer, selection: Selection, text: str) -> int:
    """The size of the smallest removal that flips, by the engine; 0 when none does."""
    words = [u for u in explainer.reading(selection, text).words if not u.special]
    verdict = explainer.engine.classify(selection, [text])[0].label
    for size in range(1, len(words)):
        texts = [without(text, words, places) for places in itertools.combinations(range(len(words)), size)]
        if any(p.label != verdict for p in explainer.engine.classify(selection, texts)):
            return size
    return 0


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("family", TYPES)
def test_it_is_as_small_as_brute_force_finds_and_flips_in_the_engine(
    explainer: Explainer, family: str, text: str
) -> None:
    for adapter in ("mean", "gem-sequential"):
        selection = Selection(family, adapter)
        flip = found(explainer, selection, text)
        assert flip.proven
        assert len(flip.removed) == brute_force(explainer, selection, text)
        after = explainer.engine.classify(selection, [flip.text])[0]
        before = explainer.engine.classify(selection, [text])[0]
        assert (flip.verdict, flip.label) == (before.label, after.label)
        assert (flip.label != flip.verdict) == flip.found
        np.testing.assert_allclose(flip.logits, [before.logits, after.logits], atol=1e-5)
        np.testing.assert_allclose(flip.probabilities, [before.probabilities, after.probabilities], atol=1e-5)
        assert flip.text == without(text, explainer.reading(selection, text).words, flip.removed)


@pytest.mark.parametrize("pooler", POOLERS)
def test_a_small_budget_still_flips_when_it_says_so(explainer: Explainer, pooler: str) -> None:
    text = "no card has come yet and the fee was not given back to me so where is it now please"
    for family, budget in itertools.product(TYPES, (1, 5, 30, 60)):
        selection = Selection(family, pooler)
        flip = found(explainer, selection, text, budget)
        assert flip.tried <= budget
        assert explainer.engine.classify(selection, [flip.text])[0].label == flip.label
        assert flip.found == (flip.label != flip.verdict)
        if flip.irreducible:
            words = explainer.reading(selection, text).words
            for back in flip.removed if len(flip.removed) > 1 else ():
                kept = without(text, words, [i for i in flip.removed if i != back])
                assert explainer.engine.classify(selection, [kept])[0].label == flip.verdict


@pytest.mark.parametrize("text", ["card", "🙂", "<s>", "\u0301"])
def test_one_word_has_nothing_to_take_away(explainer: Explainer, text: str) -> None:
    flip = found(explainer, Selection("llama", "mean"), text)
    assert flip.words <= 1
    assert (flip.found, flip.proven, flip.text, flip.tried) == (False, True, text, 1)


@given(st.integers(1, 7), st.data())
def test_every_choice_comes_once_and_early_ranks_first(count: int, data: Any) -> None:
    size = data.draw(st.integers(1, count))
    choices = list(by_size(count, size))
    assert sorted(choices) == list(itertools.combinations(range(count), size))
    assert [c[-1] for c in choices] == sorted(c[-1] for c in choices)


@given(st.lists(st.sampled_from(["a", "bc", "é", "🙂", "no"]), min_size=1, max_size=8), st.data())
def test_words_are_taken_out_whole_with_their_space(words: list[str], data: Any) -> None:
    text, units, place = " ".join(words), list[Unit](), 0
    for i, word in enumerate(words):
        units.append(Unit(word, place, place + len(word), (i,)))
        place += len(word) + 1
    gone = data.draw(st.sets(st.integers(0, len(words) - 1)))
    assert without(text, units, gone) == " ".join(w for i, w in enumerate(words) if i not in gone)


class Rule:
    """A stand-in for a probe: each word is one token; class 1 wins when the rule says so."""

    problem_type, labels, tokens_per_batch = "single_label_classification", ("stays", "flips"), 24

    def __init__(self, words: int, flips: Callable[[frozenset[int]], bool]) -> None:
        self.words, self.rule = words, flips
        self.seen: list[frozenset[int]] = []

    def encode(self, text: str) -> Any:
        return SimpleNamespace(ids=[int(word) for word in text.split()])

    def logits(self, rows: Sequence[list[int]]) -> torch.Tensor:
        gone = [frozenset(range(self.words)) - frozenset(row) for row in rows]
        self.seen += gone
        return torch.tensor([[0.0, 1.0 if self.rule(g) else -1.0] for g in gone])

    def probabilities(self, logits: torch.Tensor) -> torch.Tensor:
        return logits.softmax(dim=-1)

    def verdict(self, logits: torch.Tensor) -> str:
        return self.labels[int(logits.argmax())]

    def states(self, text: Any) -> None:
        return None

    def read_mask(self, text: Any) -> None:
        return None


def never(_: frozenset[int]) -> bool:
    return False


def searched(rule: Rule, values: list[float], budget: int, progress: Any = None) -> MinimalFlip:
    text, units, place = " ".join(map(str, range(rule.words))), [], 0
    for i in range(rule.words):
        units.append(Unit(str(i), place, place + len(str(i)), (i,)))
        place += len(str(i)) + 1
    encoded: Any = SimpleNamespace(text=text)
    probe: Any = rule
    return minimal_flip.find(probe, encoded, units, np.array(values), budget, progress or (lambda *_: None))


@settings(max_examples=60)
@given(st.data())
def test_any_rule_is_solved_as_brute_force_does(data: Any) -> None:
    count = data.draw(st.integers(1, 6))
    everything = [frozenset(c) for k in range(1, count) for c in itertools.combinations(range(count), k)]
    flipping_sets = set(data.draw(st.lists(st.sampled_from(everything), max_size=4)) if everything else [])
    values = data.draw(st.lists(st.floats(-2, 2), min_size=count, max_size=count))
    smallest = min(map(len, flipping_sets), default=0)
    flip = searched(Rule(count, lambda g: g in flipping_sets), values, 1000)
    assert flip.proven
    assert len(flip.removed) == smallest
    assert not smallest or frozenset(flip.removed) in flipping_sets


def test_the_greedy_part_drops_what_is_not_needed() -> None:
    needed = frozenset({3, 9, 17, 25})
    flip = searched(Rule(40, lambda g: g >= needed), [float(-i) for i in range(40)], 200)
    assert frozenset(flip.removed) == needed
    assert (flip.proven, flip.irreducible) == (False, True)
    assert flip.complete == 1
    assert flip.tried <= 200


def test_of_the_size_that_flips_all_may_have_been_tried() -> None:
    flip = searched(Rule(2, lambda g: bool(g)), [1.0, 0.0], 1000)  # both run in one batch
    assert (len(flip.removed), flip.complete, flip.tried) == (1, 1, 3)
    flip = searched(Rule(20, lambda g: bool(g)), [float(-i) for i in range(20)], 1000)
    assert (len(flip.removed), flip.complete) == (1, 0), "a later batch was left"


def test_nothing_flips_is_an_answer_and_says_whether_all_was_tried() -> None:
    flip = searched(Rule(5, never), [1.0] * 5, 1000)
    assert (flip.found, flip.proven, flip.tried) == (False, True, 2**5 - 1)
    flip = searched(Rule(30, never), [1.0] * 30, 100)
    assert (flip.found, flip.proven) == (False, False)


def test_singles_are_tried_in_the_order_of_the_contributions() -> None:
    rule = Rule(4, never)
    searched(rule, [0.5, 3.0, -1.0, 2.0], 6)
    assert [set(g) for g in rule.seen[1:3]] == [{1}, {3}]


def test_equal_words_do_not_make_it_endless(explainer: Explainer) -> None:
    flip = found(explainer, Selection("llama", "mean"), "no " * 60, 200)
    assert flip.tried <= 200


def test_a_regression_says_what_it_lacks() -> None:
    rule = Rule(2, never)
    rule.problem_type = "regression"
    with pytest.raises(InputError, match="no verdict that could flip"):
        searched(rule, [1.0, 2.0], 10)


def test_it_can_be_stopped_in_the_middle() -> None:
    told: list[str] = []

    def progress(fraction: float, stage: str) -> None:
        assert 0 <= fraction <= 1
        told.append(stage)
        if len(told) == 3:
            raise CancelledError

    with pytest.raises(CancelledError):
        searched(Rule(30, never), [1.0] * 30, 500, progress)
    assert "removing 1 of 30 words, tried 1" in told[1]


def test_a_job_is_cancelled_and_begun_anew(explainer: Explainer) -> None:
    selection, text = Selection("mistral", "mean"), TEXTS[0] + " Stop here."
    held, met, real = threading.Event(), threading.Event(), Probe.logits

    def slow(self: Probe, rows: Sequence[list[int]], told: Any = None) -> torch.Tensor:
        met.set()
        held.wait(30)
        return real(self, rows, told)

    task = explainer.minimal_flip(selection, text, 300)
    assert task.state() is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Probe, "logits", slow)
        task.start()
        assert met.wait(60)
        task.cancel()
        held.set()
        state = explainer.minimal_flip(selection, text, 300).state(wait=60)
    assert state is not None
    assert state.status is TaskStatus.CANCELLED
    assert found(explainer, selection, text, 300).words == 8
    assert explainer.flip_cost(selection, text, 300).texts == 300


def test_several_labels_flip_as_a_set(tmp_path: Any) -> None:
    from core.settings import Settings
    from tests.tiny import save_tiny_classifier

    folder = save_tiny_classifier(tmp_path / "m", "llama", ("a", "b", "c"), "multi_label_classification")
    made = Engine(Settings(user_catalogue=tmp_path / "own", device="cpu"))
    selection, explainer = made.resolve(str(folder)), Explainer(made, TaskRunner(1))
    flip = found(explainer, selection, TEXTS[0])
    assert len(flip.removed) == brute_force(explainer, selection, TEXTS[0])
    let_go(made)
