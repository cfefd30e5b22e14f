"""Many sessions at once, without browsers: `python -m benchmarks.sessions [--sessions 20]`.

Speaks the app's own protocol over WebSockets, so that what is measured is the server and not twenty browsers on the
same machine. Every session asks something else at the same moment; every answer is compared with the engine's own.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.browser import fresh_server, texts, told, wrong_answers
from core.results import Selection

_ANSWER = re.compile(
    r'hl-asked" dir="auto"><bdi>(?P<asked>.*?)</bdi>.*?hl-label">(?P<label>.*?)</h2>.*?hl-probability">(?P<p>.*?)</p>',
    re.DOTALL,
)


@dataclass
class Session:
    """A visitor without a browser: the widgets that the server has drawn, and the last answer."""

    socket: ClientConnection
    text_area: str = ""
    button: str = ""
    fragment: str = ""
    answer: dict[str, str] = field(default_factory=dict)

    async def open(self, query: str) -> None:
        """Visit Classify, again and again while the candidate loads, until the first answer is there."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = "classify"
        while not self.answer:
            await self.socket.send(message.SerializeToString())
            while await self.receive() != "script_finished":
                pass
            await asyncio.sleep(0.2)

    async def ask(self, text: str) -> tuple[float, dict[str, str]]:
        """Click with this text; milliseconds until the answer to it has come, and the answer."""
        message = BackMsg()
        message.rerun_script.fragment_id = self.fragment
        states = message.rerun_script.widget_states.widgets
        states.add(id=self.text_area, string_value=text)
        states.add(id=self.button, trigger_value=True)
        start = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while self.answer.get("asked") != text:
            await self.receive()
        return 1000 * (time.perf_counter() - start), self.answer

    async def receive(self) -> str | None:
        """Take in one message of the server; its kind."""
        message = ForwardMsg()
        message.ParseFromString(await self.socket.recv(decode=False))
        kind = message.WhichOneof("type")
        if kind != "delta":
            return kind
        element: Any = message.delta.new_element
        match element.WhichOneof("type"):
            case "text_area":
                self.text_area, self.fragment = element.text_area.id, message.delta.fragment_id
            case "button" if element.button.is_form_submitter:
                self.button = element.button.id
            case "html" if found := _ANSWER.search(element.html.body):
                shown = {name: unescape(re.sub(r"<[^>]+>", "", value)) for name, value in found.groupdict().items()}
                self.answer = {"asked": shown["asked"], "label": shown["label"], "probability": shown["p"]}
        return kind


async def measure(selection: Selection, count: int, rounds: int) -> int:
    """Open the sessions, let them all ask at once, and print; the number of wrong answers."""
    query = f"candidate={selection.candidate}&adapter={selection.adapter or '-'}"
    with fresh_server() as server:
        address = server.url.replace("http", "ws") + "/_stcore/stream"
        sockets = [
            await connect(address, subprotocols=["streamlit"], max_size=None, origin=None)  # type: ignore[list-item]
            for _ in range(count)
        ]
        sessions = [Session(socket) for socket in sockets]
        for session in sessions:
            await session.open(query)
        times, answers, before = [], [], server.cpu_seconds()
        for turn in range(rounds + 1):
            asked = [f"{text} (round {turn})" for text in texts(count)]
            found = await asyncio.gather(*(s.ask(text) for s, text in zip(sessions, asked, strict=True)))
            if turn:  # the first round warms up
                times += [ms for ms, _ in found]
            answers += list(zip(asked, [dict(answer) for _, answer in found], strict=True))
        spent = 1000 * (server.cpu_seconds() - before) / len(answers)
        print(f"{count} sessions at once           {told(times)}, {spent:.0f} ms of processor a click")
        for socket in sockets:
            await socket.close()
    wrong = wrong_answers(selection, answers)
    print(f"wrong answers                 {len(wrong):7d} of {len(answers)}", *wrong, sep="\n  ")
    return len(wrong)


def main() -> None:
    """Measure, and fail when an answer was wrong."""
    parser = argparse.ArgumentParser(description="Measure many sessions at once.")
    parser.add_argument("--candidate", default="demo-llama")
    parser.add_argument("--adapter", default="banking77")
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=10)
    wanted = parser.parse_args()
    selection = Selection(wanted.candidate, wanted.adapter)
    sys.exit(1 if asyncio.run(measure(selection, wanted.sessions, wanted.rounds)) else 0)


if __name__ == "__main__":
    main()
