"""Breaks, and puts right again whatever happens in between: an error, Ctrl-C, the end of this process."""

import time
from collections.abc import Callable
from typing import Final

from ..errors import BootstrapError, Problems
from ..provider.contract import Provider
from .deeds import do, undoing, undone
from .drill import UNDONE_BY, Order
from .ledger import Ledger

_TRIES: Final = 5
_PAUSE: Final = 2.0


class Breakage:
    """Everything that is broken now. `say`: is told of what is put right."""

    def __init__(self, provider: Provider, ledger: Ledger, say: Callable[[str], None] = lambda _: None) -> None:
        self._provider, self._ledger, self._say = provider, ledger, say

    def carry_out(self, order: Order) -> float:
        """Do it. What breaks is written down first, what repairs is struck out after. Gives the monotonic second."""
        if order.breaks:
            self._ledger.write((*self._ledger.open(), order))
        began = time.monotonic()
        do(self._provider, order)
        if not order.breaks:
            self._ledger.write(tuple(each for each in self._ledger.open() if not _repairs(order, each)))
        return began

    def heal(self) -> tuple[Order, ...]:
        """Put everything right, the last one first. Gives what was; Problems when something is still broken."""
        broken = self._ledger.open()
        problems = []
        for order in reversed(broken):
            try:
                self._undo(order)
            except BootstrapError as error:
                problems.append(error)
            else:
                self._ledger.write(tuple(each for each in self._ledger.open() if each != order))
        if problems:
            raise Problems(problems)
        return broken

    def _undo(self, order: Order) -> None:
        """Also when it was only about to be done: every repair is content with a machine that is well."""
        repair = undoing(order)
        self._say(f"{repair.deed} {repair.machine}")
        for last in [False] * (_TRIES - 1) + [True]:
            try:
                do(self._provider, repair)
                if undone(self._provider, order):
                    return
            except BootstrapError:
                if last:
                    raise
            time.sleep(_PAUSE)
        raise BootstrapError(order.machine, f"it is still not as it was before {order.deed}", "Look at the machine.")


def _repairs(repair: Order, order: Order) -> bool:
    return order.machine == repair.machine and UNDONE_BY[order.deed] is repair.deed
