"""Names that LXD and the kernel take."""

from collections.abc import Callable

import pytest

from hagen.generator.rules.lxd import bridge, image, interface, member, pool, profile

NASTY = ["", "a b", "a\n", "a'b", 'a"', "a#b", "a;b", "$(a)", "ä", "-a", ".a", "a:", "{a}", "\x00", "a\\"]


@pytest.mark.parametrize("judge", [bridge, image, interface, member, pool, profile])
@pytest.mark.parametrize("text", NASTY)
def test_nothing_that_breaks_a_command(judge: Callable[[str], object], text: str) -> None:
    assert judge(text) is not None


@pytest.mark.parametrize(
    ("judge", "text", "right"),
    [
        (bridge, "lxdbr0", True),
        (bridge, "br-lan.10", True),
        (bridge, "a" * 15, True),
        (bridge, "a" * 16, False),
        (interface, "eth0", True),
        (interface, "enp5s0.100", True),
        (interface, "lo", False),
        (interface, "eth0/1", False),
        (pool, "default", True),
        (pool, "ssd_1", True),
        (pool, "a/b", False),
        (profile, "default", True),
        (member, "host-1", True),
        (member, "host.example.com", True),
        (member, "@group", False),
        (member, "a" * 64, False),
        (image, "ubuntu/24.04", True),
        (image, "24.04", True),
        (image, "my-image_v2+hwe", True),
        (image, "ubuntu:24.04", False),
        (image, "a" * 200, False),
    ],
)
def test_names(judge: Callable[[str], object], text: str, right: bool) -> None:
    assert (judge(text) is None) is right
