"""Reading a file: bytes to values, with the place of each, and faults of the syntax as findings."""

from pathlib import Path

import pytest

from hagen.generator.errors import HagenError
from hagen.generator.load import load, parse
from hagen.generator.values import WrittenFloat


def findings(content: bytes) -> list[tuple[str, tuple[int, int]]]:
    document = parse(content)
    return [(finding.code, document.finding_places[index]) for index, finding in enumerate(document.findings)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: on", "on"),
        ("a: no", "no"),
        ("a: 0777", 777),
        ("a: 0o17", 15),
        ("a: 0x1F", 31),
        ("a: true", True),
        ("a: ~", None),
        ("a:", None),
        ("a: 2026-11-22", "2026-11-22"),
        ("a: 12:30", "12:30"),
        ("a: '5'", "5"),
        ("a: [1, {b: 2}]", [1, {"b": 2}]),
        ("a: " + "9" * 5000, "9" * 5000),
        ("a: 0x" + "f" * 5000, "0x" + "f" * 5000),
    ],
)
def test_values(text: str, value: object) -> None:
    document = parse(text.encode())
    assert document.data == {"a": value}
    assert document.findings == []


def test_a_number_remembers_how_it_was_written() -> None:
    number = parse(b"a: 1.30").data["a"]
    assert isinstance(number, WrittenFloat)
    assert (number, str(number)) == (1.3, "1.30")


def test_places() -> None:
    document = parse(b"\xef\xbb\xbf# a comment\nnetwork:\n  cidr: 10.0.0.0/24\nnodes:\n  - {name: a, role: worker}\n")
    assert document.place(("network", "cidr")) == (3, 9)
    assert document.place(("network", "cidr"), of_key=True) == (3, 3)
    assert document.place(("nodes", 0, "role")) == (5, 21)
    assert document.place(("nodes", 0, "address")) == (5, 5)
    assert document.place(("storage", "provisioner")) == (2, 1)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: 1\nb: [\n", [("HG101", (3, 1))]),
        (b"a: 1\n\tb: 2\n", [("HG101", (2, 1))]),
        (b"a: 1\n---\nb: 2\n", [("HG101", (2, 1))]),
        (b"a: \x00\n", [("HG101", (1, 4))]),
        (": #\n|\n \x85".encode(), [("HG101", (1, 1))]),
        ("a: ü\nb: \x80".encode("latin-1"), [("HG109", (1, 4))]),
        (b"\xef\xbb\xbfa: \xff", [("HG109", (1, 4))]),
        (b"a: 1\na: 2\n", [("HG102", (2, 1))]),
        (b"a: !secret x\n", [("HG110", (1, 4))]),
        (b"a: !!set {x, y}\n", [("HG110", (1, 4))]),
        (b"a: &x [*x]\n", [("HG110", (1, 4))]),
        (b"? [a, b]\n: 1\nc: 2\n", [("HG105", (1, 3))]),
        (b'a: "\\ud800"\n', [("HG110", (1, 4))]),
        (b"a: &x {b: 1}\nc: {<<: *x}\n", [("HG110", (2, 5))]),
        (b"%YAML 1.1\n---\na: yes\n", []),
        (b"\xff" * (4 * 2**20 + 1), [("HG109", (1, 1))]),
    ],
)
def test_faults_have_a_code_and_a_place(content: bytes, expected: list[tuple[str, tuple[int, int]]]) -> None:
    assert findings(content) == expected


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"---\n", b"\xef\xbb\xbf"])
def test_nothing_in_the_file_is_no_fault_of_its_syntax(content: bytes) -> None:
    document = parse(content)
    assert (document.data, document.findings) == (None, [])


def test_load_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "hagen.yaml"
    path.write_bytes(b"kind: Cluster\r\n")
    assert load(path).data == {"kind": "Cluster"}


def test_a_file_that_cannot_be_read_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.yaml", tmp_path):
        with pytest.raises(HagenError) as caught:
            load(path)
        assert str(path) in caught.value.message
        assert "-c" in caught.value.remedy
