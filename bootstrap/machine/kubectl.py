"""kubectl on a control plane: bootstrap needs no kubectl, and no way to the API, on the machine that it runs on."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from ..errors import BootstrapError
from ..provider.contract import Outcome
from .remote import Remote

ADMIN: Final = "/etc/kubernetes/admin.conf"
HELD: Final = "hagen.dev/drained"
"""Annotation of a node that bootstrap has drained, and has to let in again; what somebody else cordons stays so."""
# What client-go and the API server say when the same request may succeed in a moment.
_AGAIN: Final = re.compile(
    r"connection refused|connection reset|i/o timeout|TLS handshake timeout|unexpected EOF|context deadline exceeded"
    r"|TooManyRequests|the server is currently unable|etcdserver: (?:leader changed|request timed out|no leader)"
    r"|Unable to connect to the server: (?:read tcp .*: )?EOF"  # haproxy without a server closes
    r"|\(Timeout\)|InternalError|ServiceUnavailable|request canceled|no route to host|http2: (?:client|server)",
    re.IGNORECASE,
)
_ABSENT: Final = re.compile(r"\(NotFound\)|not found", re.IGNORECASE)


class Kubectl:
    """kubectl on the first of some control planes that answers."""

    def __init__(self, hosts: Iterable[Remote]) -> None:
        self._hosts = tuple(hosts)
        if not self._hosts:
            raise ValueError("kubectl needs a control plane")

    @property
    def host(self) -> Remote:
        """The machine that is asked first."""
        return self._hosts[0]

    def ask(
        self,
        *argv: str,
        timeout: float = 60.0,
        stdin: bytes = b"",
        anyway: bool = False,
        quiet: bool = False,
    ) -> Outcome:
        """A command, whatever it comes to: of the first control plane that can be asked at all. See Remote.ask."""
        for host in self._hosts:
            words = ("kubectl", f"--kubeconfig={ADMIN}", *_patience(argv, timeout), *argv)
            outcome = host.ask(*words, timeout=timeout, stdin=stdin, anyway=anyway, quiet=quiet)
            if not again(outcome):
                break
        return outcome

    def run(self, *argv: str, timeout: float = 60.0, stdin: bytes = b"", remedy: str = "") -> str:
        """A command that must succeed. BootstrapError with what kubectl said."""
        outcome = self.ask(*argv, timeout=timeout, stdin=stdin)
        if outcome.code:
            said = (outcome.stderr or outcome.stdout).decode(errors="replace").strip()
            raise BootstrapError("kubectl", f"`kubectl {' '.join(argv)}` ended with {outcome.code}", remedy, said)
        return outcome.stdout.decode(errors="replace")

    def get(self, *argv: str, quiet: bool = False) -> Any:  # noqa: ANN401 - JSON of the API
        """An object or a list. None when there is none; BootstrapError when that cannot be told."""
        outcome = self.ask("get", *argv, "--output=json", quiet=quiet)
        if outcome.code and _ABSENT.search(outcome.stderr.decode(errors="replace")):
            return None
        if outcome.code:
            said = outcome.stderr.decode(errors="replace").strip()
            raise BootstrapError("kubectl", f"`kubectl get {' '.join(argv)}` ended with {outcome.code}", "", said)
        # With --ignore-not-found nothing at all is printed for nothing.
        return json.loads(outcome.stdout) if outcome.stdout.strip() else None

    def ready(self) -> bool:
        """Whether the API answers ready, through the address in admin.conf: the virtual IP."""
        return self.ask("get", "--raw=/readyz", timeout=15.0).code == 0

    def nodes(self) -> dict[str, bool]:
        """Node name -> whether it is Ready."""
        found = self.get("nodes") or {"items": []}
        return {node["metadata"]["name"]: _ready(node) for node in found["items"]}

    def held(self) -> frozenset[str]:
        """Nodes that bootstrap has drained."""
        found = self.get("nodes") or {"items": []}
        return frozenset(
            node["metadata"]["name"] for node in found["items"] if HELD in (node["metadata"].get("annotations") or {})
        )


def _patience(argv: Sequence[str], timeout: float) -> tuple[str, ...]:
    """A read is given up while there is still time to ask another one. Commands that wait have limits of their own."""
    return (f"--request-timeout={max(1.0, timeout / 2):g}s",) if argv[0] == "get" else ()


def again(outcome: Outcome) -> bool:
    """Whether the same request may succeed in a moment."""
    return outcome.code != 0 and _AGAIN.search(outcome.stderr.decode(errors="replace")) is not None


def _ready(node: Any) -> bool:  # noqa: ANN401 - JSON of the API
    conditions = node.get("status", {}).get("conditions", ())
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
