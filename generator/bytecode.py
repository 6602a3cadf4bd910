"""Compiled templates, kept between runs: compiling them is most of a render's time.

They lie in the user's cache folder, one folder for each set of delimiters and options, because a compiled template
depends on them. Jinja compares the template's source before it takes one. No cache, or one that cannot be written, only
makes a render slower.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import Bucket, FileSystemBytecodeCache

_PRIVATE = 0o700


class _Forgiving(FileSystemBytecodeCache):
    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def bytecode_cache(options: Mapping[str, Any]) -> FileSystemBytecodeCache | None:
    """A cache for templates compiled with these options of the environment; None where there can be none."""
    key = hashlib.sha256(json.dumps([jinja2.__version__, options], sort_keys=True).encode()).hexdigest()[:16]
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ.get("HOME", ""), ".cache")  # noqa: PTH118
    directory = Path(home, "hagen", f"templates-{key}")
    try:
        directory.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        mine = directory.is_absolute() and directory.stat().st_uid == os.geteuid()
    except OSError:
        return None
    # Compiled templates are code: nobody else's are taken.
    return _Forgiving(str(directory)) if mine else None
