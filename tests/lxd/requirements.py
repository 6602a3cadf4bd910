"""What a test on a real LXD cannot do without. Missing: skipped with the reason, or failed with HAGEN_REQUIRE_TESTBED=1."""

from pathlib import Path

from tests.testbed import requirements

PROGRAMS = ("lxd", "lxc", "dnsmasq", "nft", "mkfs.btrfs", "mmdebstrap", "zstd", "setfattr", "nsenter", "newuidmap")


def need_lxd() -> None:
    """Root, namespaces, LXD and what makes the image."""
    requirements.need_root()
    requirements.need(*PROGRAMS)
    if not Path("/dev/loop-control").exists():
        requirements.need("/dev/loop-control")


def need_virtual_machines() -> None:
    """QEMU, which LXD asks for its features before it takes a virtual machine at all."""
    need_lxd()
    requirements.need("qemu-system-x86_64", "qemu-img", "/usr/share/OVMF/OVMF_CODE.fd")
