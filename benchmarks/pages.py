"""Every page until it stands still: `python -m benchmarks.pages [--candidate C] [--adapter A] [--rounds 5]`.

A server that holds the pair and has answered each page once. Measured in the browser: a page in a new one, whose cache
is empty and whose own window has been opened, from the request; and a click on the page's link within the app, the
first in its session and a later one.
The clicks begin when the script of the charts has been run, which it is some seconds after the session's first page.
A page stands still when its title is there, nothing runs or loads, nothing is stale and every chart is drawn. The
medians are told, in milliseconds, with the load of the machine before and after: they mean little on a busy one.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics

from playwright.async_api import Browser, Page, async_playwright

from benchmarks.browser import FLAGS, fresh_server
from pages.ui.page_entry import PageEntry, Section
from pages.ui.site_map import SITE_MAP

#: Milliseconds of each round, by page.
Times = dict[str, list[float]]

#: The heading of this page is the question of its section, those of all others are their titles.
OVERVIEW = "overview"

#: A page that does not stand still by then, in milliseconds, is an error of the page or of this benchmark.
PATIENCE = 120_000

#: Milliseconds in which a browser has opened a window of its own, which takes a third of a second of both cores.
WINDOW = 1_500

#: Resolves to milliseconds since the page was asked for, or since its link was clicked, when it stands still.
STILL = """([title, link, patience]) => new Promise((resolve, reject) => {
  const start = link === null ? 0 : performance.now();
  if (link !== null) {
    const links = [...document.querySelectorAll(link.where + ' a')];
    links.find((a) => a.innerText.trim().startsWith(link.name)).click();
  }
  const still = () => document.querySelector('h1')?.textContent === title
    && document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale=true], [role=progressbar], [data-testid=stSkeleton]')
    && [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every((c) => c.querySelector('.main-svg'));
  const heading = () => document.querySelector('h1')?.textContent;
  const look = () => {
    const took = performance.now() - start;
    if (still()) resolve(took);
    else if (took > patience) reject(`waited ${took} ms for "${title}", its heading says "${heading()}"`);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
#: The link to the script of the charts, which goes when that has been run.
CHARTS = "link[rel=prefetch][href*=PlotlyChart]"
TOP, SECTION = "[data-testid=stTopNav]", ".st-key-section"


def heading(entry: PageEntry) -> str:
    """What its title says once it is there."""
    questions = {section.pages[0].name: section.question for section in SITE_MAP}
    return questions[OVERVIEW] if entry.name == OVERVIEW else entry.title


async def in_a_new_browser(browser: Browser, url: str, entry: PageEntry) -> float:
    """Milliseconds from the request of a browser that has nothing of ours."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.wait_for_timeout(WINDOW)
    await page.goto(url, wait_until="commit")
    took: float = await page.evaluate(STILL, [heading(entry), None, PATIENCE])
    await context.close()
    return took


async def clicked(page: Page, section: Section, entry: PageEntry) -> float:
    """Milliseconds from a click on the page's link; the first page of a section has its link in the top bar."""
    first = entry is section.pages[0]
    link = {"where": TOP, "name": section.title} if first else {"where": SECTION, "name": entry.title}
    took: float = await page.evaluate(STILL, [heading(entry), link, PATIENCE])
    return took


async def walk(page: Page) -> dict[str, float]:
    """A click on every page's link, in the order of the sections."""
    return {entry.name: await clicked(page, section, entry) for section in SITE_MAP for entry in section.pages}


async def measure(candidate: str, adapter: str, rounds: int) -> None:
    """Run everything and print it."""
    chromium = os.environ.get("HEADLIGHT_CHROMIUM") or shutil.which("chromium")
    entries = [entry for section in SITE_MAP for entry in section.pages]
    new: Times = {entry.name: [] for entry in entries}
    first: Times = {entry.name: [] for entry in entries}
    later: Times = {entry.name: [] for entry in entries}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with fresh_server() as server:
            query = f"candidate={candidate}&adapter={adapter}"
            urls = {entry.name: f"{server.url}/{entry.path}?{query}" for entry in entries}
            for entry in entries:
                await in_a_new_browser(browser, urls[entry.name], entry)
            print("load before, 1 and 5 minutes  {:.2f} {:.2f}".format(*os.getloadavg()))
            for _ in range(rounds):
                for entry in entries:
                    new[entry.name].append(await in_a_new_browser(browser, urls[entry.name], entry))
                page = await (await browser.new_context(viewport={"width": 1440, "height": 900})).new_page()
                await page.goto(urls["candidates"], wait_until="commit")
                await page.evaluate(STILL, ["Candidates", None, PATIENCE])
                await page.locator(CHARTS).wait_for(state="detached")
                for times in (first, later):
                    for name, took in (await walk(page)).items():
                        times[name].append(took)
                await page.context.close()
            print("load after                    {:.2f} {:.2f}".format(*os.getloadavg()))
        await browser.close()
    print(f"{'page':18s} {'new browser':>12s} {'first click':>12s} {'later click':>12s}   ms, median of {rounds}")
    for entry in entries:
        columns = (statistics.median(times[entry.name]) for times in (new, first, later))
        print(f"{entry.title:18s} " + " ".join(f"{took:12.0f}" for took in columns))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="Measure how long every page takes in a browser.")
    parser.add_argument("--candidate", default="demo-llama")
    parser.add_argument("--adapter", default="banking77")
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    asyncio.run(measure(wanted.candidate, wanted.adapter, wanted.rounds))


if __name__ == "__main__":
    main()
