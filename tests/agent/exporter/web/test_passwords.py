"""Right, wrong, unknown; and what is remembered."""

import time

import bcrypt
import pytest

from hagen.agent.exporter.web.passwords import Passwords


def hashed(password: str, cost: int = 4, prefix: bytes = b"2b") -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost, prefix)).decode()


@pytest.fixture(scope="module")
def users() -> dict[str, str]:
    return {"prometheus": hashed("richtig"), "peer": hashed("anders").replace("$2b$", "$2y$")}


@pytest.mark.parametrize(
    ("name", "password", "right"),
    [
        ("prometheus", "richtig", True),
        ("peer", "anders", True),
        ("prometheus", "anders", False),
        ("prometheus", "", False),
        ("prometheus", "richtig\0", False),
        ("prometheus", "x" * 5000, False),
        ("nobody", "richtig", False),
        ("", "", False),
        ("prometheus", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), False),
    ],
)  # fmt: skip
def test_check(users: dict[str, str], name: str, password: str, right: bool) -> None:
    passwords = Passwords(users)
    assert passwords.check(name, password) is right
    assert passwords.remembers(name, password) is right


def test_what_bcrypt_does_not_look_at_does_not_count() -> None:
    assert Passwords({"long": hashed("x" * 72)}).check("long", "x" * 100)


def test_nothing_is_remembered_by_parts() -> None:
    passwords = Passwords({"ab": hashed("c")})
    assert passwords.check("ab", "c")
    assert not passwords.remembers("a", "bc")


def test_only_so_many_are_remembered() -> None:
    names = [f"user-{number}" for number in range(70)]
    digest = hashed("same")
    passwords = Passwords(dict.fromkeys(names, digest))
    assert all(passwords.check(name, "same") for name in names)
    assert sum(passwords.remembers(name, "same") for name in names) == 64
    assert passwords.remembers(names[-1], "same")


def test_an_unknown_name_costs_as_much_as_a_known_one() -> None:
    passwords = Passwords({"prometheus": hashed("richtig", cost=8)})

    def cost(name: str) -> float:
        start = time.thread_time()
        for _ in range(5):
            passwords.check(name, "falsch")
        return time.thread_time() - start

    ratio = cost("nobody") / cost("prometheus")
    assert 0.2 < ratio < 5  # without the hash of nobody it is below 0.01
