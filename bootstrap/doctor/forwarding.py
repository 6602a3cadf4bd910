"""forwarding: no firewall of this host, a container engine's above all, drops what machines send to the outside.

A packet passes when every base chain at the forward hook lets it: what one accepts another may still drop (nft(8),
"VERDICT STATEMENTS"). Docker sets the policy of `ip filter FORWARD` to drop.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from .check import Check, Finding, error, ok, unknown
from .host import MISSING, has_interface
from .sight import Sight

_FORWARD: Final = "/proc/sys/net/ipv4/ip_forward"
_ANSWERS: Final = "established"
_ENDS: Final = {"accept": "accept", "drop": "drop", "reject": "drop", "return": "", "jump": "", "goto": ""}
_DEEPEST: Final = 16  # jumps; nft allows as many
Chains = Mapping[tuple[str, str, str], Sequence[Mapping[str, Any]]]


def look(sight: Sight) -> Iterator[Finding]:
    """Only where the provider runs here, and its bridge is there."""
    host, bridge = sight.host, sight.inventory.provider.bridge
    if host is None:
        yield unknown("firewall", "the provider runs elsewhere; its host's firewall cannot be seen from here")
        return
    if not has_interface(host, bridge):
        yield unknown("firewall", f"there is no bridge {bridge} on this host (yet)")
        return
    if host.ask("cat", _FORWARD).stdout.strip() == b"0":
        yield error(
            "firewall", "this host forwards no packets", "`sysctl -w net.ipv4.ip_forward=1`, and in /etc/sysctl.d."
        )
        return
    listed = host.ask("nft", "--json", "list", "ruleset")
    if listed.code == MISSING:
        yield unknown("firewall", "nft is not installed here, so its rules cannot be read", "Install nftables.")
    elif listed.code:
        said = listed.stderr.decode(errors="replace").strip()
        yield unknown("firewall", f"nft does not show its rules: {said}", "Run it as root.")
    else:
        yield from judge(json.loads(listed.stdout or b'{"nftables": []}'), bridge)


def judge(ruleset: Mapping[str, Any], bridge: str) -> Iterator[Finding]:
    """The output of `nft --json list ruleset`, libnftables-json(5). Pure."""
    entries = ruleset["nftables"]
    chains = _chains(entries)
    bad = []
    for entry in entries:
        chain = entry.get("chain")
        if chain and chain.get("hook") == "forward" and chain["family"] in {"ip", "inet"}:
            missing = [way for way in ("iifname", "oifname") if not _passes(chains, chain, way, bridge)]
            if missing:
                bad.append((chain, missing))
    for chain, missing in bad:
        ways = {"iifname": f"from {bridge}", "oifname": f"to {bridge}"}
        place = f"chain {chain['family']} {chain['table']} {chain['name']}"
        yield error(
            place,
            f"it drops what is forwarded {' and '.join(ways[way] for way in missing)}",
            _remedy(chains, chain, bridge),
        )
    if not bad:
        yield ok("firewall", f"nothing drops what {bridge} forwards")


def _remedy(chains: Chains, chain: Mapping[str, Any], bridge: str) -> str:
    family, table = chain["family"], chain["table"]
    if (family, table, "DOCKER-USER") in chains:
        return (
            "Docker closed it. Let the bridge through where Docker leaves room for that: "
            f"`iptables -I DOCKER-USER -i {bridge} -j ACCEPT` and `iptables -I DOCKER-USER -o {bridge} -j ACCEPT`, at "
            "every boot after Docker; or keep Docker off this host."
        )
    if table == "firewalld":
        return f"`firewall-cmd --permanent --zone=trusted --add-interface={bridge}`, then `firewall-cmd --reload`."
    name = f"{family} {table} {chain['name']}"
    return (
        f"`nft insert rule {name} iifname {bridge} accept`, `nft insert rule {name} oifname {bridge} accept`, and the "
        "same in what makes these rules at boot."
    )


def _chains(entries: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str, str], list[Mapping[str, Any]]]:
    chains: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for entry in entries:
        if chain := entry.get("chain"):
            chains.setdefault((chain["family"], chain["table"], chain["name"]), [])
        if rule := entry.get("rule"):
            chains.setdefault((rule["family"], rule["table"], rule["chain"]), []).append(rule)
    return chains


def _passes(chains: Chains, chain: Mapping[str, Any], way: str, bridge: str) -> bool:
    verdict = _verdict(chains, (chain["family"], chain["table"], chain["name"]), way, bridge)
    return (verdict or chain.get("policy")) != "drop"


def _verdict(chains: Chains, key: tuple[str, str, str], way: str, bridge: str, depth: int = 0) -> str:
    """What becomes of all that comes (iifname) or goes (oifname) by the bridge: accept, drop; empty: the chain ends.

    Rules for some of it only do not count. One that lets connections' later packets through counts on the way back, not
    on the way out.
    """
    family, table, _ = key
    for rule in chains.get(key, ()) if depth <= _DEEPEST else ():
        if not _applies(rule["expr"], way, bridge):
            continue
        for statement in rule["expr"]:
            kind = next((each for each in _ENDS if each in statement), "")
            if kind in {"jump", "goto"}:
                target = (family, table, statement[kind]["target"])
                verdict = _verdict(chains, target, way, bridge, depth + 1)
                if verdict or kind == "goto":
                    return verdict
            elif kind:
                return _ENDS[kind]
    return ""


def _applies(statements: Sequence[Mapping[str, Any]], way: str, bridge: str) -> bool:
    """Whether the rule's only condition, if any, is that the packet takes the bridge this way."""
    for statement in statements:
        if "xt" in statement:
            return False  # a match of iptables that nft cannot put into words
        if match := statement.get("match"):
            if way == "oifname" and _key(match["left"], "ct") == "state" and _names(match["right"], _ANSWERS):
                continue  # on the way back, answers are enough
            if _key(match["left"], "meta") != way or match["op"] not in {"==", "in"}:
                return False
            if not _names(match["right"], bridge):
                return False
    return True


def _key(left: object, kind: str) -> object:
    return left.get(kind, {}).get("key") if isinstance(left, dict) else None


def _names(right: object, name: str) -> bool:
    if isinstance(right, dict):
        return any(_names(each, name) for each in right.get("set", ()))
    if isinstance(right, list):
        return any(_names(each, name) for each in right)
    if not isinstance(right, str):
        return False
    return name.startswith(right[:-1]) if right.endswith("*") else right == name


CHECK = Check("forwarding", "Forwarding through this host", look)
