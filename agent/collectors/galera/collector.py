"""Ask every pod of the database at the same time, and Kubernetes about the whole."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from ...config import Galera
from ...kubernetes.client import Client, path_of
from ...kubernetes.deadline import Deadline
from ...kubernetes.errors import KubernetesError
from ...kubernetes.fields import text
from ...kubernetes.portforward import End
from ...snapshot import GaleraNode, GaleraReading
from ..collector import CollectorError
from . import resource
from .sql import Account, AnswerError, wsrep_status
from .status import parse_status

_PORT = 3306
_OWN_SHARE = 0.9  # of the deadline, so that a slow run ends by itself
_PARALLEL = 8


class GaleraCollector:
    """Of the time, a third at most goes into finding the pods, and half of the rest into the way to each of them."""

    name = "galera"

    def __init__(self, config: Galera, client: Client, *, interval: float = 15.0, deadline: float = 9.0) -> None:
        self.interval = interval
        self.deadline = deadline
        self._config = config
        self._client = client

    def collect(self) -> GaleraReading:
        """CollectorError when no pod could be asked."""
        deadline = Deadline.after(_OWN_SHARE * self.deadline)
        account = self._account()
        try:
            pods = self._pods(deadline.share(3))
        except KubernetesError as error:
            raise CollectorError(f"the pods of {self._config.name}: {error}") from error
        with ThreadPoolExecutor(min(_PARALLEL, len(pods) + 1), thread_name_prefix="galera") as executor:
            asked = {pod: executor.submit(self._ask, pod, account, deadline) for pod in pods}
            context = self._context(deadline)
            answers = {pod: future.result() for pod, future in asked.items()}
        nodes = {pod: answer for pod, answer in answers.items() if isinstance(answer, GaleraNode)}
        unasked = {pod: answer for pod, answer in answers.items() if isinstance(answer, str)}
        if unasked and not nodes:
            raise CollectorError("; ".join(f"{pod}: {problem}" for pod, problem in unasked.items()))
        found, lease = context
        return GaleraReading(
            nodes, unasked, resource.state_of(found), resource.ready_of(found), resource.renewed(lease)
        )

    def _account(self) -> Account:
        try:
            password = Path(self._config.password_file).read_text(encoding="utf-8").rstrip("\n")
        except (OSError, ValueError) as error:
            raise CollectorError(f"{self._config.password_file}: {error}") from error
        return Account(self._config.user, password)

    def _pods(self, deadline: Deadline) -> list[str]:
        """By label, ready or not: a Service leaves out exactly those that matter."""
        labels = f"app.kubernetes.io/component=pxc,app.kubernetes.io/instance={self._config.name}"
        path = path_of("api", "v1", "namespaces", self._config.namespace, "pods")
        with self._client.session(deadline) as session:
            pods = session.items(path, {"labelSelector": labels})
        return sorted(name for pod in pods if (name := text(pod, "metadata", "name")))

    def _ask(self, pod: str, account: Account, deadline: Deadline) -> GaleraNode | str:
        """The node, or why it could not be asked."""
        opening = deadline.share(2)
        try:
            tunnel = self._client.forward(self._config.namespace, pod, _PORT, opening=opening, deadline=deadline)
        except KubernetesError as error:
            return str(error)
        with closing(tunnel):
            try:
                return parse_status(wsrep_status(tunnel, account))
            except AnswerError as error:
                if error.answered:
                    return GaleraNode(up=True, problem=str(error))
                # A tunnel that broke on the way says nothing about the pod at its end.
                problem = tunnel.problem or str(error)
                return problem if tunnel.end is End.BROKEN else GaleraNode(up=False, problem=problem)

    def _context(self, deadline: Deadline) -> tuple[object, object]:
        """The custom resource and the operator's Lease; None for what could not be had."""
        config = self._config
        paths = [
            path_of(
                "apis", "pxc.percona.com", "v1", "namespaces", config.namespace, "perconaxtradbclusters", config.name
            )
        ]
        if config.operator is not None:
            lease = config.operator
            paths.append(
                path_of("apis", "coordination.k8s.io", "v1", "namespaces", lease.namespace, "leases", lease.lease)
            )
        found: list[object] = [None, None]
        for number, path in enumerate(paths):
            try:
                with self._client.session(deadline) as session:
                    found[number] = session.get(path)
            except KubernetesError:
                continue
        return found[0], found[1]
