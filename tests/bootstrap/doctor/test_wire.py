"""ARP and VRRP on a real cable, with a real keepalived; frames as bytes."""

import json
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from hagen.bootstrap.doctor.check import Level
from hagen.bootstrap.doctor.listening import heard
from hagen.bootstrap.doctor.sight import Sight
from hagen.bootstrap.doctor.wire import advert, claimed, probe
from hagen.bootstrap.provider.contract import Outcome
from tests.bootstrap.doctor.conftest import FakeHost, SeenWorld, check, levels
from tests.bootstrap.doctor.segment import THEIRS, Side, segment
from tests.support import need

VIRTUAL_IP = "10.196.35.30"
_KEEPALIVED = """
global_defs {{
    vrrp_version {version}
}}
vrrp_instance other {{
    state MASTER
    interface br-test
    virtual_router_id {router}
    priority 100
    advert_int 0.5
    virtual_ipaddress {{
        {address}/24
    }}
}}
"""


@pytest.fixture
def cable() -> Iterator[tuple[Side, Side]]:
    need("ip", "unshare", "nsenter", root=True)
    with segment() as sides:
        yield sides


@pytest.fixture
def here(repository: Path) -> None:
    """hagen.yaml's bridge is the cable's."""
    path = repository / "clusters/production/inventory.yaml"
    path.write_text(path.read_text().replace('bridge: "lxdbr0"', 'bridge: "br-test"'))


