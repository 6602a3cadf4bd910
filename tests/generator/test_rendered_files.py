"""What is rendered, held against the programs that will read it."""

import tomllib
from pathlib import Path

import pytest
import yaml

from hagen.generator.sources import sources
from hagen.generator.template import OWN
from tests.support import ROOT, VALID, name_of, need, planned, rendered, run, write

SOURCES = sources(OWN)  # test_sources.py: byte for byte

every_fixture = pytest.mark.parametrize("fixture", VALID, ids=name_of)


@pytest.fixture
def cluster_directory(fixture: Path, tmp_path: Path) -> Path:
    topology = planned(fixture.read_bytes())
    return write(rendered(fixture), tmp_path) / "clusters" / topology.name


@pytest.fixture(scope="session")
def certificate_authority(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The stand-in that cloud-init makes on a load balancer's first boot, by the very command it runs there."""
    need("openssl")
    reference = next(path for path in VALID if path.stem == "reference")
    user_data = yaml.safe_load(rendered(reference)["clusters/production/cloud-init/load-balancer.yaml"].content)
    (command,) = [line for line in user_data["runcmd"] if "openssl" in line]
    directory = tmp_path_factory.mktemp("ca")
    result = run("sh", "-euc", command.replace("/etc/haproxy", str(directory)))
    assert result.returncode == 0, result.stderr
    return (directory / "cluster-ca.crt").read_bytes()


@every_fixture
def test_haproxy_accepts_every_load_balancer(
    cluster_directory: Path, certificate_authority: bytes, tmp_path: Path
) -> None:
    need("haproxy", "unshare", root=True)
    configurations = sorted(cluster_directory.glob("load-balancers/*/haproxy.cfg"))
    assert configurations
    for number, configuration in enumerate(configurations):
        etc = tmp_path / f"etc-{number}"
        etc.mkdir()
        (etc / "cluster-ca.crt").write_bytes(certificate_authority)
        (etc / "haproxy.cfg").write_bytes(configuration.read_bytes())
        check = f"mount --bind {etc} /etc/haproxy && exec haproxy -c -f /etc/haproxy/haproxy.cfg"
        result = run("unshare", "--mount", "sh", "-c", check)
        assert result.returncode == 0, f"{configuration}: {result.stdout}{result.stderr}"
        assert "warning" not in (result.stdout + result.stderr).lower(), result.stdout + result.stderr


@every_fixture
def test_keepalived_accepts_every_load_balancer(fixture: Path, cluster_directory: Path) -> None:
    need("keepalived", "unshare", "ip", root=True)
    interface = planned(fixture.read_bytes()).network.interface
    configurations = sorted(cluster_directory.glob("load-balancers/*/keepalived.conf"))
    assert configurations
    for configuration in configurations:
        # The interface must exist, and keepalived 2.2 ends itself with 143 unless it is a namespace's first process.
        check = (
            f"ip link add {interface} type veth peer name peer0 && "
            f"exec unshare --pid --fork keepalived -t -f {configuration}"
        )
        result = run("unshare", "--net", "sh", "-c", check)
        assert result.returncode == 0, f"{configuration}: {result.stdout}{result.stderr}"
        assert not result.stderr.strip(), result.stderr


def test_keepalived_refuses_what_is_wrong(tmp_path: Path) -> None:
    need("keepalived", "unshare", "ip", root=True)
    good = rendered(VALID[0])
    path = next(path for path in good if path.endswith("keepalived.conf"))
    broken = tmp_path / "keepalived.conf"
    broken.write_bytes(good[path].content.replace(b"priority", b"priorty"))
    check = f"ip link add enp5s0 type veth peer name peer0 && exec unshare --pid --fork keepalived -t -f {broken}"
    assert run("unshare", "--net", "sh", "-c", check).returncode != 0


@every_fixture
def test_cloud_init_accepts_every_role(cluster_directory: Path) -> None:
    need("cloud-init")
    files = sorted(cluster_directory.glob("cloud-init/*.yaml"))
    assert {path.stem for path in files} == {"control-plane", "load-balancer", "worker"}
    for path in files:
        result = run("cloud-init", "schema", "--config-file", path)
        assert result.returncode == 0, f"{path}: {result.stdout}{result.stderr}"


@every_fixture
def test_shells_accept_every_script(cluster_directory: Path) -> None:
    files = sorted(cluster_directory.glob("cloud-init/*.yaml"))
    assert files
    for path in files:
        user_data = yaml.safe_load(path.read_text())
        scripts = [file["content"] for file in user_data["write_files"] if file["content"].startswith("#!/bin/sh")]
        for script in (*scripts, "\n".join(user_data["runcmd"])):
            result = run("sh", "-n", stdin=script)
            assert result.returncode == 0, f"{path}: {result.stderr}\n{script}"


@every_fixture
def test_nftables_accepts_the_firewall_twice(cluster_directory: Path) -> None:
    need("nft", "unshare", root=True)
    user_data = yaml.safe_load((cluster_directory / "cloud-init/control-plane.yaml").read_text())
    (rules,) = [file["content"] for file in user_data["write_files"] if file["path"].endswith(".nft")]
    path = cluster_directory / "control-planes/firewall.nft"
    assert path.read_text() == rules, "first boot and bootstrap bring the same file"
    # Twice, as a reload does: the second time replaces the first one's rules.
    result = run("unshare", "--net", "sh", "-euc", f"nft -f {path}; nft -f {path}; nft list table inet hagen")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("tcp dport 2381") == 1


@every_fixture
def test_containerd_configuration_is_toml(fixture: Path, cluster_directory: Path) -> None:
    user_data = yaml.safe_load((cluster_directory / "cloud-init/worker.yaml").read_text())
    files = {file["path"]: file["content"] for file in user_data["write_files"]}
    configuration = tomllib.loads(files["/etc/containerd/config.toml"])
    assert configuration["version"] == planned(fixture.read_bytes()).kubernetes.containerd_config_version
    plugin = "io.containerd.grpc.v1.cri" if configuration["version"] == 2 else "io.containerd.cri.v1.runtime"
    runtime = configuration["plugins"][plugin]["containerd"]["runtimes"]["runc"]
    assert runtime["options"]["SystemdCgroup"] is True
    for path, content in files.items():
        if path.endswith("hosts.toml"):
            assert tomllib.loads(content)["server"].startswith("https://")


@every_fixture
def test_yamllint_finds_nothing(fixture: Path, tmp_path: Path) -> None:
    write(rendered(fixture), tmp_path)
    (tmp_path / "hagen.yaml").unlink()  # the user's own, however it is written
    result = run(
        ROOT / ".venv/bin/yamllint" if (ROOT / ".venv").exists() else "yamllint", "--strict", ".", cwd=tmp_path
    )
    assert result.returncode == 0, result.stdout


@every_fixture
def test_makefile_is_one(fixture: Path, tmp_path: Path) -> None:
    write(rendered(fixture), tmp_path)
    result = run("make", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "render" in result.stdout
    result = run("make", "--dry-run", "check", "diff", "render", cwd=tmp_path)
    assert "hagen render -c hagen.yaml -o ." in result.stdout


SECRET_LIKE = (b"PRIVATE KEY", b"password:", b'token: "a', b"AKIA", b"client-key-data", b"hunter2")


@every_fixture
def test_nothing_secret_is_rendered(fixture: Path) -> None:
    for path, file in rendered(fixture).items():
        if path in SOURCES:  # code has passwords' names in it
            assert b"PRIVATE KEY" not in file.content, path
        elif path not in {"hagen.yaml", "hagen.schema.json"}:
            found = [word for word in SECRET_LIKE if word in file.content]
            assert not found, f"{path}: {found}"


@every_fixture
def test_nothing_of_the_template_is_left_over(fixture: Path) -> None:
    for path, file in rendered(fixture).items():
        if path in {"hagen.yaml", "hagen.schema.json", *SOURCES}:
            continue
        for left in (b"#{", b"}#", b"#%", b"%#", b"cookiecutter", b"None", b"True", b"False", b" \n", b"\t\n"):
            # An audit policy has a level of that name.
            assert left not in file.content.replace(b"level: None", b"level: x"), f"{path}: {left!r}"
        assert file.content.endswith(b"\n"), path
        assert not file.content.endswith(b"\n\n"), path
