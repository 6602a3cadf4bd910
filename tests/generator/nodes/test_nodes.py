"""Edits of nodes: which lines change, what is chosen, and what cannot be edited."""

import difflib
from collections.abc import Mapping
from pathlib import Path

import pytest

from hagen.generator.errors import HagenError
from hagen.generator.load import parse
from hagen.generator.nodes import Edit, New, added, placed, planned, removed
from tests.support import VALID, checked, name_of

FIXTURES = Path(__file__).parent / "fixtures"
ALL = [*sorted(FIXTURES.glob("*.yaml")), *VALID]


def changed(edit: Edit) -> list[str]:
    lines = difflib.unified_diff(
        edit.before.splitlines(keepends=True), edit.after.splitlines(keepends=True), n=0, lineterm=""
    )
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def do_add(content: bytes, role: str = "worker", **asked: object) -> Edit:
    cluster = checked(content).sound
    return added(parse(content), cluster, planned(cluster, New(role, **asked)))  # type: ignore[arg-type]


def do_remove(content: bytes, *names: str) -> Edit:
    return removed(parse(content), checked(content).sound, names)


def do_place(content: bytes, name: str, host: str) -> Edit:
    return placed(parse(content), checked(content).sound, name, host)


def read(name: str) -> bytes:
    return (FIXTURES / f"{name}.yaml").read_bytes()


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_in_every_fixture_only_the_lines_concerned_change(path: Path) -> None:
    """That the rest says the same is proved by the edits themselves; here it is the lines."""
    content = path.read_bytes()
    nodes = checked(content).sound.nodes
    worker = next(node.name for node in nodes if node.role == "worker")
    own = {"block": 3, "anchors": 4}.get(path.stem, 1)
    spelled = 0 if b"\nnodes:" in content else len(nodes) + 1
    edits = {
        "add": (do_add(content), 1, own + 1),
        "remove": (do_remove(content, nodes[0].name), own + 1, 1),
        "place": (do_place(content, worker, "other-host"), 1, 1),
    }
    for kind, (edit, fewer, more) in edits.items():
        lines = changed(edit)
        assert lines, kind
        assert sum(line.startswith("-") for line in lines) <= (0 if spelled else fewer), kind
        assert sum(line.startswith("+") for line in lines) <= spelled + more, kind


WRITTEN = [path for path in ALL if b"\nnodes:" in path.read_bytes()]


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_added_and_removed_again_is_what_it_was(path: Path) -> None:
    content = path.read_bytes()
    name = str(planned(checked(content).sound, New("worker"))[0]["name"])
    there = do_add(content)
    assert there.report.cluster is not None
    back = do_remove(there.content, name)
    assert back.content.rstrip() == content.rstrip()


def test_lines_copy_their_neighbour() -> None:
    assert changed(do_add(read("lines"))) == ["+    - {name: w-5, role: worker, address: 10.196.35.100}\n"]
    assert changed(do_add(read("lines"), "load-balancer")) == [
        "+    - {name: lb-3, role: load-balancer, address: 10.196.35.13, priority: 198}\n"
    ]


def test_blocks_copy_their_neighbour() -> None:
    edit = do_add(read("block"), count=2)
    assert changed(edit) == [
        "+- name: w11\n", "+  role: worker\n", "+  address: 10.196.35.27\n",
        "+- name: w12\n", "+  role: worker\n", "+  address: 10.196.35.28\n",
    ]  # fmt: skip
    assert "10.196.35.26  # new in May\n- name: w11" in edit.after, "behind the last of its role"
    assert changed(do_add(read("block"), "load-balancer"))[:2] == ["+-   name: lb-3\n", "+    role: load-balancer\n"]


def test_brackets_copy_their_neighbour() -> None:
    assert changed(do_add(read("brackets"))) == [
        "-    { name: w-4, role: worker, address: 10.196.35.27 }\n",
        "+    { name: w-4, role: worker, address: 10.196.35.27 },\n",
        "+    { name: w-5, role: worker, address: 10.196.35.28 }\n",
    ]
    assert changed(do_remove(read("brackets"), "cp-1"))[0].startswith("-    { name: cp-1")


