"""The agent of a load balancer, with the configuration as it was rendered, at its real place, and keepalived's helper."""

import json
import re
import sys
from pathlib import Path

from tests.testbed.context import Context
from tests.testbed.daemons.keepalived import dump_file
from tests.testbed.host import MOUNTED, Daemon, Host
from tests.testbed.namespace import get

NAME, HELPER = "agent", "agent-helper"
_ETC = "/etc/hagen-agent"
_SOCKET = "/run/hagen-agent/keepalived.sock"
_TRUE = re.compile(r"^(hagen_verdict|hagen_hpa_status)\{(.*)\} 1(?:\.0)?$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')
# This machine has no /etc/hagen-agent: one is put over its /etc, for this process alone, before anything is mounted there.
_WITH_ETC = f'mount -t overlay testbed -o "lowerdir=$1:/etc" /etc; shift; {MOUNTED}'


def install(host: Host, context: Context) -> None:
    """Put the files where they belong."""
    etc, run, place = _etc(host), host.directory / "run/hagen-agent", host.directory / "place"
    for directory in (etc, run, place / "hagen-agent"):
        directory.mkdir(parents=True, exist_ok=True)
    (etc / "agent.yaml").write_bytes((context.cluster.directory / "agent.yaml").read_bytes())
    (etc / "web.yaml").write_bytes((context.cluster.directory / "health-agent/web.yaml").read_bytes())
    (etc / "ca.crt").write_bytes(context.certificates.ca.read_bytes())
    for name, secret in (("token", context.token), ("galera-password", context.agent_password)):
        (etc / name).touch(mode=0o600)
        (etc / name).write_text(secret)
    host.mounts |= {run: "/run/hagen-agent"}


def daemons(host: Host) -> list[Daemon]:
    """The helper and the agent, as their units start them."""
    helper = (sys.executable, "-m", "hagen.agent.keepalived.helper", _SOCKET, str(dump_file(host)))
    own = {source: target for source, target in host.mounts.items() if target.startswith("/etc/")} | {_etc(host): _ETC}
    mounts = [str(part) for pair in own.items() for part in pair]
    agent = (
        "sh", "-ec", _WITH_ETC, "sh", str(host.directory / "place"), *mounts, "--",
        str(Path(sys.executable).with_name("hagen-agent")), "run", "--config", f"{_ETC}/agent.yaml",
        "--web-config", f"{_ETC}/web.yaml",
    )  # fmt: skip
    return [Daemon(HELPER, helper), Daemon(NAME, agent)]


def verdicts(host: Host, context: Context) -> dict[str, str]:
    """State of each verdict, by name, as a scrape of this agent shows it; OSError when it does not answer."""
    status, text = get(host.namespace, host.address, context.cluster.agent["listen"]["port"], "/metrics", timeout=2)
    if status != 200:
        raise ConnectionError(f"{host.name} agent answers {status}")
    found = {f"hpa {one['namespace']}/{one['name']}": "unknown" for one in context.cluster.agent["autoscalers"]}
    for metric, text_of_labels in _TRUE.findall(text):
        labels = dict(_LABEL.findall(text_of_labels))
        if metric == "hagen_verdict":
            found[labels["verdict"]] = labels["state"]
        else:  # autoscalers have a metric of their own, with more states
            found[f"hpa {labels['namespace']}/{labels['hpa']}"] = (
                "ok" if labels["status"] == "healthy" else labels["status"]
            )
    return found


def problem(host: Host, context: Context) -> str:
    """Empty when every verdict is ok."""
    try:
        found = verdicts(host, context)
    except OSError as failure:
        return f"does not answer: {failure}"
    return (
        json.dumps({name: state for name, state in found.items() if state != "ok"})
        if set(found.values()) != {"ok"}
        else ""
    )


def _etc(host: Host) -> Path:
    return host.directory / "etc/hagen-agent"
