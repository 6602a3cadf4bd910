"""The version of this program."""

import importlib.metadata


def version() -> str:
    """The installed version, "0.1.0"."""
    return importlib.metadata.version("hagen")
