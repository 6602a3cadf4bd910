"""Options of the load test: the rendered file has them all right, and what is wrong is said at once."""

from argparse import ArgumentParser, Namespace

import pytest
from options import add_options, plan_of, problems_of

RIGHT = ("--host=http://server.local", "--client=http://client.local", "--address=10.0.0.1")


def read(*arguments: str) -> Namespace:
    parser = ArgumentParser()
    parser.add_argument("--host")
    add_options(parser)
    return parser.parse_args(arguments)


def test_the_defaults_are_the_reference_experiment() -> None:
    assert [(step.users, step.end) for step in plan_of(read(*RIGHT))] == [(1, 120), (9, 420), (21, 780), (1, 1380)]
    assert not problems_of(read(*RIGHT))


def test_the_client_may_be_left_out() -> None:
    assert not problems_of(read("--host=https://server.local"))


def test_seconds_go_before_the_pace() -> None:
    assert [step.end for step in plan_of(read("--step-seconds=1,2,3,4", "--pace=quick"))] == [1, 3, 6, 10]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--host: the URL is missing"),
        (("--host=server.local",), "--host: the URL is missing or none"),
        ((*RIGHT, "--client=client.local"), "--client: the URL is missing or none"),
        ((*RIGHT, "--host=https://server.local"), "--address goes with http only, --host is https"),
        ((*RIGHT, "--minimum-pods=0"), "pods from 0 to 9"),
        ((*RIGHT, "--minimum-pods=4", "--maximum-pods=3"), "pods from 4 to 3"),
        ((*RIGHT, "--users-per-pod=0"), "0 users per pod"),
        ((*RIGHT, "--step-seconds=1,2,3"), "four numbers"),
        ((*RIGHT, "--step-seconds=soon"), "--step-seconds soon: write four numbers"),
        ((*RIGHT, "--stress-cpu=2"), "--stress-cpu 2: a share of one CPU"),
        ((*RIGHT, "--stress-cpu=nan"), "--stress-cpu nan"),
    ],
)
def test_what_cannot_be_meant_is_said(arguments: tuple[str, ...], said: str) -> None:
    (problem,) = problems_of(read(*arguments))
    assert said in problem


def test_all_problems_are_said_at_once() -> None:
    assert len(problems_of(read("--stress-cpu=0", "--minimum-pods=0"))) == 3
