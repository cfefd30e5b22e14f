"""Predictions against the model's own pass, scipy's softmax and scikit-learn's rule for several labels."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, softmax

from core.engine import predictor as module
from core.engine.backends.torch.packed import PackedPass
from core.engine.encoding import Encoder
from core.engine.predictor import Predictor, probabilities, verdict
from core.engine.rw_lock import ReadWriteLock
from core.errors import InputError
from core.results import NOT_FINITE
from tests.model.conftest import LABELS, opened
from tests.tiny import make_tiny_tokenizer

LOGITS = st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=6)
TEXTS = ["My card has not arrived yet.", "fee", "Where is my refund, and how long will it take to get here?", "a limit"]


@pytest.fixture(scope="module")
def predictor(tiny_folders: dict[str, Path]) -> Predictor:
    model = opened(tiny_folders["llama"], pooler_type="attention").model.eval()
    encoder = Encoder(make_tiny_tokenizer(), 64)
    return Predictor(model, encoder, LABELS, "single_label_classification", "cpu", 1024, 2, ReadWriteLock())


def own(predictor: Predictor, text: str) -> Any:
    """The model's own pass over one text."""
    ids = torch.tensor([predictor.encoder.encode([text])[0].ids])
    with torch.inference_mode():
        return predictor.model(input_ids=ids)


def test_a_batch_says_what_the_model_says_of_each_text_alone(predictor: Predictor) -> None:
    for text, prediction in zip(TEXTS, predictor.predict(TEXTS), strict=True):
        output = own(predictor, text)
        torch.testing.assert_close(torch.tensor(prediction.logits), output.logits[0], rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(torch.tensor(prediction.pooling_weights), output.pooling_weights[0])
        assert prediction.text == text
        assert prediction.label == LABELS[int(output.logits.argmax())]
        assert len(prediction.tokens) == len(prediction.pooling_weights or ()) == prediction.total_tokens


def test_many_texts_go_packed_in_several_threads_and_keep_their_order(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MANY_TOKENS", 64)
    texts = [f"{'card ' * (i % 7)}{i}" for i in range(40)]
    assert isinstance(predictor._for_many, PackedPass)
    many = predictor.predict(texts)
    assert [p.text for p in many] == texts
    for text, prediction in list(zip(texts, many, strict=True))[::9]:
        logits = own(predictor, text).logits[0]
        torch.testing.assert_close(
            torch.tensor(prediction.logits), logits, rtol=0, atol=1e-5 * float(logits.abs().max())
        )


def test_what_was_cut_off_is_said(predictor: Predictor) -> None:
    text = "card " * 200
    (prediction,) = predictor.predict([text])
    assert len(prediction.tokens) == 64
    assert prediction.total_tokens > 64
    assert prediction.truncated
    assert predictor.predict([text[: prediction.kept_characters]])[0].logits == pytest.approx(
        prediction.logits, abs=1e-5
    )


def test_the_model_is_held_shared_while_it_predicts(predictor: Predictor) -> None:
    events: list[str] = []

    class Lock(ReadWriteLock):
        @contextmanager
        def shared(self) -> Any:
            events.append("held")
            yield
            events.append("let go")

    def seen(*_: Any) -> None:
        events.append("pass")

    handle = predictor.model.register_forward_hook(seen)
    try:
        replace(predictor, lock=Lock()).predict(["fee"])
    finally:
        handle.remove()
    assert events == ["held", "pass", "let go"]


@given(rows=st.lists(st.lists(st.floats(-30, 30, width=32), min_size=3, max_size=3), min_size=1, max_size=4))
@settings(deadline=None)
def test_probabilities_are_a_softmax_or_one_sigmoid_a_label(rows: list[list[float]]) -> None:
    logits = torch.tensor(rows, dtype=torch.float64)
    one = probabilities(logits, "single_label_classification").numpy()
    np.testing.assert_allclose(one, softmax(np.array(rows), axis=-1), rtol=1e-9, atol=1e-12)
    several = probabilities(logits, "multi_label_classification").numpy()
    np.testing.assert_allclose(several, expit(np.array(rows)), rtol=1e-9, atol=1e-12)
    assert probabilities(logits, "regression").isnan().all()


@given(LOGITS)
def test_the_verdict_of_one_label_is_the_first_of_the_largest(z: list[float]) -> None:
    labels = tuple(f"c{i}" for i in range(len(z)))
    assert verdict(labels, z, [0.0] * len(z), "single_label_classification") == labels[int(np.argmax(z))]
    assert verdict(labels, z, [np.nan] * len(z), "regression") == "c0"


@given(st.lists(st.integers(-40, 40).map(lambda quarters: quarters / 4), min_size=1, max_size=6))
def test_the_verdict_of_several_labels_is_all_from_a_half_on(z: list[float]) -> None:
    """As `sklearn.linear_model` decides a binary class by its score: from 0 on, since sigmoid(0) = 1/2."""
    labels = tuple(f"c{i}" for i in range(len(z)))
    p = probabilities(torch.tensor(z, dtype=torch.float64), "multi_label_classification").tolist()
    said = verdict(labels, z, p, "multi_label_classification")
    assert said == (", ".join(label for label, score in zip(labels, z, strict=True) if score >= 0) or "none")


def test_several_labels_and_numbers_are_predicted_as_such(predictor: Predictor) -> None:
    (several,) = replace(predictor, problem_type="multi_label_classification").predict(["fee"])
    np.testing.assert_allclose(several.probabilities, expit(np.array(several.logits)), rtol=1e-5)
    (number,) = replace(predictor, problem_type="regression").predict(["fee"])
    assert number.label == LABELS[0]
    assert np.isnan(number.probabilities).all()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("problem", ["single_label_classification", "multi_label_classification", "regression"])
def test_logits_that_are_not_finite_name_no_class(predictor: Predictor, problem: str, value: float) -> None:
    row = [value, 2.0, -1.0, 0.5]
    shares = probabilities(torch.tensor([row, [0.0, 2.0, -1.0, 0.5]]), problem)
    assert shares[0].isnan().all()
    assert shares[1].isnan().all() == (problem == "regression")
    assert verdict(LABELS, row, shares[0].tolist(), problem) == NOT_FINITE
    prediction = replace(
        predictor.predict(["fee"])[0], logits=tuple(row), probabilities=tuple(shares[0].tolist()), label=NOT_FINITE
    )
    assert not prediction.finite
    assert [score.label for score in prediction.ranked] == list(LABELS)
    assert math.isnan(prediction.margin)
    assert math.isnan(prediction.entropy)


def test_one_spoilt_weight_spoils_every_verdict_and_is_said(tiny_folders: dict[str, Path]) -> None:
    model = opened(tiny_folders["llama"], pooler_type="mean").model.eval()
    with torch.no_grad():
        model.model.layers[1].mlp.up_proj.weight[0, 0] = torch.nan
    encoder = Encoder(make_tiny_tokenizer(), 64)
    for texts in (TEXTS[:1], TEXTS * 10):
        spoilt = Predictor(model, encoder, LABELS, "single_label_classification", "cpu", 1024, 2, ReadWriteLock())
        assert {(p.label, p.finite) for p in spoilt.predict(texts)} == {(NOT_FINITE, False)}


def test_a_text_with_a_token_without_a_row_is_refused(predictor: Predictor) -> None:
    assert replace(predictor, embedding_rows=320).predict(["fee"])
    with pytest.raises(InputError, match="for which the model's embedding of 260 rows has none"):
        replace(predictor, embedding_rows=260).predict(TEXTS)
