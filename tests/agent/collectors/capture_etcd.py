"""Write down what a real etcd of one version answers: `python -m tests.agent.collectors.capture_etcd ETCD ETCDCTL`.

Of each state one file below tests/agent/captured/etcd, by path: status and text; nothing where there was no answer
within the agent's patience.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from hagen.agent.collectors.etcd import QUESTIONS
from tests.agent.collectors.members import Members

FOLDER = Path(__file__).resolve().parents[1] / "captured/etcd"
# So long that what is asked after the leader's death is asked before there is another one.
_SLOW = ("--heartbeat-interval=500", "--election-timeout=20000", "--initial-election-tick-advance=true")

_PATIENCE = 2.5  # seconds

Answer = tuple[int, list[str]]
Answers = dict[str, Answer | None]


def ask(url: str) -> Answers:
    """All three questions. Of the metrics etcd's own, without the histograms' buckets: a few hundred lines of 1,500."""
    return {path: _ask(url + path) for path in QUESTIONS}


def _ask(url: str) -> Answer | None:
    try:
        with urlopen(url, timeout=_PATIENCE) as response:  # noqa: S310 - of a member that this program started
            status, lines = response.status, response.read().decode().splitlines()
    except HTTPError as error:
        status, lines = error.code, error.read().decode().splitlines()
    except TimeoutError:
        return None
    if url.endswith("/metrics"):
        lines = [line for line in lines if line.startswith("etcd_") and "_bucket{" not in line]
    return status, lines


def _value(answers: Answers, series: str) -> str:
    _, lines = answers["/metrics"] or (0, [])
    return next((line.split(" ")[1] for line in lines if line.startswith(f"{series} ")), "")


def _until(url: str, good: Callable[[Answers], bool], seconds: float = 60) -> Answers:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if good(answers := ask(url)):
                return answers
        except OSError:
            pass  # not there yet
        time.sleep(0.2)
    raise TimeoutError(url)


def _healthy(answers: Answers) -> bool:
    return (
        all(answer and answer[0] == 200 for answer in answers.values())
        and _value(answers, "etcd_server_has_leader") == "1"
    )


def _full(directory: Path, etcd: str, etcdctl: str) -> dict[str, Answers]:
    group = Members(directory, 1, "--quota-backend-bytes=100000", program=etcd)
    try:
        _until(group.urls[0], _healthy)
        put = [etcdctl, f"--endpoints=http://127.0.0.1:{group.ports[0][0]}", "put", "key", "x" * 90000]
        for _ in range(4):
            subprocess.run(put, env=os.environ | {"ETCDCTL_API": "3"}, capture_output=True, check=False)
        return {"no-space": _until(group.urls[0], lambda answers: (answers[QUESTIONS[0]] or (200,))[0] != 200)}
    finally:
        group.end()


def _three(directory: Path, etcd: str) -> dict[str, Answers]:
    group = Members(directory, 3, *_SLOW, program=etcd)
    try:
        found = [_until(url, _healthy) for url in group.urls]
        leader = next(number for number, one in enumerate(found) if _value(one, "etcd_server_is_leader") == "1")
        one, other = (number for number in range(3) if number != leader)
        states = {"leads": ask(group.urls[leader]), "follows": ask(group.urls[one])}
        group.signal(leader, signal.SIGKILL)
        time.sleep(1)
        states["leader-just-lost"] = ask(group.urls[one])
        group.signal(other, signal.SIGKILL)
        states["no-quorum"] = _until(
            group.urls[one], lambda answers: _value(answers, "etcd_server_has_leader") == "0", 120
        )
        return states
    finally:
        group.end()


def main(etcd: str, etcdctl: str) -> None:
    """Every state of this version."""
    said = subprocess.run([etcd, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"etcd Version: (\S+)", said)
    if version is None:
        raise SystemExit(f"{etcd} is no etcd")
    with tempfile.TemporaryDirectory() as alone, tempfile.TemporaryDirectory() as together:
        states = _full(Path(alone), etcd, etcdctl) | _three(Path(together), etcd)
    FOLDER.mkdir(exist_ok=True)
    for state, answers in states.items():
        (FOLDER / f"{version[1]}-{state}.json").write_text(json.dumps(answers, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
