"""/readyz of every API server and of the virtual IP."""

import time
from collections.abc import Callable

import pytest

from hagen.agent.collectors.apiserver import ApiServerCollector
from hagen.agent.collectors.collector import CollectorError
from hagen.agent.config import ApiServer as Member
from hagen.agent.config import ApiServers
from hagen.agent.kubernetes.credentials import TokenFiles
from tests.agent.kubernetes.apiserver import BROKEN, FORBIDDEN, UNAUTHORIZED, ApiServer
from tests.agent.kubernetes.fixtures import SICK_BELOW_HTTP, TOKEN, Hall
from tests.agent.sick import QUICK_TLS, SICK_HTTP, assert_nothing_leaks


def ready(answer: tuple[int, object] = (200, b"ok")) -> ApiServer:
    return ApiServer({"/readyz": answer})


def collector(hall: Hall, endpoint: str, *members: str, deadline: float = 3.0) -> ApiServerCollector:
    named = tuple(Member(name=f"master-{number}", url=url) for number, url in enumerate(members, 1))
    credentials = TokenFiles(hall.token, hall.authority.path)
    return ApiServerCollector(ApiServers(endpoint=endpoint, members=named), credentials, deadline=deadline)


def test_each_for_itself(hall: Hall) -> None:
    good, broken = ready(), ready((500, b"[-]etcd failed: reason withheld"))
    url, bad = hall.serve(good).url, hall.serve(broken).url
    reading = collector(hall, url, url, bad, hall.sick("refused", good)).collect()
    assert reading.ready == {"master-1": True, "master-2": False, "master-3": None}
    assert reading.endpoint is True
    assert reading.problems.keys() == {"master-2", "master-3"}
    assert "500" in reading.problems["master-2"]
    assert good.requests[0][2]["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [((200, b"ok"), True), ((500, BROKEN), False), ((503, b""), False), ((401, UNAUTHORIZED), None),
     ((403, FORBIDDEN), None), ((404, b""), None), ((429, b""), None), ((302, b""), None)],
)  # fmt: skip
def test_what_an_answer_means(hall: Hall, answer: tuple[int, object], expected: bool | None) -> None:
    reading = collector(hall, hall.serve(ready(answer)).url, hall.serve(ready()).url).collect()
    assert reading.endpoint is expected


@pytest.mark.parametrize("name", SICK_BELOW_HTTP)
def test_a_sick_one_is_unknown_and_keeps_nobody_waiting(hall: Hall, name: str) -> None:
    started = time.monotonic()
    reading = collector(hall, hall.sick(name, ready()), hall.serve(ready()).url, deadline=0.6).collect()
    assert time.monotonic() - started < 1.0
    assert (reading.endpoint, reading.ready) == (None, {"master-1": True})
    assert reading.problems["endpoint"]


@pytest.mark.parametrize("name", SICK_HTTP)
def test_sick_above_tls(hall: Hall, name: str) -> None:
    sick = hall.serve(SICK_HTTP[name]).url
    started = time.monotonic()
    reading = collector(hall, sick, hall.serve(ready()).url, deadline=0.6).collect()
    assert time.monotonic() - started < 1.0
    assert (reading.endpoint, reading.ready) == (None, {"master-1": True})


def test_when_nobody_answers_nothing_is_known(hall: Hall) -> None:
    sick = hall.sick("refused", ready())
    with pytest.raises(CollectorError, match=r"endpoint: .*; master-1: "):
        collector(hall, sick, sick).collect()


def test_without_a_token_nobody_is_asked(hall: Hall) -> None:
    asked = hall.serve(ready())
    hall.token.unlink()
    with pytest.raises(CollectorError, match="token"):
        collector(hall, asked.url, asked.url).collect()
    assert asked.connections == 0


def test_a_member_may_have_any_name(hall: Hall) -> None:
    config = ApiServers(
        endpoint=hall.serve(ready((500, b""))).url, members=(Member(name="endpoint", url=hall.serve(ready()).url),)
    )
    reading = ApiServerCollector(config, TokenFiles(hall.token, hall.authority.path)).collect()
    assert (reading.endpoint, reading.ready) == (False, {"endpoint": True})


@pytest.mark.parametrize("name", QUICK_TLS)
def test_nothing_leaks(hall: Hall, name: str, held: Callable[[], int]) -> None:
    sick = hall.sick(name, ready())
    made = collector(hall, sick, sick, deadline=2)

    def once() -> None:
        with pytest.raises(CollectorError):
            made.collect()

    assert_nothing_leaks(once, held)
