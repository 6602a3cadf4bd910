"""api: the API server answers through the virtual IP."""

from collections.abc import Iterator

from ..errors import BootstrapError
from ..inventory import Machine
from ..machine.kubectl import ADMIN, Kubectl
from .check import Check, Finding, error, ok, unknown, warning
from .sight import Sight


def look(sight: Sight) -> Iterator[Finding]:
    """Asked from each control plane that has an administrator's file: its address is the virtual IP."""

    def ready(machine: Machine) -> bool | None:
        remote = sight.on(machine)
        return Kubectl([remote]).ready() if remote.has(ADMIN) else None

    found = sight.each(sight.running("control-plane"), ready)
    endpoint = sight.inventory.kubernetes.endpoint
    for name, each in found.items():
        if isinstance(each, BootstrapError):
            yield unknown(name, each.cause, each.remedy)
    answers = {name: each for name, each in found.items() if isinstance(each, bool)}
    silent = [name for name, each in answers.items() if not each]
    if answers and len(silent) == len(answers):
        yield error(
            endpoint,
            "the API server does not answer there",
            "Look at the checks holder and units first, then on a control plane at `crictl ps` and the kubelet's log.",
        )
    elif silent:
        yield warning(
            endpoint, f"{', '.join(silent)} gets no answer there", "Look at the way from there to the address."
        )
    elif answers:
        yield ok(endpoint, f"the API server answers {len(answers)} control planes")


CHECK = Check("api", "API through the virtual IP", look)
