"""A Hub on this machine: as much of its HTTP as its client asks for models, their sizes and their files."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest
from huggingface_hub import constants

COMMIT = "c" * 40


@dataclass
class Repository:
    """A model: its files, and what its card says. `gated` ones hand out no file."""

    files: dict[str, bytes]
    licence: str = "apache-2.0"
    gated: bool = False

    @classmethod
    def of(cls, folder: Path, **fields: Any) -> Repository:
        """All files of a folder."""
        return cls({path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}, **fields)


@dataclass
class FakeHub:
    """Models by id. `asked` are the paths of requests; weights are handed out in parts while `go` is set."""

    url: str
    models: dict[str, Repository] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)


@contextmanager
def fake_hub(parts: int = 8) -> Iterator[FakeHub]:
    """Listens until this is left. A file of weights comes in so many parts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    hub = FakeHub(f"http://127.0.0.1:{server.server_port}")
    hub.go.set()
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that went away
    server.hub, server.parts = hub, parts  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield hub
    finally:
        hub.go.set()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing: a test reads `asked`."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        hub: FakeHub = self.server.hub  # type: ignore[attr-defined]
        path = unquote(urlparse(self.path).path)
        hub.asked.append(path)
        match = re.fullmatch(r"(?:/api/models)?/([^/]+/[^/]+?)(?:/(revision|tree|resolve)/([^/]+)(?:/(.*))?)?", path)
        model = hub.models.get(match[1]) if match else None
        if match is None or model is None:
            self._error(401 if match else 404, "RepoNotFound")
        elif match[3] not in (None, "main", COMMIT):
            self._error(404, "RevisionNotFound")
        elif match[2] == "resolve":
            self._file(model, match[4], body=body)
        elif match[2] == "tree":
            self._json([_entry(name, data) for name, data in model.files.items()])
        else:
            self._json(_info(match[1], model))

    def _file(self, model: Repository, name: str, *, body: bool) -> None:
        data = model.files.get(name)
        if model.gated:
            self._error(403, "GatedRepo")
        elif data is None:
            self._error(404, "EntryNotFound")
        else:
            start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(data) - start))
            self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.end_headers()
            if body:
                self._in_parts(data[start:], name)

    def _in_parts(self, data: bytes, name: str) -> None:
        hub, parts = self.server.hub, self.server.parts  # type: ignore[attr-defined]
        step = max(1, len(data) // parts) if name.endswith(".safetensors") else len(data)
        try:
            for begin in range(0, len(data), step):
                if begin:
                    hub.go.wait(30)
                self.wfile.write(data[begin : begin + step])
        except OSError:  # the client has gone
            self.close_connection = True

    def _json(self, document: object) -> None:
        data = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _error(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("X-Error-Message", code)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _entry(name: str, data: bytes) -> dict[str, Any]:
    return {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}


def _info(model_id: str, model: Repository) -> dict[str, Any]:
    config = json.loads(model.files.get("config.json", b"{}"))
    return {
        "id": model_id,
        "sha": COMMIT,
        "gated": "manual" if model.gated else False,
        "private": False,
        "tags": [],
        "downloads": 0,
        "likes": 0,
        "cardData": {"license": model.licence},
        "config": {k: config[k] for k in ("model_type", "architectures") if k in config},
        "siblings": [{"rfilename": n, "size": len(d), "blobId": "0"} for n, d in model.files.items()],
    }


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A Hub that this process's client asks, and small parts so that progress is seen."""
    with fake_hub() as made:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", made.url)
        template = made.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 16 * 1024)
        yield made
