"""What was seen becomes a verdict: held, not held, or not told; never a pass for what is not known."""

from dataclasses import replace
from pathlib import Path

import pytest

from hagen.bootstrap.drills.judgement import judge
from hagen.bootstrap.drills.report import Objective, ReportError, Verdict, dump, json_schema, keep, load
from hagen.bootstrap.drills.worker import DRILL as WORKER
from tests.bootstrap.drills.played import IDENTITY, ZERO, attempts, looks, play

CAME = {"HagenAgentDown": "pending"}


def objective(title: str, act: int = 0, **changes: object) -> Objective:
    report = judge(play(**changes), IDENTITY)  # type: ignore[arg-type]
    (found,) = [each for each in report.objectives if each.title == title and each.act == act]
    return found


def reasons(**changes: object) -> tuple[str, ...]:
    report = judge(play(**changes), IDENTITY)  # type: ignore[arg-type]
    assert (report.verdict is Verdict.FAILED) == bool(report.reasons)
    return report.reasons


def test_what_was_promised_was_held() -> None:
    report = judge(play(alerts=CAME), IDENTITY)
    assert (report.verdict, report.reasons) == (Verdict.PASSED, ())
    assert [act.at for act in report.acts] == [0.0, 5.0]
    assert report.steady.requests > 0
    assert report.address is not None
    assert (report.address.moves, report.address.held_by_many) == (1, 0)


def test_the_same_input_gives_the_same_report() -> None:
    assert dump(judge(play(), IDENTITY)) == dump(judge(play(), IDENTITY))


def test_a_gap_is_held_to_the_smaller_bound() -> None:
    gap = "API, new connections: longest time without service"
    held = objective(gap)
    assert (held.measured, held.bound, held.source) == (pytest.approx(0.25), 0.4, "the live settings")
    promised = objective(gap, bound=3.7)
    assert (promised.bound, promised.source) == (1.0, "promised by hagen")
    assert objective(gap, gap=(0.0, 1.2), bound=3.7).verdict is Verdict.FAILED
    assert objective(gap, gap=(0.0, 0.41)).verdict is Verdict.PASSED, "within the distance of two attempts"
    assert objective(gap, gap=(0.0, 0.43)).verdict is Verdict.FAILED


def test_requests_that_fail_now_and_then_for_too_long_are_no_service() -> None:
    settled = "API, new connections: until the last failed request"
    assert objective(settled, gap=(3.0, 3.01)).verdict is Verdict.PASSED
    assert objective(settled, gap=(4.2, 4.21)).verdict is Verdict.FAILED
    last = objective(settled, gap=(4.9, 30.0))
    assert (last.measured, last.verdict, last.note) == (None, Verdict.FAILED, "not served again while it was watched")


def test_an_alert_that_has_to_come_and_one_that_must_not() -> None:
    assert reasons(alerts={}) == ("the alert HagenAgentDown did not come",)
    assert reasons(alerts={**CAME, "HagenVIPSlow": "pending"}) == ()
    (unexpected,) = reasons(alerts={**CAME, "HagenEtcdQuorumLost": "firing"})
    assert unexpected.startswith("the alert HagenEtcdQuorumLost came")


def test_an_alert_that_was_there_before_is_of_something_else() -> None:
    """Many rules look back for minutes: after a lost quorum one is pending while the next drill goes on."""
    seen = [
        replace(
            look, alerts={**(look.alerts or {}), "HagenEtcdProposalsFailing": "pending" if look.at < ZERO else "firing"}
        )
        for look in looks(CAME)
    ]
    report = judge(play(alerts=CAME, looks=tuple(seen)), IDENTITY)
    assert report.alerts is not None
    (old,) = [alert for alert in report.alerts if alert.name == "HagenEtcdProposalsFailing"]
    assert (old.earlier, old.raised, old.allowed) == (True, True, True)
    assert report.reasons == ()
    late = tuple(replace(look, alerts=CAME) if look.at < ZERO else look for look in seen)
    (reason,) = judge(play(alerts=CAME, looks=late), IDENTITY).reasons
    assert reason.startswith("the alert HagenEtcdProposalsFailing came")