def test_a_removed_machine_takes_its_own_comment_and_no_other() -> None:
    assert changed(do_remove(read("lines"), "w-1", "w-3")) == [
        '-    - {name: "w-1",  role: worker, address: 10.196.35.24}   # old\n',
        "-    - name: w-3\n", "-      role: worker\n", "-      address: 10.196.35.26\n",
    ]  # fmt: skip
    after = do_remove(read("block"), "w09").after
    assert "# workers\n" in after
    assert "# the last line of w09 is below\n" in after


def test_a_host_is_written_and_written_over() -> None:
    first = do_place(read("lines"), "w-1", "alpha")
    assert changed(first)[1] == '+    - {name: "w-1",  role: worker, address: 10.196.35.24, host: alpha}   # old\n'
    second = do_place(first.content, "w-1", "0x1f")
    assert '.24, host: "0x1f"}   # old' in second.after, "quoted where YAML would read a number"
    block = do_place(read("block"), "lb-1", "alpha")
    assert changed(block) == ["+  host: alpha\n"]
    assert "address: 10.196.35.11   # rack 1\n  host: alpha\n" in block.after


def test_line_ends_and_mark_stay() -> None:
    content = "\ufeff".encode() + read("lines").replace(b"\n", b"\r\n")
    edit = do_add(content)
    assert edit.content.startswith("\ufeff".encode())
    assert edit.content.count(b"\r\n") == content.count(b"\r\n") + 1
    assert edit.content.count(b"\n") == edit.content.count(b"\r\n")


def test_a_file_without_nodes_gets_them_written_out() -> None:
    content = b"apiVersion: hagen.dev/v1alpha1\nkind: Cluster # short\n"
    edit = do_add(content)
    assert edit.after.startswith(content.decode())
    assert [line for line in edit.after.splitlines() if "k8s-" in line][-1] == (
        "  - {name: k8s-worker-4, role: worker, address: 10.196.35.27}"
    )
    assert edit.report.cluster is not None
    assert len(edit.report.cluster.nodes) == 9


def test_comments_in_brackets_stay_with_their_machine() -> None:
    added_to = do_add(read("commas"))
    assert changed(added_to) == ["+  {name: w-4, role: worker, address: 10.196.35.27},\n"]
    assert "# last, with a comma\n  {name: w-4" in added_to.after
    middle = do_add(read("brackets"), "control-plane", count=2)
    assert [line for line in changed(middle) if line.startswith("-")] == []
    gone = do_remove(added_to.content, "w-3", "w-4")
    assert changed(gone)[0].endswith("# last, with a comma\n")
    assert "# two\n" in gone.after
    assert gone.after.endswith("# two\n  {name: w-2, role: worker, address: 10.196.35.25}, # the second\n]\n")


def test_the_last_of_a_list_in_brackets_goes_with_the_comma_before_it() -> None:
    text = read("brackets").replace(b"address: 10.196.35.26 },", b"address: 10.196.35.26 },  # third")
    assert changed(do_remove(text, "w-4")) == [
        "-    { name: w-3, role: worker, address: 10.196.35.26 },  # third\n",
        "-    { name: w-4, role: worker, address: 10.196.35.27 }\n",
        "+    { name: w-3, role: worker, address: 10.196.35.26 }  # third\n",
    ]


def test_anchors_and_aliases_stay() -> None:
    assert changed(do_add(read("anchors"))) == [
        "+  - name: w-5\n", "+    role: worker\n", "+    address: 10.196.35.28\n", "+    host: gamma\n",
    ]  # fmt: skip
    assert "host: *h   # the same\n  - name: w-5\n" in do_add(read("anchors")).after
    assert changed(do_place(read("anchors"), "w-4", "beta")) == [
        "-    host: *h   # the same\n",
        "+    host: beta   # the same\n",
    ]
    assert changed(do_remove(read("anchors"), "w-4")) == [
        "-  - name: w-4   # fourth\n", "-    role: worker # works\n", "-    address: 10.196.35.27\n",
        "-    host: *h   # the same\n",
    ]  # fmt: skip


