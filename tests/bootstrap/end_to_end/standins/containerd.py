#!/usr/bin/python3
"""Stand-in for containerd 2: it refuses a configuration that is not of version 3, and then waits for its end."""

import re
import signal
import sys
from pathlib import Path

if not re.search(r"^version = 3$", Path("/etc/containerd/config.toml").read_text(), re.MULTILINE):
    sys.exit("containerd: expected containerd config version equal to 3")
signal.sigwait({signal.SIGTERM, signal.SIGINT})
