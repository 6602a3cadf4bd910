"""What goes wrong in a testbed."""


class TestbedError(Exception):
    """The testbed is not what it should be; the message names host and daemon and ends with the last log lines."""

    __test__ = False  # not a test class, whatever its name begins with
