"""agent: the health agent on each load balancer, with a token of its own and the password that the operator made."""

import base64
from typing import Final

from ..agent_authority import authority
from ..agent_certificates import Pair, issue, now, serves
from ..cluster import kubectl
from ..errors import BootstrapError
from ..inventory import Machine
from ..machine import balancer
from ..machine import health_agent as agent
from ..machine.kubectl import Kubectl
from ..machine.remote import Remote
from ..run import Run
from .step import Step

_LATER: Final = "the next run brings it"


def act(run: Run) -> None:
    """What Argo CD has not synced yet is a note: without it the agent runs, and says what it does not know."""
    api = kubectl(run)
    cluster_ca = run.on(api.host.name).read("/etc/kubernetes/pki/ca.crt")
    signer = authority(run, api)
    account = _account(run, api)
    password = _password(run, api)
    script = run.site.file(run.site.inventory.agent.installer)

    def one(machine: Machine) -> None:
        remote = run.on(machine)
        installed = _installed(run, remote, script)
        brought = [agent.give(remote, agent.CA, cluster_ca)]
        if account and not agent.has_token(remote):
            token = run.secrets.learn(_token(run, api))
            brought.append(agent.give(remote, agent.TOKEN, token.encode()))
        if password:
            brought.append(agent.give(remote, agent.PASSWORD, password))
        if signer is not None:
            brought.append(_certified(run, remote, machine, signer))
        if any(brought):
            run.changed(machine.name, "credentials of the health agent installed")
        _started(remote, again=installed or any(brought))

    run.each(run.site.machines("load-balancer"), one)


def _certified(run: Run, remote: Remote, machine: Machine, signer: Pair) -> bool:
    """Whether it had to be. The key goes first: the agent reads both when the certificate changes."""
    changed = agent.give(remote, agent.AUTHORITY, signer.certificate)
    if remote.has(agent.KEY) and remote.has(agent.CERTIFICATE):
        there = Pair(remote.read(agent.CERTIFICATE), remote.read(agent.KEY))
        if serves(there, signer.certificate, machine.name, machine.address, now()):
            return changed
    pair = issue(signer, machine.name, machine.address, now())
    run.secrets.learn(pair.key.decode())
    agent.give(remote, agent.KEY, pair.key)
    agent.give(remote, agent.CERTIFICATE, pair.certificate)
    return True


def _installed(run: Run, machine: Remote, script: bytes) -> bool:
    """Whether it had to be."""
    if agent.installed(machine, run.version):
        return False
    agent.install(machine, script, run.version, run.agent_wheels)
    run.changed(machine.name, f"health agent {run.version} installed")
    return True


def _started(machine: Remote, *, again: bool) -> None:
    """BootstrapError when a unit does not run."""
    for unit in agent.UNITS:
        if not again and balancer.active(machine, unit):
            continue
        machine.run("systemctl", "enable", unit)
        machine.run("systemctl", "restart", unit)
        if not balancer.active(machine, unit):
            raise BootstrapError(machine.name, f"{unit} does not run", f"journalctl -u {unit} there says why.")


def _account(run: Run, api: Kubectl) -> bool:
    wanted = run.site.inventory.agent
    if api.get("serviceaccount", wanted.service_account, f"--namespace={wanted.namespace}") is not None:
        return True
    run.note("", f"Argo CD has not made ServiceAccount {wanted.namespace}/{wanted.service_account} yet: {_LATER}")
    return False


def _password(run: Run, api: Kubectl) -> bytes:
    wanted = run.site.inventory.agent
    found = api.get("secret", wanted.database_secret, f"--namespace={wanted.database_namespace}", quiet=True)
    value = ((found or {}).get("data") or {}).get(wanted.database_user, "")
    if not value:
        run.note("", f"the database's operator has not made the password of {wanted.database_user} yet: {_LATER}")
    password = base64.b64decode(value)
    run.secrets.learn(password.decode(errors="replace"))
    return password


def _token(run: Run, api: Kubectl) -> str:
    wanted = run.site.inventory.agent
    outcome = api.ask(
        *("create", "token", wanted.service_account, f"--namespace={wanted.namespace}", f"--duration={agent.SECONDS}s"),
        quiet=True,
    )
    if outcome.code:
        said = outcome.stderr.decode(errors="replace").strip()
        raise BootstrapError("kubectl", f"no token for {wanted.service_account}", "", said)
    return outcome.stdout.decode().strip()


STEP = Step("agent", "Install the health agent", act)
