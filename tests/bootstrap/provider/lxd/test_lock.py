"""What can happen to a lock between two requests."""

from datetime import timedelta
from typing import Any

import pytest
import requests

from hagen.bootstrap.provider.contract import ProviderError
from hagen.bootstrap.provider.lxd import LxdProvider
from tests.bootstrap.provider.fake_lxd import FakeLxd

NAME = "hagen-contract-lock"


@pytest.fixture
def first(fake: FakeLxd) -> LxdProvider:
    return LxdProvider(fake.connect, "contract")


@pytest.fixture
def second(fake: FakeLxd) -> LxdProvider:
    return LxdProvider(fake.connect, "contract")


def meanwhile(fake: FakeLxd, method: str, path: str, act: Any) -> None:
    """Once, before the server gets this request, something else happens there."""

    def hook(request: requests.PreparedRequest) -> None:
        if request.method == method and request.path_url.partition("?")[0] == f"/1.0/{path}":
            fake.before.remove(hook)
            act()

    fake.before.append(hook)


def test_its_end_is_told_by_the_servers_clock(fake: FakeLxd, first: LxdProvider, second: LxdProvider) -> None:
    fake.ahead = timedelta(days=-400)
    assert first.lock("anna", 60) == ""
    assert second.lock("bert", 60) == "anna"
    fake.ahead += timedelta(seconds=61)
    assert second.lock("bert", 60) == ""


def test_who_read_that_it_ran_out_before_another_took_it_gives_it_back(
    fake: FakeLxd, first: LxdProvider, second: LxdProvider
) -> None:
    """Its rename comes when the name is already that of the next one's lock."""
    first.lock("dead", 0)
    meanwhile(fake, "POST", f"profiles/{NAME}", lambda: second.lock("quick", 60))
    assert first.lock("slow", 60) == "quick"
    assert second.lock("quick", 60) == "", "and its holder can renew it"
    second.unlock("quick")
    assert list(fake.profiles.known) == ["default"]


def test_two_that_make_it_at_once(fake: FakeLxd, first: LxdProvider, second: LxdProvider) -> None:
    meanwhile(fake, "POST", "profiles", lambda: second.lock("quick", 60))
    assert first.lock("slow", 60) == "quick"


def test_one_that_was_taken_while_it_is_renewed_is_lost(fake: FakeLxd, first: LxdProvider, second: LxdProvider) -> None:
    first.lock("anna", 60)

    def run_out_and_taken() -> None:
        fake.ahead += timedelta(seconds=61)
        assert second.lock("bert", 60) == ""

    meanwhile(fake, "PUT", f"profiles/{NAME}", run_out_and_taken)
    assert first.lock("anna", 60) == "bert"


def test_a_run_that_died_while_it_took_over_leaves_nothing_for_ever(
    fake: FakeLxd, first: LxdProvider, second: LxdProvider
) -> None:
    first.lock("dead", 0)
    made = fake.profiles.known
    left = f"{NAME}-0123456789abcdef"
    made[left] = {**made.pop(NAME), "name": left}
    assert second.lock("next", 60) == ""
    second.unlock("next")
    assert list(made) == ["default"]


def test_an_answer_that_was_lost_is_asked_for_again(fake: FakeLxd, first: LxdProvider) -> None:
    def lost(request: requests.PreparedRequest) -> None:
        if request.method == "POST":
            fake.after.remove(lost)
            raise requests.ConnectionError("Connection reset by peer")

    fake.after.append(lost)
    assert first.lock("anna", 60) == ""


def test_a_profile_of_somebody_else_is_named_and_left(fake: FakeLxd, first: LxdProvider) -> None:
    theirs = {"name": NAME, "config": {}, "devices": {}, "description": ""}
    fake.profiles.known[NAME] = theirs
    for act in (lambda: first.lock("anna", 60), lambda: first.unlock("anna")):
        with pytest.raises(ProviderError, match="not made by hagen for this cluster"):
            act()
    assert fake.profiles.known[NAME] is theirs


def test_a_server_that_takes_no_profiles_is_no_lock(fake: FakeLxd, first: LxdProvider) -> None:
    def refuse(request: requests.PreparedRequest) -> None:
        if request.method == "POST":
            raise requests.ConnectionError("Connection refused")

    fake.before.append(refuse)
    with pytest.raises(ProviderError, match="does not answer"):
        first.lock("anna", 60)
