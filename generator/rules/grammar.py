"""What a name may look like: DNS labels and names (RFC 1123), and what to write instead of one that is none."""

import re
import unicodedata
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from ..problem import quoted
from .rule import Fault

LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DNS_NAME: Final = re.compile(rf"{LABEL.pattern}(\.{LABEL.pattern})*")
_DNS_NAME_LENGTH: Final = 253  # RFC 1035, section 2.3.4, less the dots that only the wire has
_LOOKS_LIKE_ADDRESS: Final = re.compile(r"[0-9./]+")


def is_dns_name(text: str) -> bool:
    """Labels joined by dots; case matters, as it does to Kubernetes."""
    return len(text) <= _DNS_NAME_LENGTH and _DNS_NAME.fullmatch(text) is not None


def is_ipv4(text: str) -> bool:
    """Four numbers joined by dots."""
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True


def is_ipv6(text: str) -> bool:
    """An IPv6 address, with or without the brackets of a URL."""
    try:
        IPv6Address(text.removeprefix("[").removesuffix("]"))
    except AddressValueError:
        return False
    return True


def as_label(text: str, *, letter_first: bool = False, length: int = 63) -> str:
    """The nearest DNS label, for a remedy; "name" when nothing is left of the text."""
    plain = unicodedata.normalize("NFKD", text[:200].lower()).encode("ascii", "ignore").decode()
    label = re.sub(r"[^a-z0-9]+", "-", plain).lstrip("-")
    if letter_first:
        label = label.lstrip("0123456789-")
    return label[:length].rstrip("-") or "name"


def as_dns_name(text: str) -> str:
    """The nearest DNS name, for a remedy."""
    labels = [as_label(part) for part in text[:200].removeprefix("*.").split(".") if part]
    return ".".join(labels[:8]) or "name"


def label(text: str) -> Fault | None:
    """A DNS label."""
    if LABEL.fullmatch(text):
        return None
    message = f"{quoted(text)} is not a DNS label: a-z, 0-9 and -, at most 63 characters, no - at the ends"
    return Fault("HG402", message, f"write {as_label(text)}")


def letter_label(text: str) -> Fault | None:
    """A DNS label that begins with a letter: RFC 1035, LXD's instances and the names of Services."""
    fault = label(text)
    if fault is not None:
        return Fault(fault.code, fault.message, f"write {as_label(text, letter_first=True)}")
    if text[0].isdigit():
        suggestion = as_label(text, letter_first=True)
        return Fault("HG402", f"{quoted(text)} begins with a digit", f"write a letter first, like {suggestion}")
    return None


def dns_name(text: str) -> Fault | None:
    """A DNS name in lower case, without a wildcard, and not an address."""
    if is_ipv4(text) or is_ipv6(text):
        return Fault("HG404", f"{quoted(text)} is an address, not a name", "write a name, like app.example.com")
    if is_dns_name(text):
        return None
    if text.startswith("*."):
        message = f"{quoted(text)} is a wildcard"
    else:
        message = f"{quoted(text)} is not a DNS name: a-z, 0-9 and -, joined by dots"
    return Fault("HG404", message, f"write {as_dns_name(text)}")


def name_or_address(text: str) -> Fault | None:
    """A DNS name or an IPv4 address; IPv6 is refused by name."""
    if is_ipv6(text):
        return Fault("HG314", f"{quoted(text)} is an IPv6 address", "write a name or an IPv4 address")
    if is_ipv4(text) or (is_dns_name(text) and not _LOOKS_LIKE_ADDRESS.fullmatch(text)):
        return None
    if _LOOKS_LIKE_ADDRESS.fullmatch(text):
        return Fault("HG108", f"{quoted(text)} is not an IP address", "write it like 10.196.35.11")
    return dns_name(text)
