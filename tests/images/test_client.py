"""The built client in Chromium, before the real server and a real MariaDB."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.images.browser import DESKTOP, PATIENCE, PHONE, Tab, chromium, tab
from tests.images.client import Client, served
from tests.images.conftest import Site
from tests.images.server import Server, eventually, person

Start = Callable[..., Server]
RIGHT, WRONG, SHORT = ({"password": text} for text in ("correct horse", "wrong horse", "short"))
AWAY = "The server cannot be reached."


# No longer than this file: Playwright leaves an event loop running, and other tests want one of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def server(start: Start) -> Server:
    return start(CLIENT_HOST="localhost")


@pytest.fixture
def client(server: Server, tmp_path: Path) -> Iterator[Client]:
    with served(tmp_path / "client", f"127.0.0.1:{server.port}") as found:
        yield found


@pytest.fixture
def page(browser: Browser, client: Client) -> Iterator[Tab]:
    with tab(browser, client.url) as found:
        yield found


def test_register_dashboard_log_out_log_in(page: Tab) -> None:
    page.register(**person())
    page.sees(page.page.get_by_text("Your last log-ins"))
    for shown in ("pod", "node"):
        expect(page.page.get_by_test_id(shown)).not_to_have_text("–", timeout=PATIENCE)
    page.page.reload()
    page.sees(page.heading("Hello, Ann"))
    page.button("Log out").click()
    page.sees(page.page.get_by_text("You are logged out."))
    page.type(email="ann@example.com", **WRONG)
    page.button("Log in").first.click()
    alert = page.page.get_by_role("alert")
    expect(alert).not_to_be_empty(timeout=PATIENCE)
    assert "password" in alert.inner_text().lower()
    page.type(**RIGHT)
    page.button("Log in").first.click()
    page.sees(page.heading("Hello, Ann"))


def test_a_session_that_ended_elsewhere_is_told(page: Tab, server: Server) -> None:
    page.register(**person())
    token = page.page.evaluate("JSON.parse(sessionStorage.getItem('session')).token")
    assert server.post("/api/logout", token=token).status == 204
    page.sees(page.page.get_by_text("You have been logged out. Please log in again."))


def test_what_is_wrong_is_told_at_its_field(page: Tab) -> None:
    page.button("Register").click()
    page.type(name="Ann", email="no address", **SHORT)
    page.button("Register").click()
    expect(page.field("E-mail address")).to_have_attribute("aria-invalid", "true", timeout=PATIENCE)
    expect(page.field("Password")).to_have_attribute("aria-invalid", "true")
    expect(page.field("Name")).to_have_attribute("aria-invalid", "false")
    expect(page.field("E-mail address")).to_be_focused()
    assert page.barriers() == []
    page.picture("wrong")
    page.type(email="ann@example.com", **RIGHT)
    page.button("Register").click()
    page.sees(page.heading("Hello, Ann"))


def test_by_keyboard_alone(page: Tab) -> None:
    keyboard = page.page.keyboard
    page.sees(page.heading("Log in"))
    keyboard.press("Tab")
    expect(page.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    keyboard.press("Enter")
    for _ in range(4):  # address, password, log in, register
        keyboard.press("Tab")
    expect(page.button("Register")).to_be_focused()
    keyboard.press("Enter")
    page.field("Name").focus()
    for text in person().values():
        keyboard.type(text)
        keyboard.press("Tab")
    keyboard.press("Enter")
    page.sees(page.heading("Hello, Ann"))


def test_the_database_goes_and_comes_back(page: Tab, site: Site) -> None:
    page.register(**person())
    page.sees(page.page.get_by_text("Your last log-ins"))
    site.database.kill()
    page.sees(page.button("Try now"))
    page.sees(page.heading("Hello, Ann"))
    page.picture("database-away")
    assert page.barriers() == []
    site.database.start()
    page.misses(page.button("Try now"))
    page.sees(page.page.get_by_role("listitem").filter(has_text=", for "))
    page.sees(page.heading("Hello, Ann"))


def test_the_server_goes_and_comes_back(page: Tab, server: Server) -> None:
    page.register(**person())
    page.button("Log out").click()
    server.kill()
    page.sees(page.page.get_by_text(f"{AWAY} This page tries again by itself"))
    page.type(email="ann@example.com", **RIGHT)
    page.button("Log in").first.click()
    page.sees(page.page.get_by_text(f"{AWAY} It is tried again"))
    server.start().until("/readyz", 200)
    page.sees(page.heading("Hello, Ann"))
    page.misses(page.button("Try now"))


def test_nobody_has_to_wait(page: Tab, server: Server) -> None:
    page.register(**person())
    page.button("Log out").click()
    server.kill()
    page.type(email="ann@example.com", **RIGHT)
    page.button("Log in").first.click()
    page.button("Do not wait").click()
    page.sees(page.page.get_by_role("alert").filter(has_text=AWAY))
    expect(page.button("Log in").first).to_be_enabled()


def test_a_log_out_reaches_a_server_that_was_away(page: Tab, server: Server) -> None:
    page.register(**person())
    token = page.page.evaluate("JSON.parse(sessionStorage.getItem('session')).token")
    server.kill()
    page.button("Log out").click()
    page.sees(page.page.get_by_text("You are logged out."))
    server.start().until("/readyz", 200)
    eventually(lambda: server.get("/api/me", token).status, lambda status: status == 401)


def test_a_rollout_that_splits_page_and_script_heals(browser: Browser, client: Client) -> None:
    (script,) = (client.site / "assets").glob("*.js")
    hidden = script.with_suffix(".hidden")
    script.rename(hidden)
    with tab(browser, client.url) as page:
        page.misses(page.heading("Log in"))
        hidden.rename(script)
        page.sees(page.heading("Log in"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everybody_can_use_it(browser: Browser, client: Client, scheme: str, size: dict[str, int]) -> None:
    name = f"{scheme}-{size['width']}"
    with tab(browser, client.url, scheme=scheme, size=size) as page:
        page.sees(page.heading("Log in"))
        page.sees(page.page.locator("svg rect").nth(3))
        assert page.barriers() == []
        page.picture(f"{name}-form")
        page.register(**person())
        page.sees(page.page.get_by_text("Your last log-ins"))
        assert page.barriers() == []
        page.picture(f"{name}-dashboard")
        assert page.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
