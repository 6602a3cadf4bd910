"""The two formats: what is read, and that nothing makes the readers fail."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hagen.agent.settings.haproxy import parse_haproxy, seconds
from hagen.agent.settings.keepalived import parse_keepalived

FIXTURES = Path(__file__).parent / "fixtures"


def test_keepalived_comments_quotes_and_nesting() -> None:
    file = parse_keepalived((FIXTURES / "commented.keepalived.conf").read_text())
    instance = file.instances["production"]
    assert (file.security, file.script_user, file.unread) == (True, "nobody", ("/etc/keepalived/conf.d/*.conf",))
    assert (instance.priority, instance.advert, instance.version) == (120, 0.25, 3)
    assert (instance.peers, instance.addresses) == (("10.196.35.12",), ("10.196.35.30",))
    assert (instance.refresh, instance.higher_sends, instance.undefined) == (10, False, ("nowhere",))
    script, process = instance.trackers
    assert (script.name, script.weight, script.interval, script.timeout, script.fall) == ("ask", -5, 2, 2, 3)
    assert (process.kind, process.weight) == ("process", 1), "keepalived's default weight of a process is 1"


def test_haproxy_quotes_defaults_and_server_options() -> None:
    file = parse_haproxy((FIXTURES / "quoted.haproxy.cfg").read_text())
    first, second, api = file.proxies
    assert file.sockets == ("/run/haproxy/admin.sock", "unix@/run/other place.sock")
    assert file.spread == 0.2
    a, b, c, d = first.servers
    assert (a.inter, a.fastinter, a.fall, a.check, a.shutdown_sessions) == (1, 0.1, 2, True, False)
    assert (b.name, b.inter, b.fastinter, b.fall, b.rise, b.verify) == ("b", 3, 3, 5, 4, "none")
    assert b.shutdown_sessions
    assert (c.track, c.check) == ("first/a", False)
    assert (d.address, d.port) == ("10.0.0.4", None)
    assert first.timeouts == {"connect": 0.3, "check": 2.0, "server": 60.0}
    assert first.options == {"redispatch", "httpchk"}
    assert (second.ports, second.timeouts["server"], second.options) == ((8000, 8001, 8002, 9000), 0.005, frozenset())
    assert [proxy.name for proxy in file.behind(6443)] == ["first", "second"]
    assert [proxy.name for proxy in file.behind(8001)] == ["second"]
    assert api.servers == ()


@pytest.mark.parametrize(
    ("text", "expected"), [("250ms", 0.25), ("3", 0.003), ("1h", 3600), ("soon", None), ("", None)]
)
def test_times(text: str, expected: float | None) -> None:
    assert seconds(text) == expected


def test_braces_that_do_not_match_are_forgiven() -> None:
    assert parse_keepalived("}\nvrrp_instance a {\n priority 7\n").instances["a"].priority == 7


def test_the_last_word_counts_and_nonsense_does_not() -> None:
    file = parse_keepalived("vrrp_instance a {\n priority 7\n priority 9\n advert_int soon\n}\n")
    assert (file.instances["a"].priority, file.instances["a"].advert) == (9, 1.0)


WORDS = st.sampled_from((FIXTURES / "keepalived-words.txt").read_text().split(" "))
LINES = st.sampled_from((FIXTURES / "haproxy-words.txt").read_text().split(" "))


@given(st.one_of(st.text(), st.lists(WORDS).map(" ".join)))
def test_no_text_makes_the_reader_of_keepalived_conf_fail(text: str) -> None:
    parse_keepalived(text)


@given(st.one_of(st.text(), st.lists(LINES).map(" ".join)))
def test_no_text_makes_the_reader_of_haproxy_cfg_fail(text: str) -> None:
    parse_haproxy(text)
