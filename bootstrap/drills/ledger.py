"""What is broken on purpose right now, on disk before it is done: whoever comes after a killed drill puts it right."""

import json
import os
from pathlib import Path
from typing import Final

from ..errors import BootstrapError
from .drill import Deed, Order

FILE: Final = "drill-in-progress.json"


class Ledger:
    """A file that is there only while something is broken."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def open(self) -> tuple[Order, ...]:
        """What is to be undone, in the order in which it was done. BootstrapError when the file says nothing clear."""
        try:
            rows = json.loads(self.path.read_bytes())
            if not isinstance(rows, list):
                raise TypeError("it is no list")  # noqa: TRY301
            return tuple(_order(row) for row in rows)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise BootstrapError(
                str(self.path),
                f"it cannot be read: {error}",
                "It says what a drill left broken. Look at the machines, then remove it.",
            ) from error

    def write(self, orders: tuple[Order, ...]) -> None:
        """All of it, or nothing; on the disk when this returns. Without orders the file goes."""
        if not orders:
            self.path.unlink(missing_ok=True)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(f".{FILE}.{os.getpid()}")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump([_row(order) for order in orders], file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)


def _row(order: Order) -> dict[str, object]:
    return {"deed": order.deed, "machine": order.machine, "against": list(order.against), "why": order.why}


def _order(row: dict[str, object]) -> Order:
    against = row["against"]
    if not isinstance(against, list):
        raise TypeError("against is no list")
    return Order(Deed(str(row["deed"])), str(row["machine"]), str(row["why"]), against=tuple(map(str, against)))
