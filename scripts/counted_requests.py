"""`hagen` with its requests to LXD written down: python -m scripts.counted_requests FILE COMMAND..."""

import logging
import sys

from hagen.generator.cli import main

if __name__ == "__main__":
    log = logging.getLogger("urllib3.connectionpool")
    log.addHandler(logging.FileHandler(sys.argv.pop(1), mode="w"))
    log.setLevel(logging.DEBUG)
    log.propagate = False
    main()
