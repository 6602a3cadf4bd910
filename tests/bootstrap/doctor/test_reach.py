"""What machines fetch, read from rendered files; and whether it answers, asked by the real curl and ssh-keyscan."""

import http.server
import threading
from collections.abc import Callable, Iterator

import pytest

from hagen.bootstrap.doctor.check import Level
from hagen.bootstrap.doctor.host import ThisHost
from hagen.bootstrap.doctor.reach import answers, judge
from hagen.bootstrap.doctor.sight import Sight
from hagen.bootstrap.doctor.sources import Source, cluster, first_boot, git, packages, read
from hagen.bootstrap.inventory import load_inventory
from hagen.bootstrap.provider.contract import Outcome
from hagen.bootstrap.site import Site
from tests.bootstrap.conftest import VIRTUAL_IP
from tests.bootstrap.doctor.conftest import SeenWorld, check, levels
from tests.bootstrap.world import FakeWorld
from tests.support import ROOT, need


def site(fixture: str, name: str) -> Site:
    folder = ROOT / "tests/golden" / fixture / "clusters" / name
    return Site(folder, load_inventory(folder / "inventory.yaml"), FakeWorld(VIRTUAL_IP))


def sources(where: Site, role: str) -> dict[str, tuple[str, ...]]:
    boot = first_boot(where, where.machines(role)[0])
    return {each.name: each.urls for each in (*packages(where, boot), *cluster(where, boot))}


def test_what_the_reference_cluster_fetches() -> None:
    found = sources(site("reference", "production"), "worker")
    assert found["package mirror"] == ("http://archive.ubuntu.com/ubuntu",)
    assert found["Kubernetes packages"] == ("https://pkgs.k8s.io/core:/stable:/v1.36/deb/Release.key",)
    assert found["registry docker.io"] == ("https://registry-1.docker.io/v2/",)
    assert found["registry ghcr.io"] == ("https://ghcr.io/v2/",)
    assert found["registry registry.k8s.io"] == ("https://registry.k8s.io/v2/",)
    assert found["registry registry.example.com"] == ("https://registry.example.com/v2/",)
    assert found["git repository"] == ("https://git.example.com/platform/production.git",)


def test_mirrors_take_the_place_of_what_they_mirror() -> None:
    where = site("mirrors", "isolated")
    found = sources(where, "worker")
    assert found["package mirror"] == ("http://mirror.example.com/ubuntu",)
    assert found["registry docker.io"] == (
        "https://mirror.example.com/v2/",
        "https://mirror-2.example.com/v2/",
        "https://registry-1.docker.io/v2/",
    )
    proxy = first_boot(where, where.machines("worker")[0]).proxy
    assert proxy["https_proxy"] == "http://proxy.example.com:3128"
    assert "10.196.35.0/24" in proxy["no_proxy"]


def test_a_file_that_says_nothing() -> None:
    boot = read("#cloud-config\n")
    assert (boot.packages, boot.repository, boot.mirrors, boot.proxy) == ((), "", {}, {})


def test_a_lock_names_hosts_and_registries(sight: Callable[[], Sight]) -> None:
    where = sight().run.site
    (where.repository / "hagen.lock").write_text(
        'format = 1\n[[manifest]]\nurl = "https://raw.example.com/a.yaml"\n'
        '[[manifest]]\nurl = "https://vendored.example.com/b.yaml"\nsha256 = "00"\nimages = ["quay.io/argoproj/argocd:v3"]\n'
    )
    found = sources(where, "worker")
    assert found["upstream manifests"] == ("https://raw.example.com/",)
    assert "registry quay.io" in found


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://git.example.com/a.git", "https://git.example.com/a.git"),
        ("git@git.example.com:a/b.git", "ssh://git.example.com:22"),
        ("ssh://git@git.example.com:2222/a.git", "ssh://git.example.com:2222"),
        ("ssh://git.example.com/a.git", "ssh://git.example.com:22"),
    ],
)
def test_git_addresses(url: str, asked: str) -> None:
    assert git(url) == asked


class _Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401 if self.path == "/v2/" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_address[1]
        running.shutdown()


