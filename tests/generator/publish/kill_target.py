"""The program that the kill tests kill: publishes one of two renders when told to.

kill_target.py git|plain DIRECTORY old|new
"""

import sys
from pathlib import Path

from hagen.generator.publish import RenderedFile, publish, write_plain

FILES = 40


def render(which: str) -> dict[str, RenderedFile]:
    """Two renders that differ in contents, additions and removals."""
    text = {"old": "old\n", "new": "new\n"}[which] * 400
    result = {f"apps/a{n}/file.yaml": RenderedFile(f"{n}\n{text}".encode()) for n in range(FILES)}
    result |= {f"{which}/only/{n}.yaml": RenderedFile(text.encode()) for n in range(10)}
    return {**result, "README.md": RenderedFile(b"".join(b"line %d\n" % n for n in range(20)) + text.encode())}


def main(kind: str, directory: str, which: str) -> None:
    """Announce that all is loaded, wait for a line, publish."""
    files = render(which)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    if kind == "git":
        publish(Path(directory), files, cluster="east", version="1")
    else:
        write_plain(Path(directory), files, cluster="east")
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
