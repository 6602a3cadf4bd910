"""How Argo CD reaches git: the list of host keys and the proxy, in what its overlays build."""

from pathlib import Path
from typing import Any

import pytest

from hagen.generator.rules.known_hosts import UPSTREAM, names
from tests.gitops.build import documents, topology
from tests.gitops.mirror import manifest
from tests.gitops.objects import dig, repository_of
from tests.support import VALID, name_of

LIST = "argocd-ssh-known-hosts-cm"


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def built(fixture: Path, kind: str, name: str) -> Any:
    (found,) = [item.object for item in repository_of(fixture).items if (item.kind, item.name) == (kind, name)]
    return found


def upstream(file: str) -> list[str]:
    texts = documents(manifest("argo-cd", "v3.5.1", file).decode())
    (found,) = [text for text in texts if text["kind"] == "ConfigMap" and text["metadata"]["name"] == LIST]
    return lines(found["data"]["ssh_known_hosts"])


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_the_list_has_upstreams_keys_and_those_of_hagen_yaml(fixture: Path) -> None:
    plan = topology(fixture)
    own = list(plan.repository.ssh_known_hosts)
    found = lines(built(fixture, "ConfigMap", LIST)["data"]["ssh_known_hosts"])
    assert found == own + upstream("manifests/install.yaml")
    items = repository_of(fixture).items
    assert not [item for item in items if (item.kind, item.name) == ("ConfigMap", "known-hosts")]


def test_some_fixtures_have_keys_of_their_own() -> None:
    assert {fixture.stem for fixture in VALID if topology(fixture).repository.ssh_known_hosts} >= {
        "backups",
        "other-networks",
    }


@pytest.mark.parametrize("file", ["manifests/install.yaml", "manifests/ha/install.yaml"])
def test_check_knows_the_servers_of_upstreams_list(file: str) -> None:
    found = upstream(file)
    assert all(any(names(line, *server) for line in found) for server in UPSTREAM)
    assert all(any(names(line, *server) for server in UPSTREAM) for line in found)


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_the_proxy_reaches_what_fetches(fixture: Path) -> None:
    wanted = topology(fixture).packages
    proxies = {"HTTP_PROXY": wanted.http_proxy, "HTTPS_PROXY": wanted.https_proxy, "NO_PROXY": wanted.no_proxy}
    containers = dig(built(fixture, "Deployment", "argocd-repo-server"), "spec", "template", "spec", "containers")
    (main,) = [container for container in containers if container["name"] == "argocd-repo-server"]
    found = {entry["name"]: entry.get("value") for entry in main["env"]}
    assert {name: found[name] for name in proxies if name in found} == {
        name: text for name, text in proxies.items() if text
    }
    # The variables that upstream sets are still there.
    assert len(found) > 10


def test_one_fixture_has_a_proxy() -> None:
    assert any(topology(fixture).packages.https_proxy for fixture in VALID)