def keepalived(side: Side, folder: Path, router: int, address: str, version: int = 3) -> "subprocess.Popen[bytes]":
    """One that holds its address by now."""
    folder.mkdir(exist_ok=True)
    file = folder / "keepalived.conf"
    file.write_text(_KEEPALIVED.format(router=router, address=address, version=version))
    process = subprocess.Popen(
        [
            *side.prefix, "keepalived", "--dont-fork", "--vrrp", f"--use-file={file}",
            f"--pid={folder}/parent.pid", f"--vrrp_pid={folder}/vrrp.pid",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env=os.environ | {"TMPDIR": str(folder), "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"},
    )  # fmt: skip
    end_of_patience = time.monotonic() + 20
    while address.encode() not in side.host.ask("ip", "address", "show", "dev", "br-test").stdout:
        if time.monotonic() > end_of_patience:
            end(process)
            pytest.fail("keepalived did not become master")
        time.sleep(0.1)
    return process


def end(process: "subprocess.Popen[bytes]") -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.usefixtures("here")
def test_a_quiet_segment(cable: tuple[Side, Side], sight: Callable[..., Sight]) -> None:
    seen = sight(cable[0].host)
    assert levels(check("segment", seen)) == [Level.OK]
    assert levels(check("vrrp", seen)) == [Level.OK]
    assert heard(seen).from_ == "br-test"


@pytest.mark.usefixtures("here")
def test_somebody_has_the_virtual_ip_and_a_machines_address(
    cable: tuple[Side, Side], sight: Callable[..., Sight]
) -> None:
    ours, theirs = cable
    theirs.do("ip", "address", "add", f"{VIRTUAL_IP}/24", "dev", "br-test")
    theirs.do("ip", "address", "add", "10.196.35.24/24", "dev", "br-test")
    found = check("segment", sight(ours.host))
    assert {(each.level, each.place) for each in found} == {
        (Level.ERROR, "the virtual IP"),
        (Level.ERROR, "k8s-worker-1"),
    }
    mac = json.loads(theirs.host.ask("ip", "-json", "link", "show", "dev", "br-test").stdout)[0]["address"]
    assert all(each.cause.startswith(f"{mac} answers for") for each in found)
    asked = json.loads(theirs.host.ask("ip", "-json", "neigh").stdout)
    assert {each["dst"] for each in asked} <= {"10.196.35.20"}, "a probe leaves nothing in anybody's cache"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("version", [2, 3])
def test_a_real_keepalived_is_heard(
    cable: tuple[Side, Side], sight: Callable[..., Sight], tmp_path: Path, version: int
) -> None:
    need("keepalived")
    process = keepalived(cable[1], tmp_path / "other", 51, "10.196.35.77", version)
    try:
        seen = sight(cable[0].host)
        found = check("vrrp", seen)
    finally:
        end(process)
    assert [(each.level, each.place, each.cause) for each in found] == [
        (Level.WARNING, f"router {THEIRS}", "it has the VRRP router id 51 too")
    ]
    assert heard(seen).adverts[0].addresses == ("10.196.35.77",)


@pytest.mark.usefixtures("here")
def test_another_router_of_our_virtual_ip(
    cable: tuple[Side, Side], sight: Callable[..., Sight], tmp_path: Path
) -> None:
    need("keepalived")
    process = keepalived(cable[1], tmp_path / "other", 7, VIRTUAL_IP)
    try:
        found = check("vrrp", sight(cable[0].host))
    finally:
        end(process)
    assert [(each.level, each.cause) for each in found] == [(Level.ERROR, f"it announces {VIRTUAL_IP} by VRRP")]


def test_without_a_bridge_a_machine_listens(
    bring_up: Callable[[], None], sight: Callable[..., Sight], world: SeenWorld
) -> None:
    """A node is asked; what answers with our load balancer's card is ours."""
    bring_up()
    world.say("python3", json.dumps({"arp": {VIRTUAL_IP: ["00:16:3e:00:00:01"]}, "vrrp": []}))
    seen = sight(FakeHost())
    assert levels(check("segment", seen)) == [Level.OK]
    assert heard(seen).from_ == "k8s-master-1"
    world.say("python3", json.dumps({"arp": {VIRTUAL_IP: ["00:16:3e:00:00:01", "52:54:00:00:00:01"]}, "vrrp": []}))
    (finding,) = check("segment", sight(FakeHost()))
    assert finding.cause == f"52:54:00:00:00:01 answers for {VIRTUAL_IP} on the wire"


def test_a_load_balancer_that_cannot_be_asked_is_not_called_a_stranger(
    bring_up: Callable[[], None], sight: Callable[..., Sight], world: SeenWorld
) -> None:
    bring_up()
    world.say("python3", json.dumps({"arp": {VIRTUAL_IP: ["52:54:00:00:00:01"]}, "vrrp": []}))
    world.answers["cat"] = lambda name, _: Outcome(int(name == "k8s-lb-2"), b"00:16:3e:00:00:01")
    (finding,) = check("segment", sight(FakeHost()))
    assert finding.level is Level.UNKNOWN
    assert "may be k8s-lb-2, which cannot be asked" in finding.cause


def test_our_own_adverts_are_ours(bring_up: Callable[[], None], sight: Callable[..., Sight], world: SeenWorld) -> None:
    bring_up()
    own = {"source": "10.196.35.11", "router": 51, "priority": 254, "addresses": [VIRTUAL_IP]}
    world.say("python3", json.dumps({"arp": {}, "vrrp": [own]}))
    assert levels(check("vrrp", sight())) == [Level.OK]


def test_frames() -> None:
    frame = probe(bytes.fromhex("02000000000a"), VIRTUAL_IP)
    assert frame.hex() == (
        "ffffffffffff02000000000a0806"  # to all, ARP
        "0001080006040001"  # Ethernet, IPv4, request
        "02000000000a00000000"  # the sender has no address: RFC 5227
        "0000000000000ac4231e"  # who has 10.196.35.30
    )
    assert claimed(frame) is None
    answer = frame[:20] + b"\0\2" + frame[22:28] + socket.inet_aton(VIRTUAL_IP) + frame[32:]
    assert claimed(answer) == (VIRTUAL_IP, "02:00:00:00:00:0a")
    assert claimed(answer[:41]) is None


@pytest.mark.parametrize(
    ("packet", "addresses"),
    [
        (b"\x31\x33\xfe\x01\x00\x0a\x00\x00" + socket.inet_aton(VIRTUAL_IP), [VIRTUAL_IP]),
        (b"\x21\x33\xfe\x02\x00\x01\x00\x00" + socket.inet_aton(VIRTUAL_IP) * 2 + b"password", [VIRTUAL_IP] * 2),
        (b"\x31\x33\xfe\x09\x00\x0a\x00\x00" + b"\0\0", []),
    ],
)
def test_adverts(packet: bytes, addresses: list[str]) -> None:
    assert advert(_ip(packet)) == {"source": THEIRS, "router": 51, "priority": 254, "addresses": addresses}


@pytest.mark.parametrize("packet", [b"", b"\x41\x33\xfe\x00\x00\x0a\x00\x00", b"\x32\x33\xfe\x00\x00\x0a\x00\x00"])
def test_what_is_no_advert(packet: bytes) -> None:
    assert advert(_ip(packet)) is None
    assert advert(_ip(packet)[:30]) is None


def _ip(packet: bytes) -> bytes:
    header = struct.pack("!BBHHHBBH", 0x45, 0xC0, 20 + len(packet), 0, 0, 255, 112, 0)
    addresses = socket.inet_aton(THEIRS) + socket.inet_aton("224.0.0.18")
    return b"\1\0\x5e\0\0\x12" + b"\2" * 6 + b"\x08\x00" + header + addresses + packet


def test_the_script_stands_alone() -> None:
    """It is sent to machines that have Python and nothing of hagen."""
    text = files("hagen.bootstrap.doctor").joinpath("wire.py").read_text()
    imports = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imports == {"__future__", "json", "select", "socket", "struct", "sys", "time", "typing"}
