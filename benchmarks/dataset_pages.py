"""The pages about a dataset, in a browser, on files of one's own.

    python -m benchmarks.dataset_pages --test F --train F

A fresh server and an empty store. The test file is sent from the browser and answered; then each page of the section
is opened, what it needs is begun (a second model, the training file), and two times are told in seconds: from the click
to the page with its result, and of a later click on the same page, whose result is there. The sentence that each page
opens with is printed beside them. Columns are those that the app guesses.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.browser import FLAGS, fresh_server
from pages.ui.site_map import SITE_MAP

#: Milliseconds after which a page is an error of the page or of this benchmark.
PATIENCE = 900_000
#: Nothing runs, loads or is stale.
STILL = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
  && !document.querySelector('[data-stale=true], [role=progressbar], [data-testid=stSkeleton], .hl-waiting')
  && [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every((c) => c.querySelector('.main-svg'))"""
#: Buttons that begin what a page needs.
BEGIN = re.compile(r"^(Evaluate [\d,]+ rows|Try [\d,]+ changes|Read [\d,]+ training rows|Go on)")
EVALUATE = next(section for section in SITE_MAP if section.title == "Evaluate")


def result(page: Page, training: Path) -> str:
    """The page's sentence, after beginning what it needs."""
    lead = page.locator("[data-testid=stMain] .hl-lead").first
    begin, upload = page.get_by_role("button", name=BEGIN), page.locator("input[type=file]")
    while True:
        page.wait_for_function(STILL, timeout=PATIENCE)
        if lead.count():
            return " ".join((lead.text_content() or "").split())
        if begin.count():
            begin.first.click()
            page.wait_for_timeout(300)
        elif upload.count():
            upload.first.set_input_files(training)
            begin.or_(lead).first.wait_for(timeout=PATIENCE)
        else:
            page.wait_for_timeout(100)


def opened(page: Page, title: str) -> None:
    """Go to a page of the section by its link."""
    page.locator(".st-key-section a").filter(has_text=re.compile(f"^{title}$")).first.click()
    page.locator("h1", has_text=re.compile(f"^{title}$")).wait_for(timeout=PATIENCE)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="Measure the pages about a dataset in a browser.")
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--candidate", default="demo-llama")
    parser.add_argument("--adapter", default="banking77")
    parser.add_argument("--shots", type=Path, help="a folder for a picture of every page")
    wanted = parser.parse_args()
    chromium = os.environ.get("HEADLIGHT_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as store, sync_playwright() as playwright:
        os.environ["HEADLIGHT_EVALUATIONS"] = store
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with fresh_server() as server:
            page = browser.new_page(viewport={"width": 1440, "height": 1800})
            page.set_default_timeout(PATIENCE)
            page.goto(f"{server.url}/evaluate?candidate={wanted.candidate}&adapter={wanted.adapter}")
            page.locator("input[type=file]").first.set_input_files(wanted.test)
            page.get_by_role("button", name=BEGIN).first.wait_for()
            print(f"{'page':14s} {'first':>7s} {'later':>7s}   seconds; its sentence")
            for entry in EVALUATE.pages:
                started = time.perf_counter()
                if entry is not EVALUATE.pages[0]:
                    opened(page, entry.title)
                said = result(page, wanted.train)
                first = time.perf_counter() - started
                opened(page, "Slices" if entry.title == "Evaluate" else "Evaluate")
                page.wait_for_function(STILL)
                started = time.perf_counter()
                opened(page, entry.title)
                page.wait_for_function(STILL)
                later = time.perf_counter() - started
                if wanted.shots is not None:
                    wanted.shots.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=wanted.shots / f"{entry.name}.png")
                print(f"{entry.title:14s} {first:7.2f} {later:7.2f}   {said}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
