"""The form that writes a loaded candidate for other programs."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Open, words


def requested(open_app: Open, folder: str, model_format: str = "transformers") -> AppTest:
    app = open_app("candidates")
    app.text_input(key="export.output").set_value(folder)
    app.selectbox(key="export.format").set_value(model_format)
    next(b for b in app.button if b.label == "Export").click()
    app.run()
    assert not app.exception, app.exception
    return app


def test_what_was_written_and_how_far_it_is_from_ours(open_app: Open) -> None:
    app = requested(open_app, "/models/out")
    assert "Written to /models/out as transformers, opened by `LlamaForSequenceClassification`" in words(app)
    assert "the largest difference of a logit is 2.00e-07 of the largest logit" in words(app)
    app.run()
    assert "Written to /models/out" in words(app), "it is met again"


def test_a_graph_is_chosen(open_app: Open) -> None:
    assert "Written to /models/out as ONNX:" in words(requested(open_app, "/models/out", "onnx"))


def test_refusals_are_told(open_app: Open) -> None:
    assert "nothing is written over" in words(requested(open_app, "/models/taken"))
    assert "No folder to write was given." in words(requested(open_app, " "))
    assert "answers otherwise" in words(requested(open_app, "/models/out", "openvino"))
