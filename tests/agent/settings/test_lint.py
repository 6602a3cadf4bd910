"""The rules: silent on every file that hagen renders, one mistake each otherwise. The mistakes are files."""

from pathlib import Path

import pytest
import yaml

from hagen.agent.config import AgentConfig, load_config
from hagen.agent.settings import RULES, judge_settings, read_settings
from tests.agent.settings.samples import CLUSTER, GOLDEN, notes, reference, shipped_files

MISTAKES = yaml.safe_load((Path(__file__).parent / "fixtures/mistakes.yaml").read_text())
HOSTS = sorted(path.parent for path in GOLDEN.glob("*/clusters/*/load-balancers/*/keepalived.conf"))


@pytest.mark.parametrize("host", HOSTS, ids=lambda path: f"{path.parents[3].name}-{path.name}")
def test_nothing_is_found_in_what_hagen_renders(host: Path) -> None:
    config = load_config(host.parents[1] / "agent.yaml")
    settings = read_settings(config, host / "keepalived.conf", host / "haproxy.cfg")
    assert settings.findings == ()
    assert {"load-balancer-off", "apiserver-hangs", "worker-off"} <= set(settings.bounds)


def test_the_kubeadm_notes() -> None:
    assert sorted({finding.code for finding in notes().findings}) == [
        "HA107", "HA109", "HA112", "HA113", "HA115", "HA202", "HA203", "HA205", "HA209", "HA210",
    ]  # fmt: skip


@pytest.mark.parametrize("code", [code for code in RULES if code not in {"HA100", "HA200"}])
def test_each_mistake_is_found(code: str, tmp_path: Path) -> None:
    """`replace` in a rendered file gives exactly this code (or those it names besides)."""
    assert code in MISTAKES, "every rule has a mistake"
    for mistake in MISTAKES[code]:
        texts = dict(zip(("keepalived", "haproxy"), shipped_files(), strict=True))
        texts["agent"] = (CLUSTER / "agent.yaml").read_text()
        for old, new in mistake["replace"].items():
            assert old in texts[mistake["file"]], old
            texts[mistake["file"]] = texts[mistake["file"]].replace(old, new)
        found = judge_settings(config_of(texts["agent"], tmp_path), texts["keepalived"], texts["haproxy"]).findings
        assert sorted({finding.code for finding in found}) == sorted([code, *mistake.get("besides", [])])
        said = " ".join(finding.text for finding in found if finding.code == code)
        assert mistake["says"] in said
        assert RULES[code].remedy in said


def config_of(text: str, directory: Path) -> AgentConfig:
    path = directory / "agent.yaml"
    path.write_text(text)
    return load_config(path)


def test_files_that_cannot_be_read_are_findings_and_the_rest_is_judged_all_the_same(tmp_path: Path) -> None:
    settings = read_settings(reference(), tmp_path / "none.conf", tmp_path)
    assert [finding.code for finding in settings.findings] == ["HA100", "HA200"]
    assert "No such file" in settings.findings[0].text
    assert settings.bounds == {}


def test_a_file_that_is_no_text_is_judged_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "haproxy.cfg"
    path.write_bytes(b"\xff\xfe\x00listen")
    settings = read_settings(reference(), CLUSTER / "load-balancers/k8s-lb-1/keepalived.conf", path)
    assert {finding.code for finding in settings.findings} == {"HA208", "HA210"}
    assert "load-balancer-off" in settings.bounds
    assert "worker-off" not in settings.bounds
