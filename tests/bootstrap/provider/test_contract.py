"""What every provider must do, on the fake server and on a real one."""

import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from hagen.bootstrap.provider.contract import (
    ForeignImage,
    ForeignMachine,
    Image,
    Network,
    Outcome,
    Power,
    ProviderError,
    Timeout,
)
from hagen.bootstrap.provider.lxd import LxdProvider
from tests.bootstrap.provider.conftest import Place
from tests.bootstrap.provider.fake_machines import BRIDGE, IMAGE


@pytest.fixture
def running(place: Place, provider: LxdProvider) -> str:
    provider.create(place.wanted("m1"))
    provider.start("m1")
    if place.server is not None:
        booted(provider, "m1")
    return "m1"


def booted(provider: LxdProvider, name: str) -> None:
    """Wait for the machine's systemd, which puts another /run over the one that it begins with."""
    end = time.monotonic() + 60
    while provider.execute(name, ["test", "-S", "/run/systemd/private"], timeout=10).code != 0:
        assert time.monotonic() < end, f"{name} does not boot"
        time.sleep(0.1)


def test_a_machine_is_made_once_and_known_by_what_it_was_made_as(place: Place, provider: LxdProvider) -> None:
    wanted = place.wanted("m1")
    assert provider.create(wanted)
    assert not provider.create(wanted)
    machine = provider.machines()["m1"]
    assert (machine.role, machine.digest, machine.power) == ("worker", "abc", Power.STOPPED)
    assert (machine.cpu, machine.memory, machine.profiles, machine.host) == (1, "512MiB", (), "")
    assert machine.addresses == ()


def test_on_and_off_are_states_not_switches(place: Place, provider: LxdProvider) -> None:
    provider.create(place.wanted("m1"))
    provider.stop("m1", timeout=10)
    provider.start("m1")
    provider.start("m1")
    assert provider.machines()["m1"].power is Power.RUNNING
    provider.stop("m1", timeout=10, force=True)
    provider.stop("m1", timeout=10, force=True)
    assert provider.machines()["m1"].power is Power.STOPPED


def test_a_machine_that_does_not_shut_down_in_time_stays_on(running: str, provider: LxdProvider) -> None:
    provider.push(running, "/etc/systemd/system/placeholder", b"")
    masked = ["sh", "-c", 'ln -sf /dev/null "$1"', "sh", "/etc/systemd/system/halt.target"]
    assert provider.execute(running, masked, timeout=30).code == 0
    with pytest.raises(Timeout, match="did not shut down in time"):
        provider.stop(running, timeout=1)
    assert provider.machines()[running].power is Power.RUNNING
    provider.stop(running, timeout=1, force=True)


def test_a_frozen_machine_answers_nothing_and_goes_on_where_it_was(running: str, provider: LxdProvider) -> None:
    booted = provider.execute(running, ["cat", "/proc/sys/kernel/random/boot_id"], timeout=10).stdout
    provider.freeze(running)
    provider.freeze(running)
    assert provider.machines()[running].power is Power.FROZEN
    with pytest.raises(ProviderError, match="it does not run"):
        provider.execute(running, ["true"], timeout=5)
    provider.start(running)
    assert provider.machines()[running].power is Power.RUNNING
    assert provider.execute(running, ["cat", "/proc/sys/kernel/random/boot_id"], timeout=10).stdout == booted
    provider.stop(running, timeout=30, force=True)
    with pytest.raises(ProviderError, match="it does not run"):
        provider.freeze(running)


def test_delete_switches_off_and_is_content_when_nothing_is_there(running: str, provider: LxdProvider) -> None:
    assert provider.delete(running)
    assert not provider.delete(running)
    assert running not in provider.machines()


def test_the_address_is_the_one_that_was_asked_for(place: Place, provider: LxdProvider) -> None:
    wanted = place.wanted("m1")
    provider.create(wanted)
    provider.start("m1")
    end = time.monotonic() + 90  # a lease is there seconds after the start, on a busy machine later
    while not (known := provider.machines()["m1"].addresses) and time.monotonic() < end:
        time.sleep(0.2)
    assert known == (wanted.address,)


