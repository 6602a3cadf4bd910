"""When a token ends, by what it says of itself."""

import base64
from pathlib import Path

import pytest

from hagen.agent.kubernetes.expiry import token_expiry


def _token(directory: Path, payload: bytes) -> Path:
    path = directory / "token"
    path.write_bytes(b"e30." + base64.urlsafe_b64encode(payload).rstrip(b"=") + b".c2ln\n")
    return path


@pytest.mark.parametrize("payload", [b'{"exp":1795355710}', b'{"exp":1795355710,"a":"b"}', b'{"exp": 1.79535571e9}'])
def test_its_end(payload: bytes, tmp_path: Path) -> None:
    assert token_expiry(_token(tmp_path, payload)) == 1795355710.0


@pytest.mark.parametrize(
    "payload",
    [b"", b"{}", b"[]", b'{"exp":null}', b'{"exp":"soon"}', b'{"exp":NaN}', b'{"exp":Infinity}', b'{"exp":1' + b"0" * 400 + b"}",
     b'{"exp":' + b"[" * 100000, b"\xff"],
    ids=["empty", "nothing", "list", "null", "text", "nan", "infinite", "huge", "deep", "binary"],
)  # fmt: skip
def test_a_claim_that_says_nothing(payload: bytes, tmp_path: Path) -> None:
    assert token_expiry(_token(tmp_path, payload)) is None


@pytest.mark.parametrize("content", [b"", b"opaque", b"a.b", b"a.b.c.d", b"\xff.\xff.\xff", b"a.!.c"])
def test_what_is_no_jwt(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_bytes(content)
    assert token_expiry(path) is None


def test_no_file(tmp_path: Path) -> None:
    assert token_expiry(tmp_path / "none") is None
    assert token_expiry(tmp_path) is None
