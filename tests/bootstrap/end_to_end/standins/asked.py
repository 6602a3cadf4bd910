"""What a stand-in was asked, and what it was told to fail at.

/var/log/standins.jsonl: one line for each call. /etc/standins/failures.json: [{"call": regular expression, "times": n,
"says": text, "code": n}], counted down in the file itself; "pause": seconds before it goes on as if nothing were.
"""

import fcntl
import json
import re
import sys
import time
from pathlib import Path
from typing import NoReturn

LOG = Path("/var/log/standins.jsonl")
FAILURES = Path("/etc/standins/failures.json")


def record(program: str, argv: list[str], **more: object) -> None:
    """Write down a call, or what came of it."""
    with LOG.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"at": time.time(), "program": program, "argv": argv, **more}) + "\n")


def asked(program: str, argv: list[str]) -> None:
    """Write a call down, and fail when that was wished."""
    record(program, argv)
    wish = _wish(" ".join([program, *argv]))
    if wish and wish.get("pause"):
        time.sleep(wish["pause"])
    elif wish:
        fail(wish["says"], wish.get("code", 1))


def _wish(call: str) -> dict | None:
    if not FAILURES.exists():
        return None
    with FAILURES.open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        wishes = json.load(file)
        for wish in wishes:
            if wish["times"] > 0 and re.search(wish["call"], call):
                wish["times"] -= 1
                file.seek(0)
                file.truncate()
                json.dump(wishes, file)
                return wish
    return None


def fail(text: str, code: int = 1) -> NoReturn:
    """End as the real programs do: text on standard error, and a code."""
    sys.stderr.write(text.rstrip("\n") + "\n")
    raise SystemExit(code)
