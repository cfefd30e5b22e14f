"""The encoding of a text file: UTF-8, or the UTF-16 that spreadsheets may write."""

from __future__ import annotations

from pathlib import Path

from core.errors import InputError


def encoding_of(path: Path) -> str:
    """By the file's first bytes; a byte order mark is no part of the text."""
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def not_utf8(path: Path, error: UnicodeDecodeError) -> InputError:
    """The error to raise for bytes that are no UTF-8, naming the first of them."""
    seen = error.object[error.start]
    return InputError(f"'{path}' is not UTF-8 text (it holds the byte 0x{seen:02x}).", fix="save it again as UTF-8.")
