"""Errors that a user can act on, and the exit code of each.

    HagenError            1   a sentence about what is wrong, and a remedy
    +-- UsageError        2   the command line itself is wrong (click's own usage errors end with 2 as well)

Anything else that is raised is a defect of hagen and ends with 70 and a report (see `boundary`).
"""


class HagenError(Exception):
    """An expected failure: shown as one message and one remedy, never as a traceback."""

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "", details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.details = details


class UsageError(HagenError):
    """The command was called in a way that cannot work, whatever the files say."""

    exit_code = 2
