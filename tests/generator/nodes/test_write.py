"""An edit and its file: rights, owner, and what is never written over."""

import os
from pathlib import Path

import pytest

from hagen.generator.errors import HagenError
from hagen.generator.load import parse
from hagen.generator.nodes import Edit, removed, write
from tests.support import ROOT, checked, need

EXAMPLE = (ROOT / "examples/hagen.yaml").read_bytes()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "hagen.yaml"
    path.write_bytes(EXAMPLE)
    return path


@pytest.fixture
def edit() -> Edit:
    return removed(parse(EXAMPLE), checked(EXAMPLE).sound, ["k8s-lb-2"])


def test_it_is_written(config: Path, edit: Edit) -> None:
    write(config, edit)
    assert config.read_bytes() == edit.content != EXAMPLE
    assert list(config.parent.iterdir()) == [config], "nothing is left beside it"


def test_what_somebody_else_wrote_meanwhile_stays(config: Path, edit: Edit) -> None:
    config.write_bytes(theirs := EXAMPLE + b"# theirs\n")
    with pytest.raises(HagenError, match="changed meanwhile"):
        write(config, edit)
    assert config.read_bytes() == theirs


def test_a_file_that_went_away_is_not_made(config: Path, edit: Edit) -> None:
    config.unlink()
    with pytest.raises(HagenError, match="cannot be written: No such file"):
        write(config, edit)
    assert list(config.parent.iterdir()) == []


def test_a_read_only_file_is_left_alone(config: Path, edit: Edit) -> None:
    """Its folder would let it be replaced, and root may write to it anyway."""
    config.chmod(0o444)
    with pytest.raises(HagenError, match="is read-only") as caught:
        write(config, edit)
    assert "chmod u+w" in caught.value.remedy
    assert config.read_bytes() == EXAMPLE


def test_it_stays_its_owners(config: Path, edit: Edit) -> None:
    """With sudo, too: the file does not become root's."""
    need(root=True)
    os.chown(config, 12345, 12346)
    config.chmod(0o660)
    write(config, edit)
    status = config.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (12345, 12346, 0o660)
