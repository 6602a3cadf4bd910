"""When a certificate expires, read from its DER: the standard library tells that of a peer's certificate only."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

_VERSION, _UTC_TIME, _GENERALIZED_TIME = 0xA0, 0x17, 0x18
_LONG = 0x80
_VALIDITY = 3  # after serial number, signature algorithm and issuer (RFC 5280, 4.1)
_END = "-----END CERTIFICATE-----"


def expiry(pem: str) -> float:
    """Seconds since the epoch, of the first certificate. ValueError when there is none."""
    start, found, _ = pem[pem.find("-----BEGIN CERTIFICATE-----") :].partition(_END)
    if not found:
        raise ValueError("there is no certificate in it")
    (_, certificate), *_ = _elements(ssl.PEM_cert_to_DER_cert(start + found))
    (_, signed), *_ = _elements(certificate)
    fields = [content for tag, content in _elements(signed) if tag != _VERSION]
    _, (tag, text) = _elements(fields[_VALIDITY])
    form = {_UTC_TIME: "%y%m%d%H%M%SZ", _GENERALIZED_TIME: "%Y%m%d%H%M%SZ"}[tag]
    return datetime.strptime(text.decode("ascii"), form).replace(tzinfo=UTC).timestamp()


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element, one after the other (X.690, 8.1)."""
    place = 0
    while place < len(data):
        tag, length = data[place], data[place + 1]
        place += 2
        if length & _LONG:
            size = length & ~_LONG
            length = int.from_bytes(data[place : place + size])
            place += size
        yield tag, data[place : place + length]
        place += length
