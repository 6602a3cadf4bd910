"""The rules of ownership, on plain mappings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hagen.generator.publish.compose import compose, owner

Tree = dict[str, int]
CLUSTERS = ("east", "west")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("clusters/east/run.sh", "east"),
        ("clusters/east", None),
        ("docs/clusters/east/x", None),
        ("apps/dns/overlays/west/a/b.yaml", "west"),
        ("overlays/west/x", "west"),
        ("apps/dns/overlays/README.md", None),
        ("apps/dns/base/x.yaml", None),
        ("README.md", None),
        ("clusters/east/overlays/west/x", "east"),
    ],
)
def test_owner(path: str, expected: str | None) -> None:
    assert owner(path) == expected


def test_first_render_is_taken_as_it_is() -> None:
    rendered = {"README.md": 1, "apps/a/base/x": 2, "apps/a/overlays/east/x": 3}
    assert compose({}, rendered, cluster="east", primary=None) == rendered


def test_primary_replaces_its_own_and_the_shared_files_and_keeps_those_of_others() -> None:
    previous = {"README.md": 1, "gone.md": 1, "clusters/east/x": 1, "clusters/west/x": 1, "a/overlays/west/x": 1}
    rendered = {"README.md": 2, "clusters/east/y": 2}
    assert compose(previous, rendered, cluster="east", primary="east") == {
        "README.md": 2,
        "clusters/east/y": 2,
        "clusters/west/x": 1,
        "a/overlays/west/x": 1,
    }


def test_primary_keeps_a_base_that_only_another_cluster_uses() -> None:
    previous = {
        "a/base/x": 1,
        "a/overlays/west/x": 1,
        "b/base/x": 1,
        "b/overlays/east/x": 1,
        "c/base/x": 1,
        "c/base/y": 1,
    }
    previous["c/overlays/west/x"] = 1
    composed = compose(previous, {"c/base/x": 2}, cluster="east", primary="east")
    assert composed == {"a/base/x": 1, "a/overlays/west/x": 1, "c/base/x": 2, "c/overlays/west/x": 1}


def test_secondary_takes_nothing_shared_but_the_bases_of_new_components() -> None:
    previous = {"README.md": 1, "a/base/x": 1, "a/overlays/east/x": 1, "clusters/west/old": 1}
    rendered = {"README.md": 2, "hagen.yaml": 2, "a/base/x": 2, "a/base/new": 2, "a/overlays/west/x": 2}
    rendered |= {"b/base/x": 2, "b/README.md": 2, "clusters/west/new": 2}
    assert compose(previous, rendered, cluster="west", primary="east") == {
        "README.md": 1,
        "a/base/x": 1,
        "a/overlays/east/x": 1,
        "a/overlays/west/x": 2,
        "b/base/x": 2,
        "clusters/west/new": 2,
    }


def test_secondary_keeps_up_the_bases_that_nobody_else_builds_on() -> None:
    previous = {"a/base/x": 1, "a/base/gone": 1, "a/overlays/west/x": 1, "b/base/x": 1, "b/overlays/west/x": 1}
    previous |= {"c/base/x": 1, "c/overlays/west/x": 1, "c/overlays/east/x": 1}
    rendered = {"a/base/x": 2, "a/overlays/west/x": 2, "c/base/x": 2, "c/overlays/west/x": 2}
    assert compose(previous, rendered, cluster="west", primary="east") == {
        "a/base/x": 2,
        "a/overlays/west/x": 2,
        "c/base/x": 1,
        "c/overlays/west/x": 2,
        "c/overlays/east/x": 1,
    }


def _paths(owners: tuple[str, ...]) -> st.SearchStrategy[str]:
    component = st.sampled_from(["a", "b", "dir/c"])
    owned = st.sampled_from(owners)
    name = st.sampled_from(["x", "y"])
    return st.one_of(
        st.builds("{}/base/{}".format, component, name),
        st.builds("{}/overlays/{}/{}".format, component, owned, name),
        st.builds("clusters/{}/{}".format, owned, name),
        st.builds("{}.md".format, name),
    )


def _trees(owners: tuple[str, ...], values: st.SearchStrategy[int]) -> st.SearchStrategy[Tree]:
    return st.dictionaries(_paths(owners), values, max_size=15)


PREVIOUS = _trees(CLUSTERS, st.integers(0, 3))
RENDERED = _trees(("east",), st.integers(4, 7))


@given(PREVIOUS, RENDERED, st.sampled_from(["east", "west", None]))
def test_other_clusters_keep_their_files(
    previous: dict[str, int], rendered: dict[str, int], primary: str | None
) -> None:
    composed = compose(previous, rendered, cluster="east", primary=primary)
    assert {p: v for p, v in composed.items() if owner(p) == "west"} == {
        p: v for p, v in previous.items() if owner(p) == "west"
    }


@given(PREVIOUS, RENDERED, st.sampled_from(["east", "west", None]))
def test_own_files_are_those_of_the_render(
    previous: dict[str, int], rendered: dict[str, int], primary: str | None
) -> None:
    composed = compose(previous, rendered, cluster="east", primary=primary)
    assert {p: v for p, v in composed.items() if owner(p) == "east"} == {
        p: v for p, v in rendered.items() if owner(p) == "east"
    }


@given(PREVIOUS, RENDERED)
def test_secondary_leaves_shared_files_alone(previous: Tree, rendered: Tree) -> None:
    composed = compose(previous, rendered, cluster="east", primary="west")
    builders = {(p.partition("/overlays/")[0], owner(p)) for p in {**previous, **rendered} if "/overlays/" in p}
    alone = {component for component, _ in builders if (component, "west") not in builders}
    shared = {p: v for p, v in previous.items() if owner(p) is None and p.partition("/base/")[0] not in alone}
    assert shared.items() <= composed.items()


@given(PREVIOUS, RENDERED, st.sampled_from(["east", "west", None]))
def test_repeating_a_render_changes_nothing(
    previous: dict[str, int], rendered: dict[str, int], primary: str | None
) -> None:
    once = compose(previous, rendered, cluster="east", primary=primary)
    assert compose(once, rendered, cluster="east", primary=primary) == once