def test_nothing_is_done_to_machines_of_others(place: Place, provider: LxdProvider) -> None:
    theirs = place.wanted("m1")
    other = place.provider("other")
    other.create(theirs)
    other.start("m1")
    for act in (
        lambda: provider.create(theirs),
        lambda: provider.change(theirs),
        lambda: provider.start("m1"),
        lambda: provider.freeze("m1"),
        lambda: provider.stop("m1", timeout=1, force=True),
        lambda: provider.delete("m1"),
        lambda: provider.execute("m1", ["true"], timeout=5),
        lambda: provider.push("m1", "/run/x", b""),
        lambda: provider.pull("m1", "/run/x"),
        lambda: provider.shell("m1"),
        lambda: provider.publish("m1", "prepared", {}),
    ):
        with pytest.raises(ForeignMachine):
            act()
    assert provider.machines() == {}
    assert provider.offer().taken[theirs.address] == "m1"
    assert other.machines()["m1"].power is Power.RUNNING
    assert theirs.address not in other.offer().taken
    other.close()


def test_what_is_not_there_is_said_to_be_missing(provider: LxdProvider) -> None:
    with pytest.raises(ProviderError, match="there is no such machine"):
        provider.start("nobody")


def test_processors_and_memory_change_in_place(place: Place, running: str, provider: LxdProvider) -> None:
    bigger = place.wanted(running, memory="600MiB")
    assert provider.change(bigger)
    assert not provider.change(bigger)
    machine = provider.machines()[running]
    assert (machine.memory, machine.power) == ("600MiB", Power.RUNNING)


@pytest.mark.parametrize(
    ("changes", "cause", "remedy"),
    [
        ({"address": "203.0.113.9"}, "not within network", "must lie in the network"),
        ({"storage_pool": "nowhere"}, "Storage pool not found", "machines.storagePool"),
        ({"bridge": "nowhere0"}, "Network not found", "network.bridge"),
        ({"profiles": ("nowhere",)}, "doesn't exist", "profiles"),
        ({"image": Image("nothing")}, "Image alias not found", "machines.image"),
        ({"host": "nowhere"}, "Target only allowed when clustered", "nodes[].host"),
        ({"virtual": True}, "doesn't match instance type", "machines.type"),
    ],
)
def test_refusals_name_the_setting(
    place: Place, provider: LxdProvider, changes: dict[str, object], cause: str, remedy: str
) -> None:
    with pytest.raises(ProviderError) as caught:
        provider.create(place.wanted("m1", **changes))
    assert cause in caught.value.cause
    assert remedy in caught.value.remedy
    assert not caught.value.again
    assert provider.machines() == {}


def test_an_address_that_another_has_is_refused_at_the_start(place: Place, provider: LxdProvider) -> None:
    first = place.wanted("m1")
    provider.create(first)
    provider.create(place.wanted("m2", address=first.address))
    with pytest.raises(ProviderError, match="already defined on another NIC") as caught:
        provider.start("m2")
    assert "Another instance has this address" in caught.value.remedy


def test_a_disk_without_a_pool_goes_where_the_default_profile_says(place: Place, provider: LxdProvider) -> None:
    assert provider.create(place.wanted("m1", storage_pool=""))


# -- commands ------------------------------------------------------------------------------------------------------
def test_a_command_gives_its_code_and_both_outputs_to_the_byte(running: str, provider: LxdProvider) -> None:
    script = "printf 'a\\377\\000b'; printf 'bad\\n' >&2; exit 3"
    assert provider.execute(running, ["sh", "-c", script], timeout=10) == Outcome(3, b"a\xff\x00b", b"bad\n")


def test_a_command_reads_what_it_is_given_and_nothing_of_it_stays(running: str, provider: LxdProvider) -> None:
    text = b"secret\x00" * 50_000
    assert provider.execute(running, ["cat"], timeout=20, stdin=text).stdout == text
    listed = provider.execute(running, ["ls", "-A", "/run"], timeout=10)
    assert b".hagen" not in listed.stdout


def test_a_command_without_input_reads_nothing(running: str, provider: LxdProvider) -> None:
    assert provider.execute(running, ["cat"], timeout=10) == Outcome(0)


@pytest.mark.parametrize("code", [124, 126, 127, 137])
def test_codes_that_others_use_too_are_the_commands_own(running: str, provider: LxdProvider, code: int) -> None:
    assert provider.execute(running, ["sh", "-c", f"exit {code}"], timeout=20).code == code


def test_a_missing_program_is_code_127(running: str, provider: LxdProvider) -> None:
    outcome = provider.execute(running, ["no-such-program"], timeout=10)
    assert outcome.code == 127
    assert b"no-such-program" in outcome.stderr


def test_a_long_output_comes_whole(running: str, provider: LxdProvider) -> None:
    printed = provider.execute(running, ["seq", "1000000"], timeout=60).stdout
    assert printed.splitlines() == [b"%d" % number for number in range(1, 1_000_001)]


