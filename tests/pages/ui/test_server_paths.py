"""Paths of the server: whole for those who typed them, their last name for all others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest


def shown(message: str, typed: tuple[str, ...] = (), field: str = "") -> str:
    def page(message: str, typed: tuple[str, ...], field: str) -> None:
        import streamlit

        from pages.ui import server_paths

        server_paths.typed(*typed)
        streamlit.session_state["a.field"] = field
        streamlit.text(server_paths.hidden(message))

    app = AppTest.from_function(page, args=(message, typed, field)).run()
    assert not app.exception, app.exception
    return str(app.text[0].value)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("'/srv/models/a b/mine' has no tokenizer.", "'…/mine' has no tokenizer."),
        ("/srv/models/mine", "…/mine"),
        ("/srv/own/bad.yaml: no field 'x'.", "…/bad.yaml: no field 'x'."),
        ("It lies in /srv/models/mine.", "It lies in …/mine."),
        ("org/model, and/or https://huggingface.co/org/model", "org/model, and/or https://huggingface.co/org/model"),
        ("3 / 4 of ./here/it and ../there/it", "3 / 4 of ./here/it and ../there/it"),
    ],
)
def test_only_the_last_name_is_shown(message: str, expected: str) -> None:
    assert shown(message) == expected


def test_who_typed_it_reads_it_whole() -> None:
    message = "'/srv/models/mine/model.safetensors' is truncated."
    assert shown(message, typed=("/srv/models/mine",)) == message
    assert shown(message, field="/srv/models/mine") == message
    assert shown("Wrote /srv/out.", field="/srv/out") == "Wrote /srv/out."
    assert shown(message, typed=("/srv/models/min",)) == "'…/model.safetensors' is truncated."


@settings(deadline=None)
@given(st.lists(st.text("abcXYZ019_-", min_size=1, max_size=8), min_size=2, max_size=5))
def test_no_folder_on_the_way_is_seen(names: list[str]) -> None:
    from pages.ui import server_paths

    path = "/" + "/".join(f"{name}~{i}" for i, name in enumerate(names))
    assert server_paths.hidden(f"'{path}' cannot be read.") == f"'…/{names[-1]}~{len(names) - 1}' cannot be read."
