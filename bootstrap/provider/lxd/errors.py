"""What LXD, pylxd and requests say when something fails, as cause and remedy.

The texts are those of LXD 5.0 to 6.x, matched loosely: they carry no codes. What none of them matches is passed on as
LXD says it.
"""

import re
from typing import Final, NamedTuple

import requests
from pylxd import exceptions

from ..contract import MustStop, ProviderError, Timeout

MOST: Final = 400


class Failed(Exception):  # noqa: N818 -- LXD's word
    """An operation ended in failure; the server's text."""


class Known(NamedTuple):
    """`cause` None: LXD's own words say it."""

    pattern: re.Pattern[str]
    cause: str | None
    remedy: str
    again: bool = False
    kind: type[ProviderError] = ProviderError


def _known(
    pattern: str, cause: str | None, remedy: str, *, again: bool = False, kind: type[ProviderError] = ProviderError
) -> Known:
    return Known(re.compile(pattern, re.IGNORECASE), cause, remedy, again, kind)


# What this end says of the connection.
CONNECTION: Final = (
    _known(
        r"permission denied.*socket|socket.*permission denied|PermissionError",
        "the socket is there, and this user may not use it",
        'Join the group "lxd" (`sudo usermod -aG lxd $USER`) and log in again.',
    ),
    _known(
        r"FileNotFoundError|No such file or directory",
        "LXD's socket or a certificate file is not there",
        "Install LXD (`snap install lxd`, `lxd init`), or name the server and the certificates.",
    ),
    _known(
        r"certificate.?verify.?failed|fingerprints? did not match",
        "the server's certificate is not the one that is trusted",
        "Add the server with `lxc remote add`, or name its certificate.",
    ),
    _known(r"SSLError|sslv3|tlsv1|\[SSL", None, "Check the address, the port (8443) and the client certificate."),
    _known(
        r"connection refused|NewConnectionError|No route to host|Name or service not known|Failed to resolve",
        "the server does not answer",
        "Check that LXD runs there (`core.https_address` for HTTPS) and that no firewall is between.",
        again=True,
    ),
    _known(
        r"connection reset|connection aborted|RemoteDisconnected|broken pipe|IncompleteRead|\bEOF$",
        "the connection broke",
        "",
        again=True,
    ),
)
# What LXD answers.
SERVER: Final = (
    _known(
        r"failed shutting down instance",
        "it did not shut down in time",
        "Look what keeps it on (`lxc console`), or switch it off by force.",
        kind=Timeout,
    ),
    _known(
        r"connection refused|no route to host|network is unreachable|i/o timeout|no such host|TLS handshake timeout",
        None,
        "LXD itself cannot reach that: a cluster member that is off, or an image server (see `core.proxy_https`).",
        again=True,
    ),
    _known(r"not authorized|forbidden|certificate is restricted", None, "Give this client's certificate access."),
    _known(r"VM agent (isn't|is not) currently running|VM agent.*(offline|not)", "it is still booting", "", again=True),
    _known(r"is busy|operation.*already in progress", "LXD is still busy with it", "", again=True),
    _known(
        r"daemon is shutting down|missing event connection|database is locked|leader.*(lost|not found)",
        None,
        "",
        again=True,
    ),
    _known(
        r'IP address "?(?P<what>[0-9.]+)"? already defined on another NIC|already in use by another|already allocated',
        None,
        "Another instance has this address, stopped ones count too: remove it, or choose another in hagen.yaml.",
    ),
    _known(
        r"invalid value for network option|device ip address.*not within|not within network|static.*only.*managed|"
        r"Cannot use.*ipv4\.address|ipv4\.address",
        None,
        "The machine's address must lie in the network that `network.bridge` names, and LXD must manage that network.",
    ),
    _known(r"network not found|Failed (loading|to load) network|parent device", None, "Check network.bridge."),
    _known(
        r"storage pool not found|Failed loading storage pool|No root device could be found|pool.*not exist",
        None,
        "Name a pool of `lxc storage list` as machines.storagePool.",
    ),
    _known(r"profile not found|Requested profile|profile .*doesn't exist", None, "Check the profiles of machines."),
    _known(
        r"Instance type .*virtual-machine.* is not supported|vhost_vsock|KVM support is missing|/dev/kvm",
        None,
        "Enable virtualisation in the firmware and `modprobe kvm vhost_vsock`; inside a virtual machine, nest it.",
    ),
    _known(
        r"Requested image's type|image.*type.*doesn't match",
        None,
        "The image is for the other kind of machine: choose another machines.image, or machines.type.",
    ),
    _known(
        r"image not found|Requested image couldn't be found|Failed getting remote image|couldn't find.*alias|"
        r"No matching image|alias.*(doesn't exist|not found)",
        None,
        "Check machines.image and machines.imageServer; an empty server means images of `lxc image list`.",
    ),
    _known(
        r"no space left|disk quota exceeded|not enough (space|memory)|cannot allocate memory",
        None,
        "Make room on the host, or ask for less in machines.",
    ),
    _known(
        r"cannot increase memory size beyond|cannot be (updated|changed|modified) when VM is running|"
        r"cannot.* while (the )?(VM|instance) is running|isn't supported.*running",
        None,
        "Stop the machine for this change.",
        kind=MustStop,
    ),
    _known(
        r"Target only allowed when clustered|cluster member.*(not|doesn't)|no matching cluster member|No such object",
        None,
        "nodes[].host must be a name of `lxc cluster list`, and empty on a server that stands alone.",
    ),
    _known(
        r"cluster member.*(offline|unavailable)|member is offline", None, "Bring the cluster member back.", again=True
    ),
    _known(
        r"is protected (from being|against)", None, "`lxc config set NAME security.protection.delete=false` frees it."
    ),
    _known(r"context deadline exceeded|didn't (shutdown|stop) in time|timed out waiting", None, "", kind=Timeout),
    _known(r"instance is not running|instance is stopped", "it is switched off", "Start it."),
)


def translated(place: str, error: BaseException) -> ProviderError:
    """The same as a ProviderError; one stays as it is. Unknown texts keep their first line, at most 400 characters."""
    if isinstance(error, ProviderError):
        return error
    if isinstance(error, requests.Timeout):
        return Timeout(place, "LXD did not answer in time", "Look at the load of its host.", again=True)
    if isinstance(error, exceptions.LXDAPIExtensionNotAvailable):
        return ProviderError(place, str(error), "Update LXD: 5.0 LTS is the oldest that is supported.")
    text = said(error)
    line = text.strip().splitlines()[0][:MOST] if text.strip() else type(error).__name__
    answered = isinstance(error, (Failed, exceptions.LXDAPIException))
    for known in SERVER if answered else CONNECTION:
        if known.pattern.search(text):
            return known.kind(place, known.cause or line, known.remedy, again=known.again)
    return ProviderError(place, line)


def said(error: BaseException) -> str:
    """What an exception says; of an answer that is not LXD's, its status."""
    if isinstance(error, exceptions.LXDAPIException):
        try:
            return str(error)
        except (KeyError, TypeError, ValueError):  # pylxd expects LXD's JSON, and a proxy in between sends HTML
            return f"the server answers {error.response.status_code} {error.response.reason}"
    text = str(error)
    return f"{type(error).__name__}: {text}" if isinstance(error, OSError) else text
