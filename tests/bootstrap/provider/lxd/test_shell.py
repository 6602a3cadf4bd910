"""Which command opens a shell: the lxc command has to find the same server, whatever it is used to."""

from pathlib import Path

import pytest
import yaml

from hagen.bootstrap.provider.contract import ProviderError
from hagen.bootstrap.provider.lxd import Server
from hagen.bootstrap.provider.lxd.shell import command

URL = "https://192.0.2.7:8443"


@pytest.fixture(autouse=True)
def lxc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An lxc command, and its folder."""
    program = tmp_path / "lxc"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("LXD_CONF", str(tmp_path))
    return program


def test_the_usual_socket_and_project_are_said() -> None:
    assert command(Server(), "m1") == ["lxc", "exec", "local:m1", "--project", "default", "--", "su", "-l"]


def test_another_socket_and_another_project() -> None:
    argv = command(Server("/x/unix.socket", project="lab"), "m1")
    assert argv[:6] == ["env", "LXD_SOCKET=/x/unix.socket", "lxc", "exec", "local:m1", "--project"]
    assert argv[6] == "lab"


def test_a_server_elsewhere_goes_by_the_name_that_lxc_has_for_it(lxc: Path) -> None:
    remotes = {"other": {"addr": "https://192.0.2.8:8443"}, "rack": {"addr": f"{URL}/"}, "odd": None}
    lxc.with_name("config.yml").write_text(yaml.safe_dump({"remotes": remotes}))
    assert command(Server(URL), "m1")[2] == "rack:m1"


@pytest.mark.parametrize("content", [None, "", "remotes: {}", "[", "remotes: {a: {addr: unix://}}"])
def test_a_server_that_lxc_does_not_know(lxc: Path, content: str | None) -> None:
    if content is not None:
        lxc.with_name("config.yml").write_text(content)
    with pytest.raises(ProviderError, match="does not know") as caught:
        command(Server(URL), "m1")
    assert f"lxc remote add NAME {URL}" in caught.value.remedy


def test_without_lxc_the_remedy_says_what_else_there_is(lxc: Path) -> None:
    lxc.unlink()
    with pytest.raises(ProviderError, match="not installed") as caught:
        command(Server(), "m1")
    assert "hagen bootstrap exec" in caught.value.remedy