def test_a_command_that_takes_too_long_is_ended_on_the_machine(running: str, provider: LxdProvider) -> None:
    script = ["sh", "-c", 'echo $$ >"$1"; exec sleep 120', "sh", "/run/its-pid"]
    with pytest.raises(Timeout, match="sh was not done within 1 seconds"):
        provider.execute(running, script, timeout=1)
    alive = provider.execute(running, ["sh", "-c", 'kill -0 "$(cat "$1")"', "sh", "/run/its-pid"], timeout=10)
    assert alive.code != 0


def test_a_machine_that_is_off_runs_nothing(place: Place, provider: LxdProvider) -> None:
    provider.create(place.wanted("m1"))
    with pytest.raises(ProviderError, match="it does not run"):
        provider.execute("m1", ["true"], timeout=5)
    with pytest.raises(ProviderError, match="it does not run"):
        provider.push("m1", "/run/x", b"")


# -- files ---------------------------------------------------------------------------------------------------------
def test_a_file_arrives_as_it_was_sent_in_folders_that_were_not_there(running: str, provider: LxdProvider) -> None:
    content = bytes(range(256)) * 4000
    provider.push(running, "/run/one/two/file", content, mode=0o640)
    assert provider.pull(running, "/run/one/two/file") == content
    assert provider.execute(running, ["stat", "-c", "%a", "/run/one/two/file"], timeout=10).stdout == b"640\n"
    assert provider.execute(running, ["ls", "-A", "/run/one/two"], timeout=10).stdout == b"file\n"


def test_a_file_is_replaced_not_written_over(running: str, provider: LxdProvider) -> None:
    provider.push(running, "/run/file", b"old")
    provider.execute(running, ["ln", "/run/file", "/run/second-name"], timeout=10)
    provider.push(running, "/run/file", b"")
    assert provider.pull(running, "/run/file") == b""
    assert provider.pull(running, "/run/second-name") == b"old"


def test_a_place_that_cannot_take_a_file_is_named(running: str, provider: LxdProvider) -> None:
    provider.push(running, "/run/file", b"")
    with pytest.raises(ProviderError, match="/run/file"):
        provider.push(running, "/run/file/below", b"")
    with pytest.raises(ProviderError, match="not the absolute path"):
        provider.push(running, "run/file", b"")


def test_what_is_no_file_is_not_pulled(running: str, provider: LxdProvider) -> None:
    with pytest.raises(ProviderError, match="there is no /run/nothing"):
        provider.pull(running, "/run/nothing")
    with pytest.raises(ProviderError, match="/run is a directory"):
        provider.pull(running, "/run")


@pytest.mark.skipif(shutil.which("lxc") is None, reason="the lxc command is not installed")
def test_a_shell_is_roots_on_the_machine(place: Place, running: str, provider: LxdProvider, tmp_path: Path) -> None:
    argv = provider.shell(running)
    assert argv[-3:] == ["--", "su", "-l"]
    if place.server is not None:  # the fake one has no socket that the lxc command could speak with
        done = subprocess.run(
            argv, input="id --user; hostname; pwd\n", capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "LXD_CONF": str(tmp_path)},
        )  # fmt: skip
        assert done.stdout.split() == ["0", running, "/root"], done.stderr
    provider.stop(running, timeout=10, force=True)
    with pytest.raises(ProviderError, match="it does not run"):
        provider.shell(running)


# -- images --------------------------------------------------------------------------------------------------------
def published(place: Place, provider: LxdProvider, content: bytes, name: str = "m1") -> None:
    """A machine with this in a file becomes the image `prepared`."""
    provider.create(place.wanted(name))
    provider.start(name)
    provider.push(name, "/opt/prepared/file", content)
    provider.stop(name, timeout=60, force=True)
    provider.publish(name, "prepared", {"description": f"of {name}", "inside": content.decode()})


def test_a_machine_made_from_an_image_has_what_was_on_the_other_one(place: Place, provider: LxdProvider) -> None:
    assert provider.images() == {}
    published(place, provider, b"first")
    image = provider.images()["prepared"]
    assert (image.virtual, image.properties["inside"], image.properties["description"]) == (False, "first", "of m1")
    assert image.size > 0
    assert provider.has_image(Image("prepared"), virtual=False) is True
    provider.delete("m1")
    provider.create(place.wanted("m2", image=Image("prepared")))
    provider.start("m2")
    assert provider.pull("m2", "/opt/prepared/file") == b"first"


def test_an_image_takes_the_place_of_the_one_before(place: Place, provider: LxdProvider) -> None:
    published(place, provider, b"first", "m1")
    published(place, provider, b"second", "m2")
    assert provider.images()["prepared"].properties["inside"] == "second"
    assert provider.delete_image("prepared")
    assert not provider.delete_image("prepared")
    assert provider.images() == {}
    assert provider.has_image(Image("prepared"), virtual=False) is False, "nor is the first one left"


