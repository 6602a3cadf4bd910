"""Nothing secret is in git: no Secret with data, no key, no password, no string that only a machine could have made up."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from tests.gitops.objects import Repository
from tests.gitops.verdict import Verdict, check, judge

_SHAPES = {
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|client-key-data"),
    "AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "token": re.compile(r"\b(?:gh[pousr]_\w{30,}|glpat-[\w-]{20,}|xox[abp]-[\w-]{10,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.)"),
    "bootstrap token": re.compile(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b"),
    "password in a URL": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@$]+@"),
    "password": re.compile(
        r"(?im)^[^#\n]*(?<![a-z0-9])(?:password|passwd|secret_?key|api_?key|auth_?token)\b[\"']?\s*[:=]\s*[\"']?(?!\s*[\"'{$<#|>\[]|true\b|false\b|null\b|~)[^\s\"'{}$]{4,}"
    ),
}
_WORD = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
# A program works with passwords; only one that is written into it is somebody's. Tests make theirs up.
_WRITTEN_IN = re.compile(r"(?i)(?<![a-z0-9])password[\"']?\s*[:=]\s*([\"'])[^\"'\n{}$]{4,}\1")
_PROGRAM = re.compile(r"\.(?:js|ts|tsx|py)$")
_TEST = re.compile(r"^images/[^/]+/test/")
# What looks random and is public: checksums, SSH public keys, base64 of words.
_PUBLIC = re.compile(r"^(?:[0-9a-f]{32,128}|sha512-[A-Za-z0-9+/]+={0,2}|AAAA[A-Za-z0-9+/]+={0,3})$")
_BITS = 4.2


def entropy(text: str) -> float:
    """Shannon entropy of a text's characters, in bits."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def _random(word: str) -> bool:
    kinds = (re.search(r"[a-z]", word), re.search(r"[A-Z]", word), re.search(r"\d", word))
    return all(kinds) and not _PUBLIC.match(word) and entropy(word) > _BITS


def _shapes(path: str) -> dict[str, re.Pattern[str]]:
    """What to look for in a file."""
    if not _PROGRAM.search(path):
        return _SHAPES
    if _TEST.match(path):
        return {name: shape for name, shape in _SHAPES.items() if not name.startswith("password")}
    return {**_SHAPES, "password": _WRITTEN_IN}


def secret_like(text: str, path: str) -> list[str]:
    """What in a file's text looks like a secret."""
    found = [name for name, shape in _shapes(path).items() if shape.search(text)]
    return found + [f"random text {word[:6]}..." for word in _WORD.findall(text) if _random(word)]


@check
def no_secret_has_data(repository: Repository) -> Iterator[Verdict]:
    for item in repository.items:
        if item.kind != "Secret" or item.group:
            continue
        filled = [key for key in ("data", "stringData") if item.object.get(key)]
        yield judge(item, "", sound=not filled, problem=f"carries {filled} in git")


@check
def files_hold_nothing_secret(repository: Repository) -> Iterator[Verdict]:
    pages = [
        path for path in repository.files if path.endswith(".md")
    ]  # a link to one, behind a revision, looks random
    for path, content in repository.files.items():
        if "/upstream/" in path or path.endswith(("hagen.schema.json", "hagen.yaml")):
            continue
        text = content.decode("utf-8", errors="replace")
        for page in pages:
            text = text.replace(page, "")
        found = secret_like(text, path)
        yield judge(path, "", sound=not found, problem=", ".join(found))
