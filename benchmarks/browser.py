"""The app in a real browser: `python -m benchmarks.browser [--candidate C] [--adapter A] [--sessions 20]`.

Measures on a fresh server: memory while idle, time to the first prediction (beside what the imports alone take in an
empty Python), a warm click until its verdict is painted, and many sessions that click at once, every answer compared
with the engine's own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil
from playwright.async_api import Browser, Page, async_playwright

from core.engine.engine import Engine
from core.results import Selection
from core.settings import ROOT
from core.words.class_names import readable
from core.words.numbers import percent

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
#: Fresh servers whose first prediction is timed; the median is told.
FRESH = 5

#: A click that has no answer by then, in milliseconds, is an error of the page or of this benchmark.
PATIENCE = 60_000

#: Writes a text into the form, clicks, and resolves when the answer to that text has been painted: the name and the
#: probability of the most likely class, from the first of its bars, which stand there however sure the verdict is.
ASK = """([text, by, patience]) => new Promise((resolve, reject) => {
  const box = document.querySelector('textarea');
  const write = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
  write.call(box, text);
  box.dispatchEvent(new Event('input', { bubbles: true }));
  const button = [...document.querySelectorAll('button')].find((b) => b.innerText === by);
  setTimeout(() => {
    const start = performance.now();
    const seen = () => document.querySelector('.hl-asked')?.textContent === text;
    const done = () => requestAnimationFrame(() => resolve({
      ms: performance.now() - start,
      label: document.querySelector('.hl-answer .hl-name').textContent,
      probability: document.querySelector('.hl-answer .hl-number').textContent,
    }));
    setTimeout(() => reject(`no answer to "${text}" in ${patience} ms`), patience);
    const watch = new MutationObserver(() => { if (seen()) { watch.disconnect(); done(); } });
    watch.observe(document.body, { subtree: true, childList: true, characterData: true });
    button.click();
  }, 50);
})"""


@dataclass(frozen=True)
class Server:
    """A server process of its own, and where it listens."""

    url: str
    process: psutil.Process

    def resident_mb(self) -> float:
        """Resident memory in MB (10^6 bytes)."""
        return float(self.process.memory_info().rss) / 1e6

    def cpu_seconds(self) -> float:
        """Processor time it has used so far."""
        return float(sum(self.process.cpu_times()[:2]))


@contextmanager
def fresh_server() -> Iterator[Server]:
    """The app on a free port, ended afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "server", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        yield Server(url, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(timeout=20)


def texts(count: int) -> list[str]:
    """Different texts of different lengths, every one a sentence that a bank might be asked."""
    subjects = ("card", "transfer", "top up", "cash withdrawal", "exchange rate", "PIN", "refund", "direct debit")
    places = ("in Lisbon", "at the airport", "online", "in a small shop", "abroad")
    return [
        f"Question {i}: why is my {subjects[i % len(subjects)]} {'still ' * (i % 4)}not working "
        f"{places[i % len(places)]}, and what do I do now?"
        for i in range(count)
    ]


async def first_prediction(browser: Browser, server: Server, query: str) -> float:
    """Seconds from the request of the first visitor to the first verdict."""
    page = await browser.new_page()
    start = time.perf_counter()
    await page.goto(f"{server.url}/classify?{query}")
    await page.locator(".hl-answer").wait_for(timeout=60_000)
    seconds = time.perf_counter() - start
    await page.close()
    return seconds


def bare_imports() -> float:
    """Seconds that an empty Python takes for `import torch, transformers, peft` and a model class: the floor."""
    program = "import torch, peft; from transformers import AutoTokenizer, PreTrainedModel"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - start


async def ready_page(browser: Browser, server: Server, query: str) -> Page:
    """A session of its own, with the first example answered."""
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{server.url}/classify?{query}")
    for part in (".hl-answer", "textarea"):
        await page.locator(part).wait_for(timeout=60_000)
    return page


async def ask(page: Page, text: str) -> dict[str, Any]:
    """The answer as a person reads it, and how long it took."""
    answer: dict[str, Any] = await page.evaluate(ASK, [text, "Classify", PATIENCE])
    return answer


async def warm_clicks(page: Page, count: int) -> list[float]:
    """Milliseconds from click to painted verdict."""
    return [(await ask(page, text))["ms"] for text in texts(count)]


async def at_once(pages: list[Page], rounds: int) -> tuple[list[float], list[tuple[str, dict[str, Any]]]]:
    """Every session asks something else at the same time, several times over."""
    times, answers = [], []
    for turn in range(rounds):
        asked = [f"{text} (round {turn})" for text in texts(len(pages))]
        found = await asyncio.gather(*(ask(page, text) for page, text in zip(pages, asked, strict=True)))
        times += [answer["ms"] for answer in found]
        answers += list(zip(asked, found, strict=True))
    return times, answers


def wrong_answers(selection: Selection, answers: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Texts whose label or probability on the page is not what the engine says of them, asked one by one."""
    engine, wrong = Engine(), []
    for text, shown in answers:
        prediction = engine.classify(selection, [text])[0]
        expected = (readable(prediction.label, prediction.labels), f"{percent(prediction.top.probability)} %")
        if (shown["label"], " ".join(shown["probability"].split())) != expected:
            wrong.append(f"{text!r}: the page says {shown}, the engine {expected}")
    return wrong


def told(times: list[float]) -> str:
    """Median and 95th percentile of milliseconds, in words."""
    late = sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]
    return f"{statistics.median(times):7.0f} ms p50, {late:.0f} ms p95"


async def measure(selection: Selection, sessions: int, clicks: int) -> int:
    """Run everything and print it; the number of wrong answers."""
    query = f"candidate={selection.candidate}&adapter={selection.adapter or '-'}"
    chromium = os.environ.get("HEADLIGHT_CHROMIUM") or shutil.which("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        warm_up = await browser.new_page()  # the browser's own start is not the server's
        await warm_up.goto("about:blank")
        firsts = []
        for _ in range(FRESH):
            with fresh_server() as server:
                await asyncio.sleep(2)
                idle = server.resident_mb()
                firsts.append(await first_prediction(browser, server, query))
        print(f"idle server                   {idle:7.0f} MB resident")
        each = ", ".join(f"{seconds:.2f}" for seconds in firsts)
        print(f"importing torch and transformers{bare_imports():5.2f} s in an empty Python, of this machine")
        print(f"first prediction, fresh server{statistics.median(firsts):7.2f} s from request to verdict (of {each})")
        with fresh_server() as server:
            page = await ready_page(browser, server, query)
            await warm_clicks(page, 5)
            before = server.cpu_seconds()
            times = await warm_clicks(page, clicks)
            print(f"warm click to painted verdict {told(times)} ({clicks} clicks)")
            print(
                f"of that, in the server        {1000 * (server.cpu_seconds() - before) / clicks:7.0f} ms of processor"
            )
            pages = [await ready_page(browser, server, query) for _ in range(sessions)]
            times, answers = await at_once(pages, rounds=3)
            print(f"{sessions} sessions at once           {told(times)} (browsers on the same {os.cpu_count()} cores)")
            print(f"server after that             {server.resident_mb():7.0f} MB resident")
        await browser.close()
    wrong = wrong_answers(selection, answers)
    print(f"wrong answers                 {len(wrong):7d} of {len(answers)}", *wrong, sep="\n  ")
    return len(wrong)


def main() -> None:
    """Measure, and fail when an answer was wrong."""
    parser = argparse.ArgumentParser(description="Measure the app in a browser.")
    parser.add_argument("--candidate", default="demo-llama")
    parser.add_argument("--adapter", default="banking77")
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--clicks", type=int, default=40)
    wanted = parser.parse_args()
    selection = Selection(wanted.candidate, wanted.adapter)
    sys.exit(1 if asyncio.run(measure(selection, wanted.sessions, wanted.clicks)) else 0)


if __name__ == "__main__":
    main()
