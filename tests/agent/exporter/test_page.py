"""The page for a person: everything is on it, nothing on it is anybody else's."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from hagen.agent.exporter.page import CONTENT_SECURITY_POLICY, render_page
from hagen.agent.health import State
from hagen.agent.snapshot import Run, Snapshot
from tests.agent.exporter.worlds import Promises, everything, nothing, seen
from tests.agent.health.worlds import snapshots

_VOID = {"meta", "link", "br", "img"}
_COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")


class Page(HTMLParser):
    """Every tag is closed; the text, and what is referred to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def test_every_verdict_is_there_with_its_reason_and_its_state() -> None:
    view = everything()
    text = Page(render_page(view, [])).text
    assert all(verdict.reason in text for verdict in view.health.verdicts)
    assert "Both have priority 254." in text
    assert "haproxy dies" in text
    assert "<refused> & gone" in text


def test_nothing_is_fetched_from_elsewhere() -> None:
    html = render_page(everything(), [])
    tags = Page(html).tags
    assert not [tag for tag, _ in tags if tag in {"script", "img", "link", "iframe", "form"}]
    assert not [
        attributes
        for _, attributes in tags
        if "style" in attributes or any(name.startswith("on") for name in attributes)
    ]
    assert {attributes["href"] for tag, attributes in tags if tag == "a"} == {"/metrics", "/healthz", "/vip"}
    assert not re.search(r"url\(|@import|https?:", html)


def test_the_policy_allows_this_style_and_nothing_else() -> None:
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_the_page_can_be_read_without_seeing_it() -> None:
    tags = Page(render_page(everything(), [])).tags
    names = [tag for tag, _ in tags]
    assert ("html", {"lang": "en"}) in tags
    assert names.count("h1") == names.count("main") == 1
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")
    assert all(attributes.get("aria-hidden") == "true" for _, attributes in tags if attributes.get("class") == "mark")


def test_an_agent_that_stands_still_says_so_first() -> None:
    text = Page(render_page(everything(), ["The loop is stuck."])).text
    assert text.index("The agent itself stands still.") < text.index("The loop is stuck.") < text.index("Verdicts")
    assert "Everything is in order." not in text


@pytest.mark.parametrize(
    ("run", "word"),
    [
        (Run(), "unknown"),
        (Run(success=True), "ok"),
        (Run(success=False), "failed"),
        (Run(success=True, stuck=True), "stuck"),
    ],
)
def test_runs(run: Run, word: str) -> None:
    view = nothing()
    view = dataclasses.replace(view, snapshot=dataclasses.replace(view.snapshot, runs={"the collector": run}))
    html = render_page(view, [])
    assert re.search(rf"the collector</th><td><span[^>]*>.*?</span> {word}</span>", html)


def test_what_the_configuration_lacks_is_not_in_order() -> None:
    assert "It works, and something is wrong." in Page(render_page(everything(), [])).text
    fine = dataclasses.replace(everything(), settings=Promises(findings=()))
    assert "Everything is in order." in Page(render_page(fine, [])).text


def test_strange_texts_stay_texts() -> None:
    evil = "<script>alert('&')</script>"
    view = dataclasses.replace(everything(), settings=Promises({evil: 1.0}, ((evil, evil),)))
    view = dataclasses.replace(view, config=view.config.model_copy(update={"cluster": evil}))
    page = Page(render_page(view, [evil]))
    assert page.text.count(evil) == 6
    assert "script" not in [tag for tag, _ in page.tags]


def test_a_thousand_autoscalers_that_are_well_are_a_number() -> None:
    view = everything()
    one = next(iter(view.health.hpa.values()))
    many = dataclasses.replace(view.health, hpa={f"apps/{number}": one for number in range(1000)})
    assert "950 more are in order." in Page(render_page(dataclasses.replace(view, health=many), [])).text


@settings(max_examples=30)
@given(snapshots())
def test_every_snapshot_can_be_shown(snapshot: Snapshot) -> None:
    view = seen(snapshot)
    text = Page(render_page(view, [])).text
    assert all(verdict.reason in text for verdict in view.health.verdicts)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_everything_has_enough_contrast(scheme: int) -> None:
    blocks = re.findall(r":root \{(.*?)\}", render_page(nothing(), []), re.DOTALL)
    colours = dict(_COLOUR.findall(blocks[scheme]))
    pairs = [(state.value, f"{state.value}-ground") for state in State]
    pairs += [(ink, ground) for ink in ("ink", "soft", "link") for ground in ("ground", "card")]
    for ink, ground in pairs:
        light, dark = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)
