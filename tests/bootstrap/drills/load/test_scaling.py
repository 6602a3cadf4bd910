"""What an autoscaler did, as agents saw it."""

from hagen.bootstrap.drills.load.scaling import Autoscaler, Pods, autoscaler, pods, reasons
from tests.bootstrap.drills.load.scaled import SERVER, metrics
from tests.bootstrap.drills.scenes import look

OTHER = metrics(2).replace('hpa="server"', 'hpa="other"')


def test_the_servers_or_the_only_one() -> None:
    assert autoscaler(look(0, extra=metrics(3))) == SERVER
    assert autoscaler(look(0, extra=OTHER)) == Autoscaler("apps", "other", 3, 9)
    assert autoscaler(look(0, extra=f"{metrics(3)}\n{OTHER}")) == SERVER
    third = OTHER.replace("other", "third")
    assert autoscaler(look(0, extra=f"{OTHER}\n{third}")) is None, "nobody can say which"
    assert autoscaler(look(0)) is None
    assert autoscaler(look(0, silent=("k8s-lb-1", "k8s-lb-2"))) is None


def test_changes_and_the_last_moment() -> None:
    seen = [
        look(1, extra=metrics(3)),
        look(2, extra=metrics(3)),
        look(3, extra=metrics(3, desired=5)),
        look(4, extra=metrics(5, ready=4)),
        look(5, silent=("k8s-lb-1",), extra=metrics(5, ready=4)),
        look(6, silent=("k8s-lb-1", "k8s-lb-2")),
    ]
    assert pods(seen, SERVER) == (
        Pods(1, 3, 3, 3), Pods(3, 3, 5, 3), Pods(4, 5, 5, 4), Pods(6, None, None, None),
    )  # fmt: skip
    assert pods(seen[:2], SERVER) == (Pods(1, 3, 3, 3), Pods(2, 3, 3, 3))


def test_reasons_when_they_came() -> None:
    seen = [look(at, extra=metrics(3, reason=reason)) for at, reason in enumerate(["A", "A", "B", "A"])]
    assert [(each.at, each.condition, each.reason) for each in reasons(seen, SERVER)] == [
        (0, "ScalingLimited", "A"), (2, "ScalingLimited", "B"), (3, "ScalingLimited", "A"),
    ]  # fmt: skip
