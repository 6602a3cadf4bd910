"""What can go wrong, by what it means to the caller."""


class KubernetesError(Exception):
    """No usable answer."""


class UnreachableError(KubernetesError):
    """No API server gave an answer in time, or none that can be understood. Nothing is known of the object."""


class RefusedError(KubernetesError):
    """An API server understood the request and said no."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{status} {reason}: {message}" if reason else f"{status}: {message}")
        self.status = status
        self.reason = reason


class MissingError(RefusedError):
    """The API knows this kind of object, and has none of this name."""


class ExpiredError(RefusedError):
    """410: a list took so long that its next page is gone. It has to be started anew."""


class CredentialsError(KubernetesError):
    """The files with the agent's own credentials cannot be used."""
