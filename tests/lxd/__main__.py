"""`python -m tests.lxd [NAME]`: start one LXD with the image, say where it listens, hold it until the input ends."""

import sys

from tests.lxd.image import built
from tests.lxd.lab import Daemon, started

if __name__ == "__main__":
    with started([Daemon("one", images={"debian": str(built())})]) as lab:
        print(lab.socket("one"), flush=True)  # noqa: T201
        sys.stdin.read()