def test_a_real_curl_says_who_answers(server: int) -> None:
    need("curl")
    good, refuses = f"http://127.0.0.1:{server}/", f"http://127.0.0.1:{server}/v2/"
    closed, nowhere = "http://127.0.0.1:9/", "http://name.invalid/"
    plain = f"https://127.0.0.1:{server}/"
    direct = {"http_proxy": "", "https_proxy": ""}
    found = answers(ThisHost().ask, [good, refuses, closed, nowhere, plain], direct)
    assert (found[good], found[refuses]) == ("", "")
    assert "onnect" in str(found[closed])
    assert "resolve" in str(found[nowhere])
    assert found[plain]


def test_a_proxy_is_asked(server: int) -> None:
    need("curl")
    proxy = {"http_proxy": f"http://127.0.0.1:{server}", "no_proxy": "name.invalid"}
    found = answers(ThisHost().ask, ["http://registry.example.com/v2/", "http://name.invalid/"], proxy)
    assert found["http://registry.example.com/v2/"] == ""
    assert found["http://name.invalid/"]


def test_ssh_is_asked_by_ssh_keyscan() -> None:
    def ask(*argv: str, timeout: float) -> Outcome:
        assert argv[0] == "ssh-keyscan"
        return Outcome(0, b"git.example.com ssh-ed25519 AAAA\n" if argv[4] == "22" else b"")

    found = answers(ask, ["ssh://git.example.com:22", "ssh://git.example.com:23"], {})
    assert found == {"ssh://git.example.com:22": "", "ssh://git.example.com:23": "no SSH server answers"}


def test_without_the_programs_it_cannot_be_told() -> None:
    found = answers(lambda *_, timeout: Outcome(127), ["https://a.example.com/", "ssh://b.example.com:22"], {})
    assert found == {"https://a.example.com/": None, "ssh://b.example.com:22": None}
    assert levels(list(judge("m", [Source("a", ("https://a.example.com/",))], found))) == [Level.UNKNOWN]


def test_one_mirror_is_enough() -> None:
    source = Source("registry docker.io", ("https://mirror/", "https://origin/"))
    (finding,) = judge("m", [source], {"https://mirror/": "", "https://origin/": "Connection timed out"})
    assert finding.level is Level.OK
    (finding,) = judge("m", [source], {"https://mirror/": "refused", "https://origin/": "timed out"})
    assert (finding.level, finding.cause) == (
        Level.ERROR,
        "it does not reach the registry docker.io: https://mirror/: refused; https://origin/: timed out",
    )


def test_asked_from_one_machine_of_each_kind(
    bring_up: Callable[[], None], sight: Callable[[], Sight], world: SeenWorld
) -> None:
    bring_up()
    world.say("curl", lambda name, argv: "\n".join(
        f"{number}\t{'000' if 'git.' in url else '200'}\tCould not resolve host"
        for number, url in enumerate(word for word in argv if "://" in word)
    ))  # fmt: skip
    found = check("reach", sight())
    assert [(each.level, each.place) for each in found] == [
        (Level.OK, "k8s-lb-1"),
        (Level.ERROR, "k8s-master-1"),
        (Level.OK, "k8s-master-1"),
    ]
    assert "git repository: https://git.example.com/platform/production.git: Could not resolve host" in found[1].cause


def test_without_pypi_the_agent_comes_as_wheels(
    bring_up: Callable[[], None], sight: Callable[[], Sight], world: SeenWorld
) -> None:
    """Asked for while a load balancer has no agent of this version; it is no error, for there is another way."""
    bring_up()
    world.say("curl", lambda name, argv: "\n".join(
        f"{number}\t{'000' if 'pypi' in url else '200'}\tConnection timed out"
        for number, url in enumerate(word for word in argv if "://" in word)
    ))  # fmt: skip
    assert {each.level for each in check("reach", sight())} == {Level.OK}
    del world.there["k8s-lb-1"].files["/opt/hagen-agent/version"]
    found = [each for each in check("reach", sight()) if each.level is not Level.OK]
    assert [(each.level, each.place, each.cause) for each in found] == [(
        Level.WARNING, "k8s-lb-1",
        "it does not reach PyPI, for the health agent: https://pypi.org/simple/pip/: Connection timed out",
    )]  # fmt: skip
    assert "--agent-wheels FOLDER" in found[0].remedy
