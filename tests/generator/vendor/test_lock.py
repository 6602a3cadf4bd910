"""hagen.lock as a file."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hagen.generator.vendor.lock import LOCK, Entry, decode, encode, is_lock, lock_path, merged

NAMES = st.from_regex(r"[a-z][a-z0-9.+-]{0,12}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
ENTRIES = st.builds(
    Entry,
    addon=TEXTS,
    version=TEXTS,
    file=st.builds("{}/{}".format, NAMES, NAMES),
    url=TEXTS,
    folder=st.builds("{}/base".format, NAMES),
    sha256=st.just("") | st.text("0123456789abcdef", min_size=64, max_size=64),
    size=st.integers(0, 1 << 30),
    images=st.tuples(TEXTS, TEXTS) | st.just(()),
)


def _as_written(entry: Entry) -> Entry:
    return entry if entry.sha256 else replace(entry, size=0)


@given(st.lists(ENTRIES, max_size=5, unique_by=lambda entry: entry.path), st.randoms())
def test_what_is_written_is_read_and_order_does_not_matter(entries: list[Entry], chance: random.Random) -> None:
    content = encode(entries)
    assert decode(content, LOCK) == {entry.path: _as_written(entry) for entry in entries}
    chance.shuffle(entries)
    assert encode(entries) == content


def test_where_locks_lie() -> None:
    assert lock_path("east", primary=True) == "hagen.lock"
    assert lock_path("east", primary=False) == "clusters/east/hagen.lock"
    assert [
        path for path in ("hagen.lock", "clusters/a/hagen.lock", "apps/hagen.lock", "a/b/hagen.lock") if is_lock(path)
    ] == [
        "hagen.lock",
        "clusters/a/hagen.lock",
    ]


def test_the_lock_at_the_top_has_the_last_word() -> None:
    new, old = (Entry("a", version, "f", "u", "x/base") for version in ("2", "1"))
    locks = {LOCK: {new.path: new}, "clusters/b/hagen.lock": {old.path: old}}
    assert merged(locks) == merged(dict(reversed(locks.items()))) == {new.path: new}
