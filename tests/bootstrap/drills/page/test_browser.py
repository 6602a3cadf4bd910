"""The pages in a real browser: on a desk and on a phone, light and dark, for everybody, and on paper."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from hagen.bootstrap.drills.judgement import judge
from hagen.bootstrap.drills.page import index, page
from tests.bootstrap.drills.load.scaled import loaded
from tests.bootstrap.drills.played import IDENTITY, play
from tests.images.browser import DESKTOP, PHONE, Tab, chromium, tab
from tests.images.client import SOURCES


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not (SOURCES / "node_modules/axe-core").is_dir():
        missing = "`make images` has not installed axe-core"
        if os.environ.get("HAGEN_REQUIRE_TESTBED"):
            pytest.fail(missing)
        pytest.skip(missing)
    with chromium() as here:
        yield here


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Name -> address."""
    held = judge(play(alerts={"HagenAgentDown": "pending"}), IDENTITY)
    long = "a-machine-whose-name-is-as-long-as-a-name-may-be-in-the-domain-name-system"
    missed = judge(play(gap=(0.0, 3.7), alerts={}, bound=3.7, whole=None, troubles=(f"{long} is stopped",)), IDENTITY)
    empty = replace(held, probes=(), lanes=(), events=(), objectives=(), alerts=None, writes=None, address=None)
    texts = {
        "held": page(held, [missed, held]),
        "missed": page(missed),
        "empty": page(empty),
        "load": page(judge(loaded(), IDENTITY)),
        "index": index([("held.html", held), ("missed.html", missed)]),
    }
    folder = tmp_path_factory.mktemp("pages")
    for name, text in texts.items():
        Path(folder, f"{name}.html").write_text(text)
    return {name: f"file://{folder}/{name}.html" for name in texts}


def told(here: Tab) -> str:
    return here.page.locator("#told").inner_text()


@pytest.mark.parametrize("name", ["held", "missed", "empty", "load", "index"])
@pytest.mark.parametrize(("scheme", "size"), [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)])
def test_everybody_can_read_it(
    browser: Browser, pages: dict[str, str], name: str, scheme: str, size: dict[str, int]
) -> None:
    with tab(browser, pages[name], scheme=scheme, size=size) as here:
        assert here.barriers() == []
        assert here.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        here.picture(f"drill-{name}-{scheme}-{size['width']}")


def test_nothing_is_asked_of_anybody(browser: Browser, pages: dict[str, str]) -> None:
    with browser.new_context() as context:
        there = context.new_page()
        asked: list[str] = []
        there.on("request", lambda request: asked.append(request.url))
        there.goto(pages["held"])
        there.wait_for_load_state("networkidle")
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_one_looks_closer_and_back(browser: Browser, pages: dict[str, str]) -> None:
    with tab(browser, pages["held"]) as here:
        everything = told(here)
        assert "25 failed" in everything
        here.button("Closer").click()
        closer = told(here)
        assert closer != everything
        canvas = here.page.locator("#raw")
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box
        here.page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 50)
        here.page.mouse.down()
        here.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 50)
        here.page.mouse.up()
        assert told(here) not in {everything, closer}
        here.button("All of it").click()
        assert told(here) == everything
        here.page.locator("#probe").select_option("API, a kept connection")
        assert ", 0 failed," in told(here)


def test_a_press_from_elsewhere_is_no_drag(browser: Browser, pages: dict[str, str]) -> None:
    with tab(browser, pages["held"]) as here:
        everything = told(here)
        here.page.locator("#raw").dispatch_event("pointerup")
        assert told(here) == everything


def test_a_run_of_any_length_is_drawn(browser: Browser, tmp_path: Path) -> None:
    held = judge(play(), IDENTITY)
    many = tuple((number / 100, 0.002, "ok") for number in range(200_000))
    there = tmp_path / "long.html"
    there.write_text(page(replace(held, probes=(replace(held.probes[0], samples=many),))))
    with tab(browser, f"file://{there}") as here:
        assert told(here).startswith("200000 attempts, 0 failed")


def test_it_prints(browser: Browser, pages: dict[str, str]) -> None:
    with tab(browser, pages["held"]) as here:
        assert here.page.pdf().startswith(b"%PDF")


def test_the_index_leads_to_the_runs(browser: Browser, pages: dict[str, str]) -> None:
    with tab(browser, pages["index"]) as here:
        here.page.get_by_role("link").first.click()
        here.sees(here.heading("A load balancer loses its power"))
