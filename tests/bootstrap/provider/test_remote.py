"""A real LXD over HTTPS: with a client certificate that it trusts, and with everything that can be wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lxd.lab import Lab

pytestmark = [pytest.mark.lxd, pytest.mark.timeout(600)]
HERE = "https://192.0.2.1:8443"


def certificate(directory: Path, name: str) -> tuple[Path, Path]:
    """A self-signed pair."""
    pair = directory / f"{name}.crt", directory / f"{name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", f"/CN={name}", "-days", "2", "-out", str(pair[0]), "-keyout", str(pair[1])]
    subprocess.run(command, check=True, capture_output=True)
    return pair


def test_a_remote_server(real_lxd: Lab, tmp_path: Path) -> None:
    trusted, other = certificate(tmp_path, "client"), certificate(tmp_path, "other")
    server = tmp_path / "server.crt"
    server.write_text(real_lxd.inside("one", "cat", "/mnt/one/server.crt").stdout)

    def ask(endpoint: str, pair: tuple[Path, Path], expected: Path) -> str:
        program = str(Path(__file__).with_name("remote.py"))
        done = real_lxd.inside("one", sys.executable, program, endpoint, *map(str, (*pair, expected)))
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "does not answer" in ask(HERE, trusted, server)
    assert real_lxd.inside("one", "lxc", "config", "set", "core.https_address", "192.0.2.1:8443").returncode == 0
    try:
        assert "does not trust this client's certificate" in ask(HERE, trusted, server)
        assert real_lxd.inside("one", "lxc", "config", "trust", "add", str(trusted[0])).returncode == 0
        assert ask(HERE, trusted, server) == "5.0.2\n"
        assert ask(f"{HERE}/", trusted, server) == "5.0.2\n"
        assert "does not trust this client's certificate" in ask(HERE, other, server)
        assert "is not the one that is trusted" in ask(HERE, trusted, other[0])
    finally:
        real_lxd.inside("one", "lxc", "config", "unset", "core.https_address")
