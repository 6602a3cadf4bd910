"""A folder for files that nobody needs when this process is gone, however it went: also after kill -9."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The shell makes the folder itself, so that there is no moment in which it exists and nobody is to remove it; it removes
# it when its standard input ends.
_KEEP = """
trap '' INT TERM HUP
folder=$(mktemp -d "$1/hagen-rendered-XXXXXXXX") || exit 1
printf '%s\\n' "$folder"
cat >/dev/null
rm -rf -- "$folder"
"""


@contextmanager
def scratch() -> Iterator[Path]:
    """The folder, among the temporary files. OSError where none can be made."""
    command = ["sh", "-c", _KEEP, "sh", tempfile.gettempdir()]
    keeper = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    with keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        assert keeper.stderr is not None
        try:
            if not (name := keeper.stdout.readline().rstrip("\n")):
                raise OSError(keeper.stderr.read().strip())
            yield Path(name)
        finally:
            keeper.stdin.close()
            keeper.wait()
