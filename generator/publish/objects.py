"""Git's objects as values: entries of trees, ids of blobs, and a pack that carries new blobs into a repository."""

import hashlib
import os
import struct
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path

from .git import Git
from .outcome import Changes

# Mode (octal digits) and object id of one path.
Entry = tuple[str, str]
Tree = Mapping[str, Entry]
# Paths -> entries before and after; None: not there.
Differences = Mapping[str, tuple[Entry | None, Entry | None]]

_BLOB = 3
_FASTEST = 1


def blob_id(content: bytes, algorithm: str) -> str:
    """The object id of a file's content; `algorithm` is sha1 or sha256."""
    return _object_id(b"blob", content, algorithm)


def empty_tree(algorithm: str) -> str:
    """The id of the tree without entries, which every repository knows."""
    return _object_id(b"tree", b"", algorithm)


def _object_id(kind: bytes, content: bytes, algorithm: str) -> str:
    return hashlib.new(algorithm, b"%s %d\0%s" % (kind, len(content), content)).hexdigest()


def write_blobs(git: Git, contents: Collection[bytes], algorithm: str) -> None:
    """Put blobs into the repository with one process, whatever their number."""
    if contents:
        git.run("unpack-objects", "-q", stdin=_pack(contents, algorithm))


def _pack(contents: Collection[bytes], algorithm: str) -> bytes:
    """A pack (version 2) of blobs: header; per object its type, length and deflated content; hash of all that."""
    parts = [b"PACK", struct.pack(">II", 2, len(contents))]
    for content in contents:
        parts += [_pack_header(len(content)), zlib.compress(content, _FASTEST)]
    body = b"".join(parts)
    return body + hashlib.new(algorithm, body).digest()


def _pack_header(length: int) -> bytes:
    """Type and length: four bits of the length in the first byte, then seven in each; the top bit announces another."""
    header = bytearray()
    byte, length = _BLOB << 4 | length & 0x0F, length >> 4
    while length:
        header.append(byte | 0x80)
        byte, length = length & 0x7F, length >> 7
    return bytes([*header, byte])


def read_tree(git: Git, tree_ish: str) -> dict[str, Entry]:
    """All entries below a commit or tree."""
    entries: dict[str, Entry] = {}
    for line in git.text("ls-tree", "-r", "-z", "--full-tree", tree_ish).split("\0"):
        if line:
            attributes, path = line.split("\t", 1)
            mode, _, oid = attributes.split(" ")
            entries[path] = (mode, oid)
    return entries


def write_tree(git: Git, entries: Tree, scratch_index: Path) -> str:
    """The id of a tree with these entries; `scratch_index` is a file that git may use, and that is gone afterwards."""
    scratch_index.parent.mkdir(parents=True, exist_ok=True)
    leftovers = (scratch_index, scratch_index.with_name(f"{scratch_index.name}.lock"))
    for path in leftovers:
        path.unlink(missing_ok=True)
    aside = git.with_environment(GIT_INDEX_FILE=str(scratch_index))
    lines = "".join(f"{mode} {oid}\t{path}\0" for path, (mode, oid) in entries.items())
    aside.run("update-index", "-z", "--index-info", stdin=os.fsencode(lines))
    tree = aside.text("write-tree")
    scratch_index.unlink(missing_ok=True)
    return tree


def diff_trees(git: Git, old: str, new: str) -> dict[str, tuple[Entry | None, Entry | None]]:
    """Paths that differ between two commits or trees -> their entries in both, in the order of the paths."""
    fields = git.text("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new).split("\0")
    differences: dict[str, tuple[Entry | None, Entry | None]] = {}
    for attributes, path in zip(fields[0::2], fields[1::2], strict=False):
        old_mode, new_mode, old_id, new_id, _ = attributes[1:].split(" ")
        differences[path] = (_entry(old_mode, old_id), _entry(new_mode, new_id))
    return dict(sorted(differences.items()))


def changes_of(differences: Differences, without: Collection[str] = ()) -> Changes:
    """The differences as lists of paths."""
    rest = {path: sides for path, sides in differences.items() if path not in without}
    return Changes(
        added=tuple(path for path, (old, _) in rest.items() if old is None),
        changed=tuple(path for path, (old, new) in rest.items() if old and new),
        removed=tuple(path for path, (_, new) in rest.items() if new is None),
    )


def _entry(mode: str, oid: str) -> Entry | None:
    return None if mode == "000000" else (mode, oid)
