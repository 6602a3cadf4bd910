"""Each API server asked by itself, and whoever answers at the virtual IP: /readyz, all at the same time.

/readyz is 200 when the server may be sent requests, and 500 while one of its own checks fails, a linearizable read of
etcd among them (Kubernetes API health endpoints). What it says in its body is for people.
"""

from functools import partial

from ..config import ApiServers
from ..kubernetes.credentials import Credentials, Login
from ..kubernetes.deadline import Deadline
from ..kubernetes.errors import CredentialsError
from ..snapshot import ApiServerReading
from .collector import CollectorError
from .http import AskedInVainError, NoAnswerError, Target, get, target_of
from .together import together

ENDPOINT = "endpoint"
_OWN_SHARE = 0.9  # of the deadline, so that a slow run ends by itself
_LARGEST = 2**16
_READY, _BROKEN = 200, 500


class ApiServerCollector:
    """One connection to each for each run: what is asked is whether a new one gets an answer."""

    name = "apiserver"

    def __init__(
        self, config: ApiServers, credentials: Credentials, *, interval: float = 5.0, deadline: float = 3.0
    ) -> None:
        """ValueError for a URL that is not https://<address>."""
        self.interval = interval
        self.deadline = deadline
        self._credentials = credentials
        self._members = {member.name: target_of(member.url, "/readyz") for member in config.members}
        self._endpoint = target_of(config.endpoint, "/readyz")

    def collect(self) -> ApiServerReading:
        """CollectorError when nobody answered."""
        try:
            login = self._credentials.login()
        except CredentialsError as error:
            raise CollectorError(str(error)) from error
        deadline = Deadline.after(_OWN_SHARE * self.deadline)
        asked = {(ENDPOINT, True): self._endpoint, **{(name, False): at for name, at in self._members.items()}}
        questions = {key: partial(_ask, target, login, deadline) for key, target in asked.items()}
        answers = together(self.name, questions)
        problems = {name: problem for (name, _), (_, problem) in answers.items() if problem}
        if all(ready is None for ready, _ in answers.values()):
            raise CollectorError("; ".join(f"{name}: {problem}" for name, problem in problems.items()))
        ready = {name: ready for (name, shared), (ready, _) in answers.items() if not shared}
        return ApiServerReading(ready, answers[ENDPOINT, True][0], problems)


def _ask(target: Target, login: Login, deadline: Deadline) -> tuple[bool | None, str]:
    """Ready or not, and what the problem is."""
    secured = Target(target.host, target.port, target.path, login.context, login.name, login.headers)
    try:
        status, _ = get(secured, deadline, _LARGEST)
    except (AskedInVainError, NoAnswerError) as error:
        return None, f"{target.authority}: {error}"
    if status == _READY:
        return True, ""
    problem = f"{target.authority}: answers {status}"
    return (False if status >= _BROKEN else None), problem
