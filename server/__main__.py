"""The server behind `make run`: `python -m server [--host H] [--port P]`.

`streamlit run app.py` serves the same app. This server is quicker: its sockets send at once (Streamlit's own wait
up to 40 ms for more), browsers get its files compressed, and the first answer of a fresh server comes sooner. Its
pages leave one entry each in the browser's history; Streamlit's own leave one more for every parameter that changes.
"""

from __future__ import annotations

import argparse
import os
import sys

import uvicorn

from core.settings import ROOT
from pages.ui.services import services
from server.application import application

#: A text of a million characters in UTF-8 fits in one message.
_LARGEST_MESSAGE = 64 * 2**20


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m server", description="Serve Headlight.")
    parser.add_argument("--host", default="localhost", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8501)
    requested = parser.parse_args()
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    app = application()
    print(f"Headlight is at http://{requested.host}:{requested.port}", flush=True)
    uvicorn.run(
        app,
        host=requested.host,
        port=requested.port,
        log_level="warning",
        access_log=False,
        ws="websockets-sansio",
        ws_max_size=_LARGEST_MESSAGE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
    )
    if not services().close(grace=0):
        # Compiled code cannot be interrupted, and would come back to an interpreter that is gone.
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
