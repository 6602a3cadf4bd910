"""replacements: a machine that only a new one can satisfy is taken out; the steps behind make it anew.

One in each pass, so that never two machines are missing: the pass is repeated until none is left.
"""

from ..cluster import founded
from ..errors import BootstrapError
from ..plan import made_otherwise
from ..run import Run
from .removals import take_out
from .step import Step


def act(run: Run) -> None:
    """Take out the first that is due; load balancers first, then control planes, then workers."""
    there = run.site.provider.machines()
    run.replace &= set(there)  # who is missing is made in any case, once
    due = [
        machine
        for machine in run.site.inventory.machines
        if machine.name in there
        and (machine.name in run.replace or made_otherwise(run.site.wanted(machine), there[machine.name]))
    ]
    run.again = len(due) > 1
    if not due:
        return
    first = due[0]
    if first.role == "control-plane" and not founded(run) and len(run.site.machines("control-plane")) > 1:
        raise BootstrapError(
            first.name, "no control plane answers, so nobody knows whether etcd's quorum would hold", "Repair it first."
        )
    run.alone(first.name, lambda: take_out(run, there[first.name]))
    run.replace.discard(first.name)


STEP = Step("replacements", "Take out what is made anew", act)
