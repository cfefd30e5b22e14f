"""The encodings that text files come in."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.text_encoding import detect_encoding, encoding_of, not_utf8
from core.errors import InputError


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


TEXT = "text,label\n" + "Größe und Stärke für Mädchen: wo bleibt die Überweisung?,a\n" * 40


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert path.read_text(encoding=detect_encoding(path)) == TEXT


def test_a_byte_far_behind_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = "Where is my card? I ordered it nine days ago.\n" * 30_000 + TEXT
    path.write_bytes(text.encode("cp1252"))
    assert path.read_text(encoding=detect_encoding(path)) == text


def test_binary_data_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"PK\x03\x04\x00\x00\xff\xfe\x00" * 50)
    with pytest.raises(InputError, match="binary data"):
        detect_encoding(path)
