"""Candidates in the browser: load, unload, bring one's own, and what goes wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.engine.engine import Engine
from core.settings import ROOT
from core.words.class_names import readable
from tests.browser.conftest import OpenPage, Server, started
from tests.browser.folders import SEVERAL, classifier_folder, pickle_folder
from tests.browser.reading import BANKING, choose, classify, model_badge, read, words
from tests.fake_hub import Repository, fake_hub


@pytest.fixture
def page(server: Server, open_page: OpenPage) -> Page:
    opened = open_page(f"{server.url}/candidates?{BANKING}")
    expect(opened.get_by_role("heading", level=2, name="Demo Llama")).to_be_visible()
    return opened


def group(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()


def add(page: Page, source: Path | str, adapter: str = "", name: str = "") -> None:
    group(page, "Added")
    page.get_by_label("Folder or Hub id").fill(str(source))
    page.get_by_label("Adapter folder (optional)").fill(adapter)
    page.get_by_label("Name (optional)").fill(name)
    page.get_by_role("button", name="Add", exact=True).click()


def test_load_read_the_health_and_unload(page: Page) -> None:
    load, unload = page.get_by_role("button", name=re.compile("^Load ")), page.locator(".st-key-unload button")
    load.or_(unload).wait_for()
    if load.is_visible():
        load.click()
    expect(model_badge(page)).to_contain_text("●")
    checks = page.locator(".hl-checks li")
    expect(checks.first).to_be_visible()
    assert "passed" in words(checks.first)
    unload.click()
    expect(model_badge(page)).to_contain_text("○")
    page.get_by_role("button", name=re.compile("^Load .* in float32")).click()
    expect(model_badge(page)).to_contain_text("●")
    page.get_by_role("button", name="Classify with it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Classify")
    page.locator(".hl-headline").wait_for()


def test_what_transformers_has_no_class_for_begins_with_a_graph(page: Page) -> None:
    load, unload = page.get_by_role("button", name=re.compile("^Load ")), page.locator(".st-key-unload button")
    load.or_(unload).wait_for()
    if load.is_visible():
        load.click()
    expect(page.get_by_text("so that format is refused. A graph holds them.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Format")).to_have_value("ONNX")


def test_what_a_large_candidate_needs_and_that_it_is_not_here(page: Page) -> None:
    group(page, "To train")
    page.get_by_text("Llama 3.1 8B Instruct", exact=True).first.click()
    expect(page.get_by_role("heading", level=2, name="Llama 3.1 8B Instruct")).to_be_visible()
    expect(page).to_have_url(re.compile("candidate=llama3.1-8b-it&adapter=-"))
    table = page.locator(".hl-table")
    expect(table).to_contain_text("bfloat16")
    expect(table).to_contain_text("28.0 GiB")
    expect(page.get_by_text("not on this machine").first).to_be_visible()
    expect(page.get_by_role("link", name="Model card")).to_have_attribute("rel", "noopener noreferrer")


def test_a_failing_load_is_told_and_the_earlier_answer_is_named(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/classify?{BANKING}")
    page.locator(".hl-headline").wait_for()
    classify(page, "before the failure")
    choose(page, "Candidate", "BERT base (any AutoModel)")
    page.get_by_role("button", name=re.compile("^Download and load ")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert words(page.get_by_role("alert"))
    expect(page.locator(".st-key-earlier .hl-asked")).to_have_text("before the failure")
    expect(page.locator(".st-key-earlier .hl-by")).to_contain_text("Demo Llama")
    choose(page, "Candidate", "Demo Llama")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert classify(page, "all is well").label


def test_a_folder_of_ones_own_with_several_labels(page: Page, tmp_path: Path, server: Server) -> None:
    folder = classifier_folder(tmp_path / "several", problem="multi_label_classification", labels=SEVERAL)
    add(page, folder, name="Mine ![](http://evil.example/x.png)")
    expect(page.get_by_role("heading", level=2, name="Mine ![](http://evil.example/x.png)")).to_be_visible()
    assert list(server.candidates.glob("*.yaml"))
    page.get_by_role("button", name=re.compile("^Load ")).click()
    expect(page.get_by_text("multi label")).to_be_visible()
    page.get_by_role("button", name="Classify with it").click()
    expect(page.get_by_text("Type a text: the answer appears here.")).to_be_visible()
    shown = classify(page, "hello you")
    assert "of 6 labels hold: each is judged alone" in words(page.locator(".hl-answer"))
    assert {name for name, _ in shown.bars} <= {readable(label, SEVERAL) for label in SEVERAL}
    assert "Entropy" not in shown.facts
    page.get_by_test_id("stTopNavLink").filter(has_text="Models").click()
    page.get_by_role("button", name="Remove from the list").click()
    expect(model_badge(page)).not_to_contain_text("Mine")
    assert not list(server.candidates.glob("*.yaml"))


def test_a_folder_without_a_head_gives_no_verdict_unless_asked_for(
    page: Page, tiny_folders: dict[str, Path], open_page: OpenPage
) -> None:
    """On Classify and the pages about a verdict; what is shown is marked, and a link shows the same to others."""
    add(page, tiny_folders["mistral"], name="Bare")
    page.get_by_role("button", name=re.compile("^Load ")).click()
    expect(page.locator(".hl-mark")).to_have_text("untrained head: random")  # among what is in memory
    expect(page.get_by_role("button", name="Classify with it")).to_have_count(0)
    page.get_by_test_id("stTopNavLink").filter(has_text="Classify").click()
    reason, switch = page.get_by_text("No verdict."), page.get_by_text("Show the untrained head anyway")
    expect(reason).to_be_visible()
    expect(page.get_by_text("Type a text: the answer appears here.")).to_have_count(0)
    switch.click()
    expect(page).to_have_url(re.compile("untrained_head=shown"))
    assert classify(page, "hello you").label
    expect(page.locator(".hl-answer.hl-untrained .hl-mark")).to_have_text("untrained head: random")
    page.get_by_role("link", name="Why this answer?").last.click()
    expect(page.locator(".hl-verdict.hl-untrained .hl-mark")).to_be_visible()
    expect(page).to_have_url(re.compile(r"untrained_head=shown.*text=hello"))
    other = open_page(page.url)
    expect(other.locator(".hl-verdict.hl-untrained .hl-mark")).to_be_visible()
    other.get_by_text("Show the untrained head anyway").click()
    expect(other.get_by_text("No verdict.")).to_be_visible()
    expect(other.locator(".hl-verdict")).to_have_count(0)
    expect(other).not_to_have_url(re.compile("untrained_head"))
    page.get_by_test_id("stTopNavLink").filter(has_text="Models").click()
    page.get_by_role("button", name="Remove from the list").click()
    page.get_by_role("button", name="Remove from the list for all").click()  # the other page uses it too
    expect(model_badge(page)).not_to_contain_text("Bare")


def test_a_regression_of_ones_own(page: Page, tmp_path: Path) -> None:
    add(page, classifier_folder(tmp_path / "stars", problem="regression", labels=("stars",)))
    expect(page.get_by_role("heading", level=2, name="stars")).to_be_visible()
    page.get_by_test_id("stTopNavLink").filter(has_text="Classify").click()
    page.get_by_text("Type a text: the answer appears here.").wait_for()
    shown = classify(page, "best pasta of my life")
    assert shown.label == "Stars"
    assert re.fullmatch(r"-?[\d.]+", shown.probability)
    expect(page.get_by_text("A value, not a probability.")).to_be_visible()
    page.get_by_test_id("stTopNavLink").filter(has_text="Models").click()
    page.get_by_role("button", name="Remove from the list").click()
    expect(model_badge(page)).not_to_contain_text("stars")


@pytest.mark.parametrize("kind", ["missing", "pickle", "empty", "adapter", "wrong adapter"])
def test_what_cannot_be_used_is_told_with_a_fix(page: Page, tmp_path: Path, kind: str) -> None:
    source, adapter = str(tmp_path / "nowhere"), ""
    if kind == "pickle":
        source = str(pickle_folder(tmp_path / "pickle"))
    elif kind == "empty":
        source = ""
    elif kind == "adapter":
        source = str(classifier_folder(tmp_path / "a", problem="regression", labels=("a",)))
        adapter = str(tmp_path / "no-adapter")
    elif kind == "wrong adapter":
        source, adapter = (
            str(ROOT / "assets/models" / name) for name in ("demo-llama", "demo-gemma2/adapters/banking77")
        )
    before = page.url
    add(page, source, adapter)
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    problem, fix = (words(p) for p in alert.locator("p").all())
    assert problem
    assert fix
    assert page.url == before
    expect(page.get_by_label("Folder or Hub id")).to_have_value(source)


def test_two_visitors_share_what_is_added_and_are_asked(
    page: Page, server: Server, open_page: OpenPage, tmp_path: Path
) -> None:
    """The other sees it, but not where it is, and takes it away only after a question."""
    folder = classifier_folder(tmp_path / "shared", problem="regression", labels=("stars",))
    add(page, folder, name="Shared")
    expect(page.locator(".hl-source")).to_contain_text(str(folder))
    other = open_page(page.url)
    expect(other.get_by_role("heading", level=2, name="Shared")).to_be_visible()
    expect(other.locator(".hl-source")).to_have_text("…/shared")
    remove = other.get_by_role("button", name="Remove from the list", exact=True)
    remove.click()
    expect(other.get_by_text("One other visitor uses it now")).to_be_visible()
    assert list(server.candidates.glob("shared*.yaml"))
    other.get_by_role("button", name="Remove from the list for all").click()
    expect(remove).to_have_count(0)
    assert not list(server.candidates.glob("shared*.yaml"))
    page.reload()
    expect(page.get_by_text("python -m core")).to_have_count(0)
    expect(page.get_by_role("heading", level=2, name="Shared")).to_have_count(0)


def test_a_model_of_the_hub_is_looked_up_downloaded_and_stopped(
    demos: None, tmp_path: Path, open_page: OpenPage
) -> None:
    with fake_hub() as hub:
        hub.models["org/model"] = Repository.of(ROOT / "assets/models/demo-llama")
        hub.go.clear()
        cache = str(tmp_path / "cache")
        with started(tmp_path, HF_ENDPOINT=hub.url, HF_HUB_OFFLINE="0", HEADLIGHT_CACHE_DIR=cache) as server:
            page = open_page(f"{server.url}/candidates")
            add(page, "org/none")
            expect(page.get_by_role("alert")).to_contain_text("The Hub has no model 'org/none'")
            add(page, "org/model")
            page.get_by_role("button", name="Download and load (2.45 MiB)").click()
            page.get_by_role("button", name="Cancel").click()
            expect(page.get_by_text("stopping")).to_be_visible()
            hub.go.set()
            expect(page.get_by_role("alert")).to_contain_text("was stopped")
            page.get_by_role("button", name="Try again").click()
            expect(page.locator(".hl-checks li").first).to_be_visible(
                timeout=90_000
            )  # this server loads for the first time
            page.close()


def test_twenty_candidates_fit_calmly(page: Page, engine: Engine) -> None:
    """One group at a time, and no group so long that nobody reads it."""
    for name, role in (("Demos", "demo"), ("To train", "candidate"), ("Teachers", "teacher")):
        group(page, name)
        offered = [c.title or c.id for c in engine.candidates() if c.role == role]
        assert 1 <= len(offered) <= 12
        options = page.get_by_role("radiogroup", name="Candidate").get_by_role("radio")
        expect(options).to_have_count(len(offered))
        expect(page.get_by_role("radiogroup", name="Candidate")).to_contain_text(offered[0])


def test_what_is_in_memory_is_listed_with_its_size(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/classify?{BANKING}")
    page.locator(".hl-headline").wait_for()
    assert read(page).label
    page.get_by_test_id("stTopNavLink").filter(has_text="Models").click()
    row = page.locator("p", has_text="Demo Llama · ", has=page.locator(".hl-muted")).first
    expect(row).to_contain_text(re.compile(r"[\d.]+\s[KM]iB"))


def test_add_my_model_leads_to_the_form(server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{server.url}/?{BANKING}")
    page.get_by_role("link", name="Add my model").click()
    form = page.get_by_label("Folder or Hub id", exact=True)
    form.wait_for()
    page.get_by_text("Demos", exact=True).click()
    expect(page.get_by_role("radio", name="Demo Llama")).to_be_visible()
    expect(form).to_have_count(0)
    expect(page).not_to_have_url(re.compile("group="))
