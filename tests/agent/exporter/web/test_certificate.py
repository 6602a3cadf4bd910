"""The expiry, against what cryptography reads."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from hagen.agent.exporter.web.certificate import expiry
from tests.agent.kubernetes.certificates import authority


@pytest.mark.parametrize("life", [timedelta(days=1), timedelta(days=365 * 40)], ids=["UTCTime", "GeneralizedTime"])
def test_expiry(tmp_path: Path, life: timedelta) -> None:
    pem = authority(tmp_path / "ca").pair("server", life=life).read_bytes()
    assert expiry(pem.decode()) == x509.load_pem_x509_certificate(pem).not_valid_after_utc.timestamp()


def test_a_key_before_the_certificate_does_not_matter(tmp_path: Path) -> None:
    pem = authority(tmp_path / "ca").pair("server").read_text()
    start = pem.index("-----BEGIN PRIVATE")
    assert expiry(pem[start:] + pem[:start]) == expiry(pem)


@pytest.mark.parametrize(
    "text", ["", "-----BEGIN CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"]
)
def test_no_certificate(text: str) -> None:
    with pytest.raises(ValueError, match="no certificate"):
        expiry(text)
