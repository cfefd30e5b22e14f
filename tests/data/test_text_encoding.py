"""The encodings that text files come in."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.text_encoding import encoding_of, not_utf8


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_text_comes_back(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("żółw 🐢".encode(encoding))
    assert path.read_text(encoding=encoding_of(path)) == "żółw 🐢"


def test_an_empty_file_is_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    assert encoding_of(tmp_path / "a.txt") == "utf-8-sig"


def test_the_error_names_the_first_byte_that_is_none() -> None:
    with pytest.raises(UnicodeDecodeError) as raised:
        b"caf\xe9".decode()
    assert "holds the byte 0xe9" in str(not_utf8(Path("a.csv"), raised.value))
