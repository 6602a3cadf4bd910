"""Logins on the machines: the administrator's account and the public keys."""

import re
from collections.abc import Iterator
from typing import Final

from ..model import Cluster
from ..problem import Finding, quoted
from .grammar import as_label
from .public_keys import FIELDS, is_key
from .rule import Fault, Rule, list_rule, reads, text_rule

_USER: Final = re.compile(r"[a-z_][a-z0-9_.-]{0,31}")  # useradd(8), CAVEATS; Debian and Ubuntu take dots as well
_SYSTEM_USERS: Final = frozenset(
    re.findall(
        r"\S+",
        """
        root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats _apt nobody messagebus
        syslog sshd uuidd tcpdump landscape pollinate polkitd fwupd-refresh tss usbmux dnsmasq lxd haproxy keepalived
        keepalived_script etcd containerd kubelet hagen
        """,
    )
)
_SYSTEM_GROUPS: Final = frozenset(
    # base-passwd's /etc/group, and what a server of Ubuntu adds: useradd refuses a name that is a group's already
    re.findall(
        r"\S+",
        """
        adm tty disk lp mail news uucp man proxy kmem dialout fax voice cdrom floppy tape sudo audio dip www-data backup
        operator list irc src shadow utmp video sasl plugdev staff games users nogroup
        crontab input sgx kvm render netdev lxd docker ssh _ssh
        """,
    )
)
_OPTIONS: Final = frozenset(
    # sshd(8), "AUTHORIZED_KEYS FILE FORMAT": those without a value
    re.findall(
        r"\S+",
        """
        agent-forwarding cert-authority no-agent-forwarding no-port-forwarding no-pty no-touch-required no-user-rc
        no-x11-forwarding port-forwarding pty restrict user-rc verify-required x11-forwarding
        """,
    )
)
_UNSAFE: Final = frozenset('"\\')  # the key stands in double quotes in the user data
_MAX_LINE: Final = 8192


def user(text: str) -> Fault | None:
    """An account that useradd makes and that is not the system's own."""
    if _is_the_systems(text):
        kind = "a group" if text in _SYSTEM_GROUPS else "an account"
        return Fault("HG412", f"{quoted(text)} is {kind} of the system", "write ubuntu, or a name of your own")
    if _USER.fullmatch(text):
        return None
    message = f"{quoted(text)} is not a user name: a-z, 0-9, _ . and -, a letter first, at most 32 characters"
    meant = as_label(text, letter_first=True, length=32)
    return Fault("HG412", message, f"write {'ubuntu' if _is_the_systems(meant) else meant}")


def _is_the_systems(text: str) -> bool:
    return text in _SYSTEM_USERS | _SYSTEM_GROUPS or text.startswith("systemd-")


def public_key(text: str) -> Fault | None:
    """One line of authorized_keys: perhaps options, then type, base64, comment (sshd(8))."""
    if "PRIVATE KEY" in text:
        return Fault("HG407", "this is a private SSH key", "take it out, make a new one, and write its .pub file here")
    if len(text.splitlines()) > 1:
        return Fault(
            "HG408", "the SSH key goes over several lines", "write each key as an entry of its own, on one line"
        )
    first, _, rest = text.partition(" ")
    if first and all(option in _OPTIONS for option in first.lower().split(",")):
        return _key(rest.lstrip(" "))
    if '"' in text and any(f" {kind} " in text for kind in FIELDS) and first not in FIELDS:
        message = "options with quotes in front of an SSH key are not taken"
        return Fault("HG408", message, "take them out; options without a value, like restrict or no-pty, may stay")
    return _key(text)


def _key(text: str) -> Fault | None:
    kind, _, rest = text.partition(" ")
    data, _, comment = rest.strip(" ").partition(" ")
    if kind not in FIELDS:
        message = f"{quoted(kind)} is not a type of SSH key"
        return Fault("HG408", message, f"write the line of the .pub file; types: {', '.join(FIELDS)}")
    if not is_key(kind, data):
        message = f"the {kind} key is cut short, or not a {kind} key at all"
        return Fault("HG408", message, "copy the line of the .pub file again, all of it")
    if len(text) > _MAX_LINE:
        return Fault("HG408", f"the SSH key's line is longer than {_MAX_LINE} characters", "shorten its comment")
    if not comment.isprintable() or _UNSAFE & set(comment):
        message = f"the comment {quoted(comment)} holds a quote, a backslash or a control character"
        return Fault("HG408", message, f"write another comment, like {_safe(comment)}")
    return None


def _safe(comment: str) -> str:
    kept = (character if character.isprintable() and character not in _UNSAFE else "-" for character in comment[:40])
    return "".join(kept).strip("- ") or "admin@example.com"


@reads("access.passwordLogin")
def password_login(cluster: Cluster) -> Iterator[Finding]:
    """Passwords are guessed sooner or later."""
    if cluster.access.password_login:
        message = "SSH logins with a password are allowed"
        yield Finding("HG808", ("access", "passwordLogin"), message, "write passwordLogin: false and list sshKeys")


RULES: Final[tuple[Rule, ...]] = (
    password_login,
    text_rule("access.user", lambda cluster: cluster.access.user, user),
    list_rule("access.sshKeys", lambda cluster: cluster.access.ssh_keys, public_key),
)
