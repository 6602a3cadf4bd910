"""The commands as a user calls them: a process, its output, its exit code."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support import MINIMAL, ROOT

HAGEN = [sys.executable, "-m", "hagen.generator"]


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    return tmp_path


def hagen(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*HAGEN, *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=60)


def test_help_lists_every_command() -> None:
    result = hagen("--help")
    assert result.returncode == 0
    for command in ("init", "check", "render", "diff", "node", "schema"):
        assert f"  {command} " in result.stdout


@pytest.mark.parametrize("command", ["init", "check", "render", "diff", "node", "schema"])
def test_every_command_explains_itself(command: str) -> None:
    result = hagen(command, "--help")
    assert result.returncode == 0
    assert len(result.stdout) > 100


def test_the_version_is_the_installed_one() -> None:
    assert hagen("--version").stdout == "hagen 0.1.0\n"


@pytest.mark.parametrize("arguments", [["chekc"], ["check", "--nope"], ["init", "--workers", "0"], ["check", "extra"]])
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    result = hagen(*arguments)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_a_mistyped_command_is_guessed() -> None:
    assert "Did you mean 'check'?" in hagen("chekc").stderr


def test_init_without_a_terminal_takes_the_defaults() -> None:
    assert hagen("init").returncode == 0
    assert hagen("check").returncode == 0
    assert Path("hagen.yaml").read_text() == (ROOT / "examples/hagen.yaml").read_text()
    assert json.loads(Path("hagen.schema.json").read_text())["title"] == "hagen.yaml"


def test_init_takes_every_answer_as_an_option() -> None:
    result = hagen(
        *(
            "init",
            "deep/er/staging.yaml",
            "--yes",
            "--name",
            "staging",
            "--repository",
            "git@example.com:x/staging.git",
        ),
        *("--network", "192.168.8.0/24", "--virtual-ip", "192.168.8.250"),
        *("--load-balancers", "3", "--control-planes", "5", "--workers", "12"),
    )
    assert result.returncode == 0, result.stderr
    document = yaml.safe_load(Path("deep/er/staging.yaml").read_text())
    assert document["metadata"]["name"] == "staging"
    assert document["network"]["virtualIP"] == "192.168.8.250"
    assert [node["role"] for node in document["nodes"]] == ["load-balancer"] * 3 + ["control-plane"] * 5 + [
        "worker"
    ] * 12
    assert hagen("check", "-c", "deep/er/staging.yaml").returncode == 0


def test_init_never_replaces_a_file_unasked() -> None:
    Path("hagen.yaml").write_text("mine")
    result = hagen("init", "--yes")
    assert (result.returncode, Path("hagen.yaml").read_text()) == (1, "mine")
    assert "--force" in result.stderr
    assert hagen("init", "--yes", "--force").returncode == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--control-planes", "4"],
        ["--name", "Not A Label"],
        ["--virtual-ip", "192.0.2.1"],
        ["--repository", "/srv/git"],
        ["--network", "10.0.0.0/30"],
        ["--workers", "2"],
    ],
)
def test_init_writes_nothing_that_check_would_refuse(options: list[str]) -> None:
    result = hagen("init", "--yes", *options)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert not list(Path().iterdir())


def test_init_asks_on_a_terminal() -> None:
    leader, follower = pty.openpty()
    with subprocess.Popen([*HAGEN, "init"], stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        os.close(follower)
        # The second answer to "network" comes after a refusal that says what was meant.
        os.write(leader, b"lab\n\n10.9.8.7/24\n10.9.8.0/24\n\n2\n3\n4\n")
        output, errors = process.communicate(timeout=30)
    os.close(leader)
    assert process.returncode == 0, errors
    assert b"did you mean 10.9.8.0/24?" in output + errors
    document = yaml.safe_load(Path("hagen.yaml").read_text())
    assert document["metadata"]["name"] == "lab"
    assert document["repository"]["url"].endswith("/lab.git")
    assert document["network"]["virtualIP"] == "10.9.8.30"
    assert len(document["nodes"]) == 9


@pytest.mark.parametrize(
    ("network", "chosen"), [("10.244.3.0/24", "podCIDR"), ("10.97.0.0/24", "serviceCIDR"), ("10.0.0.0/8", "podCIDR")]
)
def test_init_makes_room_for_the_network_of_the_machines(network: str, chosen: str) -> None:
    result = hagen("init", "--yes", "--network", network)
    assert result.returncode == 0, result.stderr
    assert f"kubernetes.{chosen}: " in result.stdout
    assert hagen("check").returncode == 0


@pytest.mark.parametrize(("network", "address"), [("192.168.3.0/28", "192.168.3.14"), ("10.9.8.64/27", "10.9.8.94")])
def test_init_takes_small_networks(network: str, address: str) -> None:
    assert hagen("init", "--yes", "--network", network).returncode == 0
    assert yaml.safe_load(Path("hagen.yaml").read_text())["network"]["virtualIP"] == address
    assert hagen("check").returncode == 0


def test_init_names_the_option_to_change() -> None:
    result = hagen("init", "--yes", "--control-planes", "4", "--name", "Foo")
    assert "--control-planes 5" in result.stderr
    assert "--name foo" in result.stderr
    assert "hagen.yaml:" not in result.stderr


def test_init_without_standard_input_takes_the_defaults() -> None:
    result = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *HAGEN, "init"], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stderr


def test_init_asks_again_and_loses_no_answer() -> None:
    leader, follower = pty.openpty()
    with subprocess.Popen([*HAGEN, "init"], stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        os.close(follower)
        # An even number is asked for again at once; the wrong name after all the others, which stand as they were.
        os.write(leader, b"Lab\n\n10.9.8.0/24\n\n2\n4\n5\n4\n" + b"lab\n\n\n\n\n\n\n")
        _, errors = process.communicate(timeout=30)
    os.close(leader)
    assert process.returncode == 0, errors
    document = yaml.safe_load(Path("hagen.yaml").read_text())
    assert (document["metadata"]["name"], document["network"]["cidr"]) == ("lab", "10.9.8.0/24")
    assert len(document["nodes"]) == 11


def test_a_terminal_never_sees_a_control_character_of_the_file() -> None:
    Path("hagen.yaml").write_bytes(MINIMAL + 'metadata: {name: "\u202e\tÄ 日本", nam: 1}\n'.encode())
    leader, follower = pty.openpty()
    with subprocess.Popen([*HAGEN, "check"], stdout=follower, stdin=subprocess.DEVNULL) as process:
        process.wait(timeout=30)
    os.close(follower)
    output = os.read(leader, 65536).decode()
    os.close(leader)
    assert "\u202e" not in output
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip("\r") for line in output.split("\n")]
    (shown, mark) = next((line, lines[index + 1]) for index, line in enumerate(lines) if "nam: 1" in line)
    assert '"? Ä 日本"' in shown
    assert mark.index("^") in {shown.index('"'), shown.index("nam: 1") + 2}


def test_an_unreadable_file_ends_as_a_missing_one() -> None:
    assert hagen("check", "-c", "missing").returncode == 1
    assert hagen("check", "-c", "/proc/self/mem").returncode == 1


def test_check_is_silent_about_a_sound_file() -> None:
    Path("hagen.yaml").write_bytes(MINIMAL)
    result = hagen("check")
    assert result.returncode == 0
    assert result.stdout == "hagen.yaml: no problems; production: 2 load balancers, 3 control planes, 3 workers\n"


def test_check_prints_place_code_and_remedy_of_every_problem() -> None:
    Path("hagen.yaml").write_bytes(MINIMAL + b"netwrok: {}\ndatabase: {size: 4}\n")
    result = hagen("check")
    assert result.returncode == 1
    first, second, *_ = result.stdout.splitlines()
    assert first.startswith("hagen.yaml:3:1: error HG103: ")
    assert "network" in first
    assert second.startswith("hagen.yaml:4:18: error HG207: ")


def test_check_as_json() -> None:
    Path("hagen.yaml").write_bytes(MINIMAL + b"database: {size: 4}\n")
    result = hagen("check", "--json")
    document = json.loads(result.stdout)
    assert (result.returncode, document["errors"], document["warnings"]) == (1, 1, 0)
    (problem,) = document["problems"]
    assert {key: problem[key] for key in ("line", "column", "code", "severity", "path")} == {
        "line": 3,
        "column": 18,
        "code": "HG207",
        "severity": "error",
        "path": "database.size",
    }


def test_only_strict_minds_warnings() -> None:
    Path("hagen.yaml").write_bytes(MINIMAL + b"access: {passwordLogin: true}\n")
    assert hagen("check").returncode == 0
    assert hagen("check", "--strict").returncode == 3
    assert hagen("render", "--strict").returncode == 3
    assert not Path("build").exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[", b"- a", b"x: " + b"[" * 5000])
def test_a_file_that_is_none_is_a_problem_and_no_traceback(content: bytes) -> None:
    Path("hagen.yaml").write_bytes(content)
    for command in ("check", "render", "diff"):
        result = hagen(command)
        assert result.returncode == 1
        assert "Traceback" not in result.stderr + result.stdout
    assert [path.name for path in Path().iterdir()] == ["hagen.yaml"]


def test_a_missing_file_says_how_to_get_one() -> None:
    result = hagen("check")
    assert result.returncode == 1
    assert "hagen init" in result.stderr


def test_a_folder_is_no_file() -> None:
    Path("hagen.yaml").mkdir()
    assert hagen("check").returncode == 1


def test_colours_only_on_a_terminal() -> None:
    Path("hagen.yaml").write_bytes(MINIMAL + b"database: {size: 4}\n")
    assert "\x1b[" not in hagen("check").stdout
    leader, follower = pty.openpty()
    with subprocess.Popen([*HAGEN, "check"], stdout=follower, stdin=subprocess.DEVNULL) as process:
        process.wait(timeout=30)
    os.close(follower)
    output = os.read(leader, 65536).decode()
    os.close(leader)
    assert "\x1b[" in output
    assert "database: {size: 4}" in output, "a terminal sees the line itself"


def test_a_reader_that_goes_away_is_no_defect() -> None:
    with subprocess.Popen([*HAGEN, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        errors = process.stderr.read()
        process.wait(timeout=30)
    assert b"Traceback" not in errors
    assert b"defect" not in errors


def test_a_defect_is_reported_without_a_traceback(tmp_path: Path) -> None:
    script = "from hagen.generator.boundary import boundary\nwith boundary():\n    raise RuntimeError('impossible')\n"
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    assert result.returncode == 70
    assert "Traceback" not in result.stderr
    (report,) = tmp_path.glob("hagen-report-*.txt")
    assert "RuntimeError: impossible" in report.read_text()


HEAVY = ("pylxd", "kubernetes", "cookiecutter", "jinja2")


@pytest.mark.parametrize("arguments", [["--help"], ["check"], ["schema"]])
def test_light_commands_load_nothing_heavy(arguments: list[str]) -> None:
    Path("hagen.yaml").write_bytes(MINIMAL)
    script = (
        "import sys\n"
        "from hagen.generator.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        f"    print([module for module in {HEAVY!r} if module in sys.modules])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.stdout.splitlines()[-1] == "[]"
