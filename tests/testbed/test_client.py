"""The demonstration's client in Chromium while the database node that answers is killed: what the person sees."""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.images.browser import chromium, tab
from tests.images.client import served
from tests.images.server import CLIENT, person
from tests.testbed.daemons import galera
from tests.testbed.lab import Lab
from tests.testbed.namespace import inside
from tests.testbed.replicas import Replica, schema, serving

pytestmark = pytest.mark.testbed
PATIENCE = 60_000  # milliseconds


@pytest.mark.timeout(400)
def test_the_node_that_answers_is_killed_and_the_page_shows_the_next(lab: Lab, tmp_path: Path) -> None:
    writer, *others = lab.context.of("worker")
    replica = Replica(lab, 0)
    with schema(lab), serving(replica), ExitStack() as stack:
        # What is started from here has the client's network.
        with inside(lab.context.client.namespace):
            client = stack.enter_context(served(tmp_path / "client", f"127.0.0.1:{replica.port}"))
            browser = stack.enter_context(chromium())
        here = stack.enter_context(tab(browser, f"http://{CLIENT}:{client.port}"))
        here.register(**person())
        node, size = here.page.get_by_test_id("node"), "one of {} nodes in its component"
        expect(node).to_have_text(writer.name, timeout=PATIENCE)
        expect(here.page.get_by_text(size.format(3))).to_be_visible(timeout=PATIENCE)
        writer.forget(galera.NAME)
        expect(node).to_have_text(re.compile("|".join(host.name for host in others)), timeout=PATIENCE)
        expect(here.page.get_by_text(size.format(2))).to_be_visible(timeout=PATIENCE)
        here.sees(here.page.get_by_text(f"The database moved from {writer.name} to "))
        writer.start(galera.daemon(writer, lab.context))
        lab.wait_until_healthy()
        expect(node).to_have_text(writer.name, timeout=PATIENCE)
        expect(here.page.get_by_text(size.format(3))).to_be_visible(timeout=PATIENCE)
        here.picture("galera")
