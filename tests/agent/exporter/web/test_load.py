"""Web configurations as files: those that are read, and what is said of those that are not."""

import re
import shutil
import ssl
from pathlib import Path

import bcrypt
import pytest
import yaml

from hagen.agent.exporter.web.load import WebConfig, WebConfigError, load_web
from hagen.agent.exporter.web.model import seconds

HERE = Path(__file__).parent
VALID = sorted((HERE / "valid").glob("*.yaml"))
INVALID = sorted((HERE / "invalid").glob("*.yaml"))


def load(folder: Path, fixture: Path) -> WebConfig:
    return load_web(Path(shutil.copy(fixture, folder / "web.yaml")))


@pytest.mark.parametrize("fixture", INVALID, ids=lambda path: path.stem)
def test_every_problem_is_said_at_once(folder: Path, fixture: Path) -> None:
    expected = re.findall(r"^# expect: (.*)$", fixture.read_text(), re.MULTILINE)
    with pytest.raises(WebConfigError) as caught:
        load(folder, fixture)
    problems = caught.value.problems
    assert len(problems) == len(expected) > 0, problems
    for text in expected:
        assert [problem for problem in problems if problem.startswith(text)], (text, problems)


@pytest.mark.parametrize("fixture", VALID, ids=lambda path: path.stem)
def test_valid_files_are_read(folder: Path, fixture: Path) -> None:
    load(folder, fixture)


def test_nothing_is_asked_of_anybody_by_an_empty_file(folder: Path) -> None:
    found = load(folder, HERE / "valid/empty.yaml")
    assert (found.context, found.users, found.rate, found.allowed_sans) == (None, {}, None, None)


def test_everything_arrives(folder: Path) -> None:
    found = load(folder, HERE / "valid/everything.yaml")
    assert found.context is not None
    assert found.context.verify_mode is ssl.CERT_REQUIRED
    assert found.context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert not found.context.options & ssl.OP_CIPHER_SERVER_PREFERENCE
    ciphers = {cipher["name"] for cipher in found.context.get_ciphers() if cipher["protocol"] != "TLSv1.3"}
    assert ciphers == {"ECDHE-ECDSA-AES128-GCM-SHA256"}
    assert found.allowed_sans == {"prometheus.example", "192.0.2.7", "2001:db8::7"}
    assert found.headers == {
        "Strict-Transport-Security": "max-age=31536000",
        "X-Frame-Options": "deny",
        "X-Content-Type-Options": "nosniff",
    }
    assert (found.rate, found.burst) == (5.0, 20)
    assert {path.name for path in found.files} == {"web.yaml", "server.pem", "ca.crt"}


def test_only_the_given_ca_is_trusted_with_clients(folder: Path) -> None:
    """Python's own servers take the public CAs of the system when none is given."""
    found = load(folder, HERE / "valid/everything.yaml")
    assert found.context is not None
    assert [entry["subject"] for entry in found.context.get_ca_certs()] == [((("commonName", "kubernetes"),),)]


def test_certificates_may_stand_in_the_file_itself(folder: Path) -> None:
    pem = (folder / "server.pem").read_text()
    (folder / "web.yaml").write_text(yaml.safe_dump({"tls_server_config": {"cert": pem, "key": pem}}))
    found = load_web(folder / "web.yaml")
    assert found.context is not None
    assert found.files == (folder / "web.yaml",)


def test_what_stands_around_a_certificate_is_for_people(folder: Path) -> None:
    """Bundles name their authorities, in whatever language."""
    (folder / "ca.crt").write_text("# Stelle für Prüfungen\n" + (folder / "ca.crt").read_text())
    assert load(folder, HERE / "valid/everything.yaml").context is not None


def test_pair_and_authority_are_told_of_together(folder: Path) -> None:
    (folder / "ca.crt").write_text("nothing")
    (folder / "server.pem").write_text("nothing")
    with pytest.raises(WebConfigError) as caught:
        load(folder, HERE / "valid/everything.yaml")
    pair, authority = caught.value.problems
    assert pair.startswith("tls_server_config: certificate and key cannot be used: ")
    assert authority.startswith("tls_server_config: the client CA cannot be used: ")


@pytest.mark.parametrize("text", ['"\\e[31mred\\nx": 1', 'a: "\x01"'])
def test_a_problem_is_one_line_and_steers_no_terminal(folder: Path, text: str) -> None:
    (folder / "web.yaml").write_text(text)
    with pytest.raises(WebConfigError) as caught:
        load_web(folder / "web.yaml")
    (problem,) = caught.value.problems
    assert problem.isprintable()


@pytest.mark.parametrize("value", ["!!timestamp soon", '!!float ""', '!!int ""'])
def test_a_value_that_its_tag_cannot_have_is_a_problem(folder: Path, value: str) -> None:
    (folder / "web.yaml").write_text(f"rate_limit: {{interval: {value}}}")
    with pytest.raises(WebConfigError, match="is not YAML"):
        load_web(folder / "web.yaml")


def test_a_hash_is_one_that_bcrypt_takes(folder: Path) -> None:
    """The last letter of the salt has two bits only."""
    good = bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode()
    for letter in "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789":
        digest = good[:28] + letter + good[29:]
        (folder / "web.yaml").write_text(f"basic_auth_users: {{prometheus: {digest}}}")
        try:
            bcrypt.checkpw(b"x", digest.encode())
        except ValueError:
            with pytest.raises(WebConfigError, match="is not a bcrypt hash"):
                load_web(folder / "web.yaml")
        else:
            assert load_web(folder / "web.yaml").users


def test_tls_without_anything_is_not_plain_http(folder: Path) -> None:
    (folder / "web.yaml").write_text("tls_server_config:\n")
    with pytest.raises(WebConfigError, match="tls_server_config: is empty"):
        load_web(folder / "web.yaml")


def test_a_secret_is_in_no_problem(folder: Path) -> None:
    (folder / "web.yaml").write_text("basic_auth_users: {prometheus: hunter2}\ntls_server_config: {key: [hunter2]}\n")
    with pytest.raises(WebConfigError) as caught:
        load_web(folder / "web.yaml")
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WebConfigError, match="cannot be read"):
        load_web(tmp_path / "web.yaml")


@pytest.mark.parametrize(
    ("text", "expected"), [("1s", 1), ("1m30s", 90), ("200ms", 0.2), ("0.5s", 0.5), ("0", 0), ("0s", 0)]
)
def test_durations(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "1", "s", "1h", "-1s", "1 s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        seconds(text)
