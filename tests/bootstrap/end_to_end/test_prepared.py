"""An image is built on a real LXD, and a machine that is made from it is nobody's twin."""

import json
from dataclasses import replace

import pytest

from hagen.bootstrap.inventory import load_inventory
from hagen.bootstrap.provider.contract import Image, Wanted
from hagen.bootstrap.site import Site
from tests.bootstrap.end_to_end.site import CLUSTER, EndToEnd

pytestmark = [pytest.mark.lxd, pytest.mark.timeout(900)]

ALIAS = "prepared"
IDENTITY = ("/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub")


def worker(there: EndToEnd, number: int) -> Wanted:
    """A worker as the inventory has it, made from the image."""
    folder = there.repository / f"clusters/{CLUSTER}"
    site = Site(folder, load_inventory(folder / "inventory.yaml"), there.provider)
    return replace(site.wanted(site.machines("worker")[number]), image=Image(ALIAS))


def test_an_image_is_built_and_machines_are_made_from_it(there: EndToEnd) -> None:
    there.down()
    built = there.run("build", "--alias", ALIAS, name="an image is built", group="image")
    assert built.code == 0, built.output + built.errors
    assert there.provider.machines() == {}, "the builder is gone"
    (listed,) = json.loads(there.run("list", "--json", group="image").output)["images"]
    assert (listed["alias"], listed["virtual"]) == (ALIAS, False)
    seen = []
    for number in (0, 1):
        wanted = worker(there, number)
        there.provider.create(wanted)
        there.provider.start(wanted.name)
        code, said = there.execute(wanted.name, "cloud-init", "status", "--wait")
        assert code in {0, 2}, said
        seen.append([there.execute(wanted.name, "cat", path)[1] for path in IDENTITY])
        hosts = there.provider.pull(wanted.name, "/etc/hosts").decode()
        assert hosts.count("# hagen: machines of cluster") == 1
        assert there.execute(wanted.name, "hostname")[1].strip() == wanted.name
        assert (
            there.execute(wanted.name, "systemctl", "is-enabled", "containerd", "kubelet")[1].split() == ["enabled"] * 2
        )
        assert there.execute(wanted.name, "systemctl", "is-active", "containerd")[1].strip() == "active"
    assert not {one for one in seen[0] if one in seen[1]}, "two machines, two identities"
    there.down()
    assert ALIAS in there.provider.images(), "an image outlives its cluster"
    assert there.run("delete", ALIAS, group="image").code == 0
    assert there.run("delete", ALIAS, group="image").code == 1
