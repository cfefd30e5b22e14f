"""The encoding of a text file: UTF-8, or the UTF-16 that spreadsheets may write."""

from __future__ import annotations

import codecs
from pathlib import Path

from core.errors import InputError

#: Bytes that are decoded at once, and that are looked at where they are not UTF-8: so many of the start, and around
#: the first that is not.
_BLOCK, _SAMPLE = 2**20, 2**15


def encoding_of(path: Path) -> str:
    """By the file's first bytes; a byte order mark is no part of the text."""
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def detect_encoding(path: Path) -> str:
    """The encoding of a text file: as `encoding_of` where it is read so to its end, else by statistics of its bytes.

    Raises:
        InputError: binary data, or bytes that fit no encoding.
    """
    encoding, end = encoding_of(path), 0
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                end = file.tell()
                decoder.decode(block)
            decoder.decode(b"", final=True)
            return encoding
        except UnicodeDecodeError as error:
            wrong = not_utf8(path, error)
            near = end - len(error.object) + error.start  # the object is what was left of the block before, and this
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
        file.seek(max(_SAMPLE, near - _SAMPLE // 2))
        sample = start + file.read(_SAMPLE)
    if b"\0" in sample:
        raise InputError(f"'{path}' holds binary data, not text.", fix="save it as text in UTF-8.") from None
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None:
        raise wrong from None
    return best.encoding


def not_utf8(path: Path, error: UnicodeDecodeError) -> InputError:
    """The error to raise for bytes that are no UTF-8, naming the first of them."""
    seen = error.object[error.start]
    return InputError(f"'{path}' is not UTF-8 text (it holds the byte 0x{seen:02x}).", fix="save it again as UTF-8.")
