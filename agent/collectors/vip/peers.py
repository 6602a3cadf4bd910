"""The other load balancers' agents: what do their kernels say?

GET /vip answers {"assigned": true}, false, or null when the agent there does not know.
"""

import base64
import json
import ssl
from dataclasses import replace
from functools import partial
from pathlib import Path

from ...config import Peers
from ...kubernetes.deadline import Deadline
from ...snapshot import Peer
from ..http import AskedInVainError, NoAnswerError, Target, get
from ..together import together

PATH = "/vip"
_LARGEST = 2**12
_OK = 200


def ask(targets: dict[str, Target], deadline: Deadline) -> tuple[Peer, ...]:
    """All of them at the same time, by name."""
    answers = together("vip peer", {name: partial(_ask, name, target, deadline) for name, target in targets.items()})
    return tuple(answers.values())


def parse_peer(name: str, status: int, body: bytes) -> Peer:
    """Whoever answers anything else is no agent: it was asked in vain."""
    try:
        document = json.loads(body) if status == _OK else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or "assigned" not in document:
        return Peer(name, answered=False)
    assigned = document["assigned"]
    return Peer(name, answered=True, assigned=assigned if isinstance(assigned, bool) else None)


def context_of(access: Peers) -> ssl.SSLContext | None:
    """Only the CA that signs the agents' certificates is trusted. None: plain HTTP. OSError for bad files."""
    if access.ca_file is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(access.ca_file)
    if access.certificate_file is not None:
        context.load_cert_chain(access.certificate_file, access.key_file)
    return context


def headers_of(access: Peers) -> dict[str, str]:
    """Who asks, where a user is named. OSError, ValueError for a password that cannot be read."""
    if access.username is None or access.password_file is None:
        return {}
    password = Path(access.password_file).read_text(encoding="utf-8").rstrip("\n")
    known = base64.b64encode(f"{access.username}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {known}"}


def _ask(name: str, target: Target, deadline: Deadline) -> Peer:
    try:
        return parse_peer(name, *get(replace(target, path=PATH), deadline, _LARGEST))
    except (AskedInVainError, NoAnswerError):
        return Peer(name, answered=False)
