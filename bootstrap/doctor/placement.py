"""placement: storage pools, profiles and hosts that are asked for by name are there."""

from collections.abc import Iterator

from ..errors import BootstrapError
from ..steps.preflight import places
from .check import Check, Finding, error, ok
from .sight import Sight


def look(sight: Sight) -> Iterator[Finding]:
    """The same judgement as preflight's; kinds of machines have a check of their own. Rendered files are read, too."""
    wanted = []
    for machine in sight.inventory.machines:
        try:
            wanted.append(sight.run.site.wanted(machine))
        except BootstrapError as problem:
            yield error(problem.place, problem.cause, problem.remedy)
    wrong = [each for each in places(wanted, sight.offer()) if not each.place.startswith("machine ")]
    for each in wrong:
        yield error(each.place, each.cause, each.remedy)
    if not wrong:
        yield ok("machines", "every pool, profile and host that is named is there")


CHECK = Check("placement", "Pools, profiles and hosts", look)
