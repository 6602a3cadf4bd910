"""network: the machines' bridge, where there is none of its name."""

from ..errors import BootstrapError
from ..provider.contract import Network, ProviderError
from ..run import Run
from .step import Step


def act(run: Run) -> None:
    """Make the bridge. One that is there is taken as it is."""
    plan, bridge = run.site.inventory.network, run.site.inventory.provider.bridge
    wanted = Network(bridge, f"{plan.gateway}/{plan.cidr.prefixlen}", plan.dhcp_range, plan.mtu)
    try:
        if run.site.provider.ensure_network(wanted):
            run.changed("", f"network {bridge} made")
    except ProviderError as error:
        raise BootstrapError(error.place, error.cause, error.remedy) from error


STEP = Step("network", "Make the network", act)
