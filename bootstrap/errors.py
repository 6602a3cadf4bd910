"""What a run of bootstrap can fail with, said the same way everywhere."""

from collections.abc import Sequence


class BootstrapError(Exception):
    """Something that the user has to know. `place`: machine or file; `cause`: a sentence without its full stop.

    `remedy`: whole sentences; `output`: the last lines that a command printed, without secrets.
    """

    def __init__(self, place: str, cause: str, remedy: str = "", output: str = "") -> None:
        super().__init__(f"{place}: {cause}" + (f". {remedy}" if remedy else ""))
        self.place, self.cause, self.remedy, self.output = place, cause, remedy, output


class Problems(Exception):  # noqa: N818 - several at once
    """All that is wrong at once; never empty."""

    def __init__(self, problems: Sequence[BootstrapError]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)


class Interrupted(BootstrapError):  # noqa: N818
    """Somebody asked the run to stop: nothing new is begun."""

    def __init__(self, place: str) -> None:
        super().__init__(place, "the run was interrupted", "Run it again: it goes on where it was.")


def problems_of(error: Exception) -> tuple[BootstrapError, ...]:
    """What was raised, as problems; of whatever has a place, a cause and a remedy."""
    if isinstance(error, Problems):
        return error.problems
    if isinstance(error, BootstrapError):
        return (error,)
    place, cause, remedy = (str(getattr(error, name, "")) for name in ("place", "cause", "remedy"))
    return (BootstrapError(place, cause or str(error), remedy),)
