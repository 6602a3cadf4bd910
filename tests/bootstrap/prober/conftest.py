"""Certificates for 127.0.0.1, once for all tests."""

import pytest

from tests.testbed.pki import Certificates, issue


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("prober") / "pki", ["localhost"], ["127.0.0.1"])