def test_without_prometheus_alerts_are_not_told_and_named_as_such() -> None:
    report = judge(play(), IDENTITY)
    assert report.alerts is None
    assert [text for text in report.not_measured if text.startswith("alerts:")]


def test_what_the_agents_had_to_say() -> None:
    title = "an agent says that vip_holder is unknown"
    assert objective(title).measured == pytest.approx(0.5)
    quiet = play()
    report = judge(play(looks=tuple(look for look in quiet.looks if not 100 < look.at < 106)), IDENTITY)
    assert f"{title}: no agent said so" in report.reasons


def test_requests_that_failed_before_anything_was_broken_are_no_steady_state() -> None:
    (reason,) = [each for each in reasons(gap=(-2.0, -1.9)) if "before" in each]
    assert reason == "20 requests failed before anything was broken"


def test_not_everything_as_before_is_a_failure() -> None:
    (reason,) = reasons(whole=None, troubles=("machine k8s-lb-1 is stopped",))
    assert reason == "not everything is as before: machine k8s-lb-1 is stopped"


def test_writes_are_counted_on_every_node() -> None:
    writes = frozenset(range(1, 11))
    present = {"k8s-worker-1": set(writes) | {11}, "k8s-worker-2": set(writes) - {3, 4}, "k8s-worker-3": None}
    report = judge(play(WORKER, acknowledged=writes, present=present), IDENTITY)
    assert report.writes is not None
    assert report.writes.missing == {"k8s-worker-1": 0, "k8s-worker-2": 2, "k8s-worker-3": None}
    assert report.writes.unacknowledged == {"k8s-worker-1": 1, "k8s-worker-2": 0, "k8s-worker-3": None}
    assert "2 acknowledged writes are missing on k8s-worker-2" in report.reasons
    assert "writes on k8s-worker-3: it could not be asked" in report.not_measured


def test_clients_that_were_never_there_are_no_pass() -> None:
    played = play()
    gone = {**played.recording.attempts, "web": attempts(until=-5)}
    recording = type(played.recording)(ZERO, 0.0, gone)
    report = judge(play(recording=recording), IDENTITY)
    assert report.verdict is Verdict.FAILED
    assert any(each.startswith("Pages, new connections") for each in report.reasons)


def test_a_report_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    report = judge(play(alerts=CAME), IDENTITY)
    path = keep(report, tmp_path / "run")
    assert load(path) == report
    assert [file.name for file in path.parent.iterdir()] == ["report.json"]
    assert json_schema()["type"] == "object"


@pytest.mark.parametrize(
    "change",
    [("hagen-drill/1", "hagen-drill/2"), ('"schema"', '"shape"'), ('"passed"', '"glorious"'), ('"acts"', '"deeds"')],
)
def test_another_shape_is_no_report(tmp_path: Path, change: tuple[str, str]) -> None:
    path = keep(judge(play(alerts=CAME), IDENTITY), tmp_path)
    path.write_text(path.read_text().replace(*change))
    with pytest.raises(ReportError, match="is no hagen-drill/1 report"):
        load(path)


def test_writes_that_nobody_can_look_for_are_no_pass() -> None:
    """Acknowledged, and perhaps lost."""
    writes = frozenset(range(10))
    nobody = judge(play(alerts=CAME, acknowledged=writes, present=None), IDENTITY)
    silent = judge(play(alerts=CAME, acknowledged=writes, present={"db:3306": None}), IDENTITY)
    whole = judge(play(alerts=CAME, acknowledged=writes, present={"db:3306": set(writes)}), IDENTITY)
    assert [report.verdict for report in (nobody, silent, whole)] == [Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.PASSED]
    assert "numbered writes: nobody could be asked what became of them" in nobody.reasons
    assert "writes on db:3306: it could not be asked" in silent.reasons
