"""The style is in the page, where it counts as much as when the app draws it."""

from __future__ import annotations

import re

from pages.ui.frame import STYLE
from server.page_style import PageStyle
from tests.server.test_middleware import ask, streamed

PAGE = b"<!doctype html><html><head><style>.stApp { color: red }</style></head><body><div></div></body></html>"


def test_every_page_has_the_style_behind_streamlits_own() -> None:
    headers, body = ask(PageStyle(streamed(b"text/html", PAGE[:30], PAGE[30:])), "/why")
    own, ours = re.findall(b"<style>(.*?)</style>", body, re.DOTALL)
    assert own == b".stApp { color: red }"
    assert ours == STYLE.read_bytes()
    assert b"<" not in ours  # what would end it
    assert headers["content-length"] == str(len(body))
