"""Chromium, as a person uses it, and what it complains of."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.images.client import SOURCES
from tests.images.server import CLIENT
from tests.support import need

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 740}
PATIENCE = 20_000  # milliseconds; two cores may do other things too
_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", f"--host-resolver-rules=MAP {CLIENT} 127.0.0.1",
)  # fmt: skip
_VIOLATIONS = """
window.violations = [];
addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
"""
_AXE = "axe.run(document, {resultTypes: ['violations']})"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's, without a window."""
    need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(_QUIET))
        yield browser
        browser.close()


@dataclass
class Tab:
    """A tab with a session of its own, at the client's page."""

    page: Page
    errors: list[str] = field(default_factory=list)

    def field(self, label: str) -> Locator:
        """An input, by what a person reads beside it."""
        return self.page.get_by_label(label, exact=True)

    def button(self, name: str) -> Locator:
        """A button, by its text."""
        return self.page.get_by_role("button", name=name, exact=True)

    def heading(self, name: str) -> Locator:
        """A heading, by its text."""
        return self.page.get_by_role("heading", name=name)

    def type(self, **texts: str) -> None:
        """Fill the form: name, email, password."""
        labels = {"name": "Name", "email": "E-mail address", "password": "Password"}
        for name, text in texts.items():
            self.field(labels[name]).fill(text)

    def register(self, **person: str) -> None:
        """As somebody new."""
        self.page.get_by_role("button", name="Register", exact=True).click()
        self.type(**person)
        self.button("Register").click()
        self.sees(self.heading(f"Hello, {person['name']}"))

    def sees(self, what: Locator) -> None:
        """It is there, or comes soon."""
        expect(what).to_be_visible(timeout=PATIENCE)

    def misses(self, what: Locator) -> None:
        """It is not there, or goes soon."""
        expect(what).to_have_count(0, timeout=PATIENCE)

    def barriers(self) -> list[tuple[str, str]]:
        """What axe finds: rule and element."""
        self.page.evaluate((SOURCES / "node_modules/axe-core/axe.min.js").read_text() + ";0")
        found: dict[str, Any] = self.page.evaluate(_AXE)
        return [(rule["id"], node["html"]) for rule in found["violations"] for node in rule["nodes"]]

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page in the folder that HAGEN_SCREENSHOTS names, if it does."""
        if folder := os.environ.get("HAGEN_SCREENSHOTS"):
            self.page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)


@contextmanager
def tab(browser: Browser, url: str, *, scheme: Any = "light", size: Any = DESKTOP) -> Iterator[Tab]:
    """A new one. Afterwards: no error of the page's own, nothing that the Content-Security-Policy refused."""
    context = browser.new_context(color_scheme=scheme, viewport=size, reduced_motion="reduce")
    context.add_init_script(_VIOLATIONS)
    here = Tab(context.new_page())
    here.page.on("pageerror", lambda error: here.errors.append(str(error)))
    here.page.goto(url)
    yield here
    violations = here.page.evaluate("window.violations")
    context.close()
    assert (here.errors, violations) == ([], [])
