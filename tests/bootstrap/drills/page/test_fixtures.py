"""Pages of reports that were kept as files, in a real browser: no error, nothing asked of anybody, whole on paper."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from playwright.sync_api import Browser, Page

from hagen.bootstrap.drills.kept import kept
from hagen.bootstrap.drills.page import index, page
from hagen.bootstrap.drills.page.figures import seconds
from hagen.bootstrap.drills.report import Report, load
from tests.images.browser import DESKTOP, chromium

FIXTURES = {path.stem: path for path in sorted((Path(__file__).parent / "fixtures").glob("*.json"))}
PAPER = {"width": 718, "height": 1047}  # A4 at 96 dots an inch, without the browser's margins of 1 cm
OUTSIDE = """
() => {
  const width = document.documentElement.clientWidth, lost = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest("script, style, title, option, .raw")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()];
    const shown = element.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true});
    const inside = boxes.length && boxes.every((box) => box.left >= -1 && box.right <= width + 1);
    if (!shown || !inside) lost.push(node.textContent.trim().slice(0, 60));
  }
  for (const element of document.querySelectorAll("main *")) {
    const clips = getComputedStyle(element).overflowX !== "visible" && element.tagName !== "svg";
    if (clips && element.scrollWidth > element.clientWidth + 1) lost.push(`clipped: ${element.className}`);
  }
  return lost;
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as here:
        yield here


class Watched:
    """A tab, and whatever it complained of or asked for."""

    def __init__(self, browser: Browser, size: dict[str, Any]) -> None:
        self.context = browser.new_context(viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
        self.tab: Page = self.context.new_page()
        self.said: list[str] = []
        self.tab.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.tab.on("console", lambda message: self.said.append(f"console: {message.text}"))
        self.tab.on("dialog", lambda dialog: self.said.append(f"dialog: {dialog.message}"))
        self.tab.on(
            "request", lambda one: None if one.url.startswith(("file:", "data:")) else self.said.append(one.url)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Fixture -> its page; `index`: over all."""
    folder = tmp_path_factory.mktemp("pages")
    found = {name: folder / f"{name}.html" for name in (*FIXTURES, "index")}
    reports = {name: load(path) for name, path in FIXTURES.items()}
    for name, report in reports.items():
        found[name].write_text(page(report, list(reports.values())))
    found["index"].write_text(index([(f"{name}.html", report) for name, report in reports.items()]))
    return found


@pytest.mark.parametrize("name", [*FIXTURES, "index"])
def test_it_opens_without_an_error_and_asks_nobody(browser: Browser, written: dict[str, Path], name: str) -> None:
    with Watched(browser, DESKTOP) as here:
        here.tab.goto(f"file://{written[name]}")
        here.tab.wait_for_load_state("networkidle")
        assert here.said == []
        assert here.tab.title() != "taken"
        assert here.tab.locator("main img").count() == 0
        assert here.tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("name", [*FIXTURES, "index"])
def test_on_paper_nothing_is_cut_off(browser: Browser, written: dict[str, Path], name: str) -> None:
    with Watched(browser, PAPER) as here:
        here.tab.emulate_media(media="print")
        here.tab.goto(f"file://{written[name]}")
        assert here.tab.evaluate(OUTSIDE) == []
        assert here.tab.pdf(format="A4").startswith(b"%PDF")
        assert here.said == []


@pytest.mark.parametrize("name", ["held", "failed", "of-another-version", "ten-thousand-samples"])
def test_every_figure_of_the_report_is_on_paper(browser: Browser, written: dict[str, Path], name: str) -> None:
    report = load(FIXTURES[name])
    with Watched(browser, PAPER) as here:
        here.tab.emulate_media(media="print")
        here.tab.goto(f"file://{written[name]}")
        cells = {text.strip() for text in here.tab.locator("td.n").all_inner_texts()}
    assert figures(report) - cells == set()


def figures(report: Report) -> set[str]:
    """As they are written."""
    promised = {seconds(value) for each in report.objectives for value in (each.measured, each.bound)}
    counted = {str(value) for probe in report.probes for value in (probe.attempts, probe.failures)}
    took = {
        seconds(value)
        for probe in report.probes
        for value in (probe.longest, probe.unavailable, probe.median, probe.p99, probe.worst, probe.resolution)
    }
    return promised | counted | took


def test_words_that_would_be_markup_are_read_as_they_are(browser: Browser, written: dict[str, Path]) -> None:
    title = json.loads(FIXTURES["hostile"].read_text())["title"]
    assert "</script>" in title
    with Watched(browser, DESKTOP) as here:
        here.tab.goto(f"file://{written['hostile']}")
        assert here.tab.locator("h1").inner_text() == title
        assert here.tab.locator("#probe option").first.inner_text() == title
        here.tab.goto(f"file://{written['index']}")
        assert title in here.tab.locator("main").inner_text()


def test_all_of_ten_thousand_are_drawn(browser: Browser, written: dict[str, Path]) -> None:
    with Watched(browser, DESKTOP) as here:
        here.tab.goto(f"file://{written['ten-thousand-samples']}")
        assert here.tab.locator("#told").inner_text().startswith("10000 attempts, 25 failed")


def test_what_was_not_measured_is_said(browser: Browser, written: dict[str, Path]) -> None:
    with Watched(browser, DESKTOP) as here:
        here.tab.goto(f"file://{written['nothing-measured']}")
        text = here.tab.locator("main").inner_text()
    assert "nothing was measured" in text
    assert "clients; alerts" in text
    assert "? not told" in text


def test_reports_of_another_version_stay_in_the_index(tmp_path: Path) -> None:
    earlier = tmp_path / "drills/20260101T000000.000000Z-lb"
    earlier.mkdir(parents=True)
    (earlier / "report.json").write_bytes(FIXTURES["of-another-version"].read_bytes())
    there = kept(load(FIXTURES["held"]), tmp_path / "drills/20260102T000000.000000Z-lb")
    assert "2 runs" in (tmp_path / "drills/index.html").read_text()
    assert "1 earlier run with these settings" in there.read_text()


def test_what_is_folded_is_open_on_paper_and_folded_again_afterwards(
    browser: Browser, written: dict[str, Path]
) -> None:
    with Watched(browser, DESKTOP) as here:
        here.tab.goto(f"file://{written['held']}")
        folded = "document.querySelector('details').open"
        before = here.tab.evaluate(folded)
        here.tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        during = here.tab.evaluate(folded)
        here.tab.evaluate("dispatchEvent(new Event('afterprint'))")
        assert (before, during, here.tab.evaluate(folded)) == (False, True, False)
