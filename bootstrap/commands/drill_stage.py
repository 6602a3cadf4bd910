"""Where `hagen drill` plays: who is asked, where clients knock, how users are made. Nothing is changed."""

import os
import shlex
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..agents.reach import Agent, Agents
from ..drills.alarms import Prometheus
from ..drills.clients import Places
from ..drills.cluster import ControlPlanes
from ..drills.drill import Drill
from ..drills.kept import folder_of, fresh
from ..drills.load.locust import Locust
from ..drills.stage import Stage
from ..drills.written import ThroughDatabase
from ..errors import BootstrapError, Problems
from ..machine import health_agent
from ..provider.contract import ProviderError
from ..site import Site
from .drill_options import Options, database_of

_CA: Final = "/etc/kubernetes/pki/ca.crt"


def stage_of(site: Site, drill: Drill, agents: Agents, options: Options, scratch: Path) -> Stage:
    """Of one drill. `scratch`: a folder for certificates."""
    folder = folder_of(site.repository, site.inventory.cluster)
    places = _places(site, options, scratch)
    return Stage(
        site=site,
        agents=agents,
        places=places,
        folder=fresh(folder, drill.name),
        ledger=folder.parent,
        alarms=Prometheus(options.prometheus) if options.prometheus else None,
        cluster=ControlPlanes(site.provider, [machine.name for machine in site.machines("control-plane")]),
        records=ThroughDatabase(places.database) if places.database else None,
        steady=options.steady,
        load=load_of(site, options),
    )


def load_of(site: Site, options: Options) -> Locust:
    """Locust with the rendered load test."""
    return Locust(options.locust, site.repository, site.inventory.cluster, tuple(shlex.split(options.load)))


def can_load(site: Site, drills: Sequence[Drill], options: Options) -> None:
    """Problems when one of the drills needs users and there can be none: known before the first one begins."""
    wanted = any(drill.load for drill in drills)
    if wanted and (problems := list(load_of(site, options).problems())):
        raise Problems(problems)


def agents_of(site: Site, scratch: Path) -> tuple[Agent, ...]:
    """Where the agents of a cluster are asked; `scratch`: a folder for their CA, where they serve with TLS."""
    wanted = site.inventory.agent
    authority = _agents_authority(site, scratch) if wanted.authority else None
    scheme = "https" if wanted.authority else "http"
    user = os.environ.get("HAGEN_AGENT_USER", "")
    login = (user, os.environ.get("HAGEN_AGENT_PASSWORD", "")) if user else None
    return tuple(
        Agent(machine.name, f"{scheme}://{machine.address}:{wanted.port}/metrics", authority, login)
        for machine in site.machines("load-balancer")
    )


def _agents_authority(site: Site, scratch: Path) -> Path | None:
    """Of the first load balancer that has it. None when none does: then no agent is believed."""
    for machine in site.machines("load-balancer"):
        with suppress(ProviderError):
            file = scratch / "agents-ca.crt"
            file.write_bytes(site.provider.pull(machine.name, health_agent.AUTHORITY))
            return file
    return None


def _places(site: Site, options: Options, scratch: Path) -> Places:
    authority = scratch / "ca.crt"
    authority.write_bytes(_authority(site))
    inventory = site.inventory
    return Places(
        api=inventory.kubernetes.endpoint,
        web=f"http://{inventory.network.virtual_ip}/",
        host=inventory.web.host,
        authority=authority,
        database=database_of(options.database, options.database_user),
    )


def _authority(site: Site) -> bytes:
    """The cluster's CA, from a control plane that answers. ProviderError when the provider does not."""
    site.provider.machines()
    why = "there is none"
    for machine in site.machines("control-plane"):
        try:
            return site.provider.pull(machine.name, _CA)
        except ProviderError as error:
            why = f"{error.place}: {error.cause}"
    raise BootstrapError("cluster", f"no control plane has {_CA}: {why}", "Bring the cluster up first.")
