"""Whatever a file holds, `check` judges it: nothing is raised, every place lies in the file, every code is known."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hagen.generator.check import check
from hagen.generator.codes import CODES
from hagen.generator.load import parse
from hagen.generator.sections import keys, section_at

FIXTURES = sorted((Path(__file__).resolve().parents[1] / "fixtures").rglob("*.yaml"))
QUICK = settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
HEAD = b"apiVersion: hagen.dev/v1alpha1\nkind: Cluster\n"
LINE_END = re.compile("\r\n|[\r\n]")

ODD: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 10**40, -(10**40), float("inf"), float("nan"), "", " ", "\n", "\x00", "a\nb"),
    *("10.0.0.0/0", "0.0.0.0/0", "255.255.255.255/32", "10.0.0.1/24", "10.0.0.0/33", "::/0", "0.0.0.0", "::1", "1.2.3"),
    *("100ms", "0ms", "1e9s", "9" * 400 + "h", "1.36", "1.36.2", "v1.99999.1", "4GiB", "0KiB", "9" * 400 + "GiB"),
    *("* * * * *", "@daily", "https://a", "git@a:b", "ssh-rsa AAAA", "é", "\u2028", "\U0001f600", "a" * 5000, "-", "*"),
    *([], {}, [[]], [{}], {"": ""}, {"a": {"a": {}}}, [None], ["a", "a"], ["a", 1, None]),
]

INSIDE = re.compile("Pydantic|Undefined|<class|object at")


def _own_words(message: str) -> str:
    """The message without what it quotes of the file."""
    return re.sub(r'".*"', "", message)


def judge(content: bytes) -> None:
    report = check(parse(content))
    lines = LINE_END.split(content.decode("utf-8-sig", errors="replace"))
    for problem in report.problems:
        assert problem.code in CODES
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.message
        assert problem.remedy
        assert (problem.message + problem.remedy + problem.path).isprintable()
        assert not INSIDE.search(_own_words(problem.message) + problem.remedy)
    assert report.cluster is not None or report.errors


@QUICK
@given(st.binary(max_size=300))
def test_bytes(content: bytes) -> None:
    judge(content)


YAMLISH = st.lists(
    st.sampled_from(
        [
            "a",
            "nodes",
            "network",
            ":",
            ": ",
            "- ",
            "\n",
            "\n  ",
            "  ",
            "{",
            "}",
            "[",
            "]",
            ",",
            "&a ",
            "*a",
            "!!int ",
            "!",
        ]
        + [
            "? ",
            "|\n ",
            ">-\n ",
            "'",
            '"',
            "#",
            "%YAML 1.1\n",
            "---\n",
            "...\n",
            "\t",
            "1",
            "0x",
            "1e5",
            ".inf",
            "~",
            "<<: ",
        ]
        + ['"\\ud800"', '"\\x', "\\", "@", "`", "\x85", "\u2028", "\ufeff", "=", "2026-13-45", "0o9", "1_0", "é", "\r"]
    ),
    max_size=40,
).map("".join)


@QUICK
@given(YAMLISH)
def test_text_like_yaml(text: str) -> None:
    judge(text.encode())


@QUICK
@given(YAMLISH)
def test_text_like_yaml_in_a_file(text: str) -> None:
    judge(HEAD + text.encode())


KEYS = st.sampled_from(
    [
        *("metadata", "name", "network", "cidr", "virtualIP", "dhcpRange", "start", "vrrp", "nodes", "role", "address"),
        *("kubernetes", "version", "podCIDR", "machines", "worker", "profiles", "database", "backup", "s3", "access"),
        *(
            "sshKeys",
            "packages",
            "registryMirrors",
            "endpoints",
            "apps",
            "server",
            "autoscaling",
            "x",
            "",
            "1",
            "\u2028",
        ),
    ]
)
ANYTHING = st.recursive(
    st.one_of(st.sampled_from(ODD), st.text(max_size=20), st.integers(), st.floats()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=25,
)


@QUICK
@given(ANYTHING)
def test_any_values(value: Any) -> None:
    judge(yaml.safe_dump(value, allow_unicode=True).encode())


@QUICK
@given(st.dictionaries(KEYS, ANYTHING, max_size=6))
def test_any_values_in_a_file(value: dict[str, Any]) -> None:
    judge(yaml.safe_dump({"apiVersion": "hagen.dev/v1alpha1", "kind": "Cluster", **value}).encode())


def _documents() -> list[dict[str, Any]]:
    found = []
    for path in FIXTURES:
        try:
            data = yaml.safe_load(path.read_bytes())
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
            continue
        if isinstance(data, dict) and len(repr(data)) < 20_000:
            found.append(data)
    return found


DOCUMENTS = _documents()
CONTAINERS = (dict, list)


def _mutate(data: Any, draw: st.DataObject) -> None:
    """Walk down some way, then delete, replace, rename, repeat or add."""
    while True:
        places = list(data) if isinstance(data, dict) else list(range(len(data)))
        if not places:
            return
        place = draw.draw(st.sampled_from(places))
        if isinstance(data[place], CONTAINERS) and data[place] and draw.draw(st.booleans()):
            data = data[place]
            continue
        action = draw.draw(st.sampled_from(["delete", "replace", "rename", "repeat", "add"]))
        if action == "delete":
            del data[place]
        elif action == "replace":
            data[place] = copy.deepcopy(draw.draw(st.sampled_from(ODD)))
        elif isinstance(data, list):
            data.append(copy.deepcopy(data[place]))
        elif action == "rename":
            data[draw.draw(st.sampled_from([place.upper(), place[:-1], place + "s", "zzz"]))] = data.pop(place)
        else:
            data[draw.draw(KEYS)] = copy.deepcopy(draw.draw(st.sampled_from(ODD)))
        return


@settings(QUICK, max_examples=150)
@given(st.sampled_from(DOCUMENTS), st.integers(1, 5), st.data())
def test_mutated_documents(document: dict[str, Any], times: int, draw: st.DataObject) -> None:
    data = copy.deepcopy(document)
    for _ in range(times):
        _mutate(data, draw)
    text = yaml.safe_dump(data, allow_unicode=draw.draw(st.booleans()), default_flow_style=draw.draw(st.booleans()))
    judge(text.encode())


@settings(QUICK, max_examples=100)
@given(st.sampled_from([path.read_bytes() for path in FIXTURES if path.stat().st_size < 20_000]), st.data())
def test_mutated_text(content: bytes, draw: st.DataObject) -> None:
    lines = content.split(b"\n")
    place = draw.draw(st.integers(0, len(lines) - 1))
    match draw.draw(st.sampled_from(["repeat", "delete", "cut", "swap", "insert"])):
        case "repeat":
            lines.insert(place, lines[place])
        case "delete":
            del lines[place]
        case "cut":
            lines[place] = lines[place][: draw.draw(st.integers(0, len(lines[place])))]
        case "swap":
            lines[place], lines[0] = lines[0], lines[place]
        case _:
            lines.insert(place, draw.draw(st.binary(max_size=10)))
    judge(b"\n".join(lines))


def _sections(path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    section = section_at(path)
    if section is None:
        return [path]
    below = [found for key in keys(section) for found in _sections((*path, key))]
    return [path, *below]


PATHS = [path for path in _sections() if path]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_every_key_with_odd_values(path: tuple[str, ...]) -> None:
    for odd in ODD[PATHS.index(path) % 3 :: 3]:  # all of them between three keys
        for value in (odd, [odd]):
            data: Any = value
            for key in reversed(path):
                data = {key: data}
            judge(HEAD + yaml.safe_dump(data).encode())