def test_a_value_that_aliases_mean_is_not_taken_from_them() -> None:
    for edit in (lambda: do_place(read("anchors"), "w-2", "beta"), lambda: do_remove(read("anchors"), "w-2")):
        with pytest.raises(HagenError, match="cannot be edited without changing more"):
            edit()


def test_dashes_in_comments_are_none() -> None:
    text = read("block").replace(b"- name: w10\n", b"- # well-known, the old one\n  name: w10\n")
    assert changed(do_add(text))[0] == "+- name: w11\n"
    assert changed(do_remove(text, "w10"))[0] == "-- # well-known, the old one\n"


@pytest.mark.parametrize(
    "text",
    [
        "{apiVersion: hagen.dev/v1alpha1, kind: Cluster}\n",
        "apiVersion: hagen.dev/v1alpha1\nkind: Cluster\n...\n",
    ],
)
def test_what_cannot_be_edited_is_left_alone(text: str) -> None:
    with pytest.raises(HagenError) as caught:
        do_add(text.encode())
    assert "by hand" in caught.value.remedy


def test_the_result_is_judged() -> None:
    report = do_add(read("lines"), address="10.196.35.20", name="w_5").report
    assert {problem.code for problem in report.problems if problem.severity == "error"} >= {"HG309"}
    assert report.errors >= 2, "name and address, both"
    assert do_add(read("lines"), "control-plane").report.errors == 1
    assert do_add(read("lines"), "control-plane", count=2).report.errors == 0


def test_everything_removed_is_refused() -> None:
    names = [node.name for node in checked(read("lines")).sound.nodes]
    assert do_remove(read("lines"), *names).report.errors


def chosen(content: bytes, role: str, **asked: object) -> Mapping[str, str | int]:
    return planned(checked(content).sound, New(role, **asked))[0]  # type: ignore[arg-type]


def test_numbers_go_on_and_keep_their_width() -> None:
    assert chosen(read("block"), "worker")["name"] == "w11"
    gone = do_remove(read("lines"), "w-2").content
    assert chosen(gone, "worker")["name"] == "w-5", "a number that was given up is not given again"
    letters = (
        read("lines").replace(b"w-1", b"w-a").replace(b"w-2", b"w-b").replace(b"w-3", b"w-c").replace(b"w-4", b"w-d")
    )
    assert chosen(letters, "worker")["name"] == "k8s-worker-1"


def test_addresses_go_around_what_is_taken() -> None:
    entry = chosen(read("lines"), "worker")
    assert entry["address"] == "10.196.35.100", ".28 is the virtual IP, .29 to .99 the DHCP range"
    assert chosen(read("lines"), "control-plane")["address"] == "10.196.35.23"


def test_a_full_network_is_said() -> None:
    content = read("lines").replace(
        b"network: {virtualIP: 10.196.35.28", b"network: {cidr: 10.196.35.0/27, virtualIP: 10.196.35.28"
    )
    content = content.replace(b", dhcpRange: {start: 10.196.35.29, end: 10.196.35.99}", b"")
    with pytest.raises(HagenError, match="has 19 free addresses, and 40 machines want one each"):
        planned(checked(content).sound, New("worker", count=40))
    full = do_add(content, count=19).content
    with pytest.raises(HagenError, match=r"has no free address$"):
        planned(checked(full).sound, New("worker"))


def test_hosts_are_filled_evenly_where_all_have_one() -> None:
    content = next(path for path in VALID if path.stem == "placements").read_bytes()
    hosts = [str(entry["host"]) for entry in planned(checked(content).sound, New("worker", count=3))]
    assert len(set(hosts)) == 3
    assert "host" not in chosen(read("lines"), "worker")
