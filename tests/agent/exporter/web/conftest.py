"""A folder with certificates, for configurations that name them."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.agent.kubernetes.certificates import authority


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ca = authority(tmp_path / "web")
    server = ca.pair("server").read_bytes()
    ca.pair("other")
    key = load_pem_private_key(server[server.index(b"-----BEGIN PRIVATE") :], None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"passphrase"),
    )
    (ca.directory / "encrypted.pem").write_bytes(locked)
    (ca.directory / "empty.pem").touch()
    return ca.directory