def test_images_of_others_are_left_alone(place: Place, provider: LxdProvider) -> None:
    published(place, provider, b"mine")
    other = place.provider("other")
    other.create(place.wanted("m2"))
    for alias in ("prepared", IMAGE):
        with pytest.raises(ForeignImage, match="was not made for cluster other"):
            other.publish("m2", alias, {})
        with pytest.raises(ForeignImage):
            other.delete_image(alias)
    assert other.images() == {}
    assert provider.images()["prepared"].properties["inside"] == "mine"
    assert provider.has_image(Image(IMAGE), virtual=False) is True
    other.close()


def test_a_machine_that_runs_becomes_no_image(running: str, provider: LxdProvider) -> None:
    with pytest.raises(ProviderError, match="it runs"):
        provider.publish(running, "prepared", {})
    assert provider.images() == {}


# -- the server ----------------------------------------------------------------------------------------------------
def test_a_network_is_made_once_and_only_its_maker_removes_it(place: Place, provider: LxdProvider) -> None:
    network = Network("hagen-test9", "203.0.113.1/24", "203.0.113.100-203.0.113.120", 1400)
    assert provider.ensure_network(network)
    assert not provider.ensure_network(network)
    made = provider.offer().networks["hagen-test9"]
    assert made["ipv4.address"] == "203.0.113.1/24"
    assert made["managed"] == "true"
    other = place.provider("other")
    assert not other.delete_network("hagen-test9")
    other.close()
    assert provider.delete_network("hagen-test9")
    assert not provider.delete_network("hagen-test9")
    assert not provider.delete_network(BRIDGE)


def test_the_offer_says_what_there_is(provider: LxdProvider) -> None:
    offer = provider.offer()
    assert offer.version == "5.0.2"
    assert offer.storage_pools == ("default",)
    assert offer.profiles == ("default",)
    (host,) = offer.hosts
    assert host.virtual_machines is False
    assert None not in {host.cpus, host.memory_total, host.memory_used, host.disk_total, host.disk_used}


def test_an_image_counts_for_its_own_kind_of_machine(provider: LxdProvider) -> None:
    assert provider.has_image(Image("debian"), virtual=False) is True
    assert provider.has_image(Image("debian"), virtual=True) is False
    assert provider.has_image(Image("nothing"), virtual=False) is False
    assert provider.has_image(Image("24.04", "https://127.0.0.1:1/releases"), virtual=True) is None


def test_closed_connections_are_opened_again(provider: LxdProvider) -> None:
    provider.close()
    assert provider.machines() == {}


# -- the lock ------------------------------------------------------------------------------------------------------
def test_one_has_the_lock_until_it_is_given_back(place: Place, provider: LxdProvider) -> None:
    before = provider.offer().profiles
    assert provider.lock("anna", 60) == ""
    assert provider.lock("anna", 60) == "", "renewed"
    assert provider.lock("bert", 60) == "anna"
    provider.unlock("bert")
    assert provider.lock("bert", 60) == "anna", "somebody else cannot give it back"
    other = place.provider("other")
    assert other.lock("bert", 60) == "", "another cluster's lock is another one"
    other.unlock("bert")
    other.close()
    provider.unlock("anna")
    assert provider.lock("bert", 60) == ""
    provider.unlock("bert")
    provider.unlock("bert")
    assert provider.offer().profiles == before, "nothing of it is left"


def test_a_lock_that_has_run_out_is_taken_over_by_one(place: Place, provider: LxdProvider) -> None:
    """All that saw it run out try at once."""
    before = provider.offer().profiles
    names = [f"taker-{number}" for number in range(4)]
    providers = [place.provider() for _ in names]
    for number in range(5):
        assert provider.lock(f"the dead {number}", 0) == ""
        together = Barrier(len(names))

        def take(index: int, together: Barrier = together) -> str:
            together.wait()
            return providers[index].lock(names[index], 60)

        with ThreadPoolExecutor(len(names)) as pool:
            answers = list(pool.map(take, range(len(names))))
        (winner,) = [name for name, answer in zip(names, answers, strict=True) if answer == ""]
        assert set(answers) == {"", winner}, "and the others are told who it is"
        provider.unlock(winner)
    assert provider.offer().profiles == before
    for each in providers:
        each.close()


def test_a_lock_that_ran_out_under_its_holder_is_not_renewed_over_the_next_one(provider: LxdProvider) -> None:
    assert provider.lock("asleep", 0) == ""
    assert provider.lock("next", 60) == ""
    assert provider.lock("asleep", 60) == "next"
    provider.unlock("next")
