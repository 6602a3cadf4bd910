"""From what LXD, pylxd and requests raise to cause and remedy."""

import json

import pytest
import requests
from pylxd import exceptions

from hagen.bootstrap.provider.contract import MustStop, ProviderError, Timeout
from hagen.bootstrap.provider.lxd.errors import Failed, translated


def answered(text: str, code: int = 400) -> exceptions.LXDAPIException:
    """An error answer as pylxd raises it."""
    response = requests.Response()
    response.status_code = code
    response._content = json.dumps({"type": "error", "error": text, "error_code": code}).encode()
    return exceptions.LXDAPIException(response)


@pytest.mark.parametrize(
    ("text", "remedy", "again"),
    [
        ("LXD VM agent isn't currently running", "", True),
        ("VM agent is not currently running", "", True),
        ('Instance is busy running a "create" operation', "", True),
        ('Failed start validation for device "eth0": IP address "10.0.0.9" already defined on another NIC', "stopped ones", False),
        ("Failed creating instance record: No space left on device", "Make room", False),
        ('Get "https://192.0.2.12:8443": dial tcp 192.0.2.12:8443: connect: connection refused', "LXD itself", True),
        ("Failed getting remote image info: couldn't find alias", "machines.imageServer", False),
        ('Instance type "virtual-machine" is not supported on this server: vhost_vsock kernel module not loaded', "modprobe", False),
        ("Instance is protected from being deleted", "security.protection.delete", False),
    ],
)  # fmt: skip
def test_what_lxd_says_gets_a_remedy(text: str, remedy: str, again: bool) -> None:
    for error in (answered(text), Failed(text)):
        problem = translated("machine m1", error)
        assert problem.place == "machine m1"
        assert remedy in problem.remedy
        assert problem.again is again


@pytest.mark.parametrize(
    ("error", "cause", "again"),
    [
        (exceptions.ClientConnectionFailed("FileNotFoundError(2, 'No such file or directory')"), "is not there", False),
        (exceptions.ClientConnectionFailed("PermissionError(13, 'Permission denied')"), "may not use it", False),
        (exceptions.ClientConnectionFailed("[SSL: CERTIFICATE_VERIFY_FAILED]"), "not the one that is trusted", False),
        (
            exceptions.ClientConnectionFailed("Fingerprints did not match. Expected"),
            "not the one that is trusted",
            False,
        ),
        (requests.ConnectionError("NewConnectionError: Connection refused"), "does not answer", True),
        (requests.ConnectionError("('Connection aborted.', ConnectionResetError(104))"), "connection broke", True),
        (FileNotFoundError(2, "No such file or directory", "client.crt"), "is not there", False),
    ],
)
def test_what_the_connection_says_is_told_apart(error: Exception, cause: str, again: bool) -> None:
    problem = translated("LXD server", error)
    assert cause in problem.cause
    assert problem.again is again


def test_time_that_ran_out_is_a_timeout() -> None:
    assert isinstance(translated("m", requests.ReadTimeout()), Timeout)
    assert translated("m", requests.ConnectTimeout()).again
    assert isinstance(translated("m", Failed("Failed shutting down instance: context deadline exceeded")), Timeout)


def test_what_a_running_machine_does_not_take_says_so() -> None:
    for text in (
        'Key "limits.cpu" cannot be updated when VM is running',
        "Cannot increase memory size beyond boot time size when VM is running",
    ):
        assert isinstance(translated("m", answered(text)), MustStop)


def test_an_unknown_text_is_passed_on_in_one_line_without_what_follows() -> None:
    problem = translated("m", Failed(f"Something odd {'x' * 1000}\n#cloud-config\npassword: secret"))
    assert problem.cause.startswith("Something odd")
    assert len(problem.cause) <= 400
    assert "secret" not in str(problem)


def test_an_answer_that_is_not_lxds_keeps_its_status() -> None:
    response = requests.Response()
    response.status_code, response.reason = 502, "Bad Gateway"
    response._content = b'["no object"]'
    assert "502 Bad Gateway" in translated("m", exceptions.LXDAPIException(response)).cause


def test_what_is_a_provider_error_stays_one() -> None:
    error = ProviderError("m", "c")
    assert translated("elsewhere", error) is error
