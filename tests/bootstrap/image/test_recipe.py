"""What a prepared image is made of."""

import pytest
import yaml

from hagen.bootstrap.image.recipe import base_of, locked, without_hosts
from hagen.bootstrap.provider.contract import Image, Published

STOCK = Image("24.04", "https://cloud-images.ubuntu.com/releases")


def published(alias: str, base: Image) -> Published:
    return Published(alias, True, 1, "", {"base": base.alias, "base-server": base.server})


def test_it_begins_with_the_stock_image_also_where_machines_are_made_from_a_prepared_one() -> None:
    known = {"second": published("second", Image("first")), "first": published("first", STOCK)}
    assert base_of(STOCK, known) == STOCK
    assert base_of(Image("first"), known) == STOCK
    assert base_of(Image("second"), known) == STOCK
    assert base_of(Image("own"), known) == Image("own")
    assert base_of(Image("first", "https://images.example"), known) == Image("first", "https://images.example")


def test_hosts_are_left_to_the_machines() -> None:
    files = [{"path": "/etc/hosts", "append": True}, {"path": "/etc/crictl.yaml", "content": "a: b\n"}]
    text = without_hosts("#cloud-config\n" + yaml.safe_dump({"packages": ["socat"], "write_files": files}))
    assert text.startswith("#cloud-config\n")
    assert yaml.safe_load(text) == {"packages": ["socat"], "write_files": files[1:]}
    assert yaml.safe_load(without_hosts("#cloud-config\npackages: []\n")) == {"packages": [], "write_files": []}


def test_what_the_lock_names() -> None:
    assert locked(None) == ()
    assert locked(b"format = 1\n") == ()
    assert locked(b'format = 1\nimages = [\n"a/b:1",\n"c/d:2",\n]\n') == ("a/b:1", "c/d:2")
    with pytest.raises(ValueError, match="Invalid"):
        locked(b"format = = 1")
