"""The keys of the file and what each may be by itself."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from . import suites

VERIFYING = ("VerifyClientCertIfGiven", "RequireAndVerifyClientCert")
_UNVERIFYING = ("RequestClientCert", "RequireAnyClientCert")
# 22 letters of 6 bits are 132, and a salt has 128: four letters can be its last, and no library takes another.
_BCRYPT = re.compile(r"\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}")
_LEAST_COST, _MOST_COST = 4, 15  # the most: about two seconds of CPU for each new login
_DURATION = re.compile(r"(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\x80-\xff]*")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _version(value: str) -> str:
    if value in {"TLS10", "TLS11"}:
        raise ValueError("is not offered since RFC 8996; use TLS12 or TLS13")
    if value not in {"TLS12", "TLS13"}:
        raise ValueError("is no version of TLS; use TLS12 or TLS13")
    return value


def _auth_type(value: str) -> str:
    if value in _UNVERIFYING:
        raise ValueError("lets anybody in who has any certificate; use RequireAndVerifyClientCert")
    if value not in {"NoClientCert", *VERIFYING}:
        raise ValueError("is unknown; use NoClientCert or RequireAndVerifyClientCert")
    return value


def _suite(value: str) -> str:
    if value not in suites.OPENSSL and value not in suites.ALWAYS:
        raise ValueError("is not a cipher suite that may be used; one is TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
    return value


def _curves(value: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in value if name not in suites.CURVES]
    if unknown:
        raise ValueError(f"{unknown[0]} is unknown; use one of {', '.join(suites.CURVES)}")
    if len(value) > 1:
        raise ValueError("takes one curve here; leave the key out for OpenSSL's own order")
    return value


def _hash(value: str) -> str:
    match = _BCRYPT.fullmatch(value)
    if match is None:
        raise ValueError('is not a bcrypt hash; make one with `htpasswd -nBC 10 ""`')
    if not _LEAST_COST <= int(match[1]) <= _MOST_COST:
        raise ValueError(f"has cost {int(match[1])}; {_LEAST_COST} to {_MOST_COST} can be used, and 10 is usual")
    return value


def _user(value: str) -> str:
    if not value or ":" in value:
        raise ValueError("cannot be a user's name in basic authentication: it is empty or has a colon")
    return value


def _header(value: str) -> str:
    if not _HEADER_VALUE.fullmatch(value):
        raise ValueError("has characters that no header may have; write it on one line, in Latin-1")
    return value


def _one_of(*allowed: str) -> AfterValidator:
    def check(value: str) -> str:
        if value.lower() not in {"", *allowed}:
            raise ValueError(f"must be {' or '.join(allowed)}")
        return value

    return AfterValidator(check)


def seconds(value: str) -> float:
    """Of a duration as Go writes it: 1m30s, 0.5s, 200ms, 0. ValueError for anything else."""
    match = _DURATION.fullmatch(value)
    if match is None or not value:
        if value == "0":
            return 0.0
        raise ValueError("is not a duration; one is 1s, 200ms or 1m30s")
    minutes, whole, thousandths = (float(part or 0) for part in match.groups())
    return 60 * minutes + whole + thousandths / 1000


def _duration(value: str) -> str:
    seconds(value)
    return value


Version = Annotated[str, AfterValidator(_version)]
HeaderValue = Annotated[str, AfterValidator(_header)]


class TLSConfig(_Section):
    """tls_server_config."""

    cert: str | None = None
    cert_file: str | None = None
    key: str | None = Field(default=None, repr=False)
    key_file: str | None = None
    client_ca: str | None = None
    client_ca_file: str | None = None
    client_auth_type: Annotated[str, AfterValidator(_auth_type)] = "NoClientCert"
    client_allowed_sans: tuple[str, ...] = Field(default=(), strict=False)
    min_version: Version = "TLS12"
    max_version: Version = "TLS13"
    cipher_suites: tuple[Annotated[str, AfterValidator(_suite)], ...] = Field(default=(), strict=False)
    prefer_server_cipher_suites: bool = True
    curve_preferences: Annotated[tuple[str, ...], Field(strict=False), AfterValidator(_curves)] = ()


class Headers(_Section):
    """The headers that may be set; a blank one is not sent."""

    content_security_policy: HeaderValue = Field(default="", alias="Content-Security-Policy")
    frame_options: Annotated[HeaderValue, _one_of("deny", "sameorigin")] = Field(default="", alias="X-Frame-Options")
    content_type_options: Annotated[HeaderValue, _one_of("nosniff")] = Field(default="", alias="X-Content-Type-Options")
    xss_protection: HeaderValue = Field(default="", alias="X-XSS-Protection")
    transport_security: HeaderValue = Field(default="", alias="Strict-Transport-Security")


class HTTPConfig(_Section):
    """http_server_config."""

    http2: bool = True
    headers: Headers = Headers()


class RateLimit(_Section):
    """rate_limit: a token bucket. An interval of 0 is no limit."""

    interval: Annotated[str, AfterValidator(_duration)] = "0"
    burst: int = Field(default=1, ge=1)


class WebFile(_Section):
    """The whole file."""

    tls_server_config: TLSConfig | None = None
    http_server_config: HTTPConfig = HTTPConfig()
    basic_auth_users: dict[Annotated[str, AfterValidator(_user)], Annotated[str, AfterValidator(_hash)]] = Field(
        default={}, repr=False
    )
    rate_limit: RateLimit | None = None
