"""docs/drill-schema.json is made from the report's shape. `make update` writes it anew."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from hagen.bootstrap.commands.drill import command
from hagen.bootstrap.drills.judgement import judge
from hagen.bootstrap.drills.report import dump, json_schema, load, schema_text
from hagen.bootstrap.drills.worker import DRILL as WORKER
from tests.bootstrap.drills.played import IDENTITY, play
from tests.support import ROOT

PAGE = ROOT / "docs/drill-schema.json"
FIXTURES = sorted((Path(__file__).parent / "page/fixtures").glob("*.json"))


def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    return jsonschema.Draft202012Validator(json.loads(PAGE.read_text()))


def test_page_is_up_to_date() -> None:
    if os.environ.get("HAGEN_UPDATE"):
        PAGE.write_text(schema_text())
    assert PAGE.read_text() == schema_text(), "run `make update`"


def test_the_command_prints_it_without_a_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(command, ["--schema"])
    assert (told.exit_code, told.stdout, told.stderr) == (0, PAGE.read_text(), "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_report_validates(path: Path) -> None:
    validator().validate(json.loads(path.read_text()))
    validator().validate(json.loads(dump(load(path))))


@pytest.mark.parametrize("report", [judge(play(), IDENTITY), judge(play(WORKER, bound=None), IDENTITY)])
def test_what_a_drill_writes_validates(report: Any) -> None:
    validator().validate(json.loads(dump(report)))


@pytest.mark.parametrize(
    ("place", "wrong"),
    [("schema", "hagen-drill/2"), ("verdict", "perhaps"), ("watched", [0]), ("probes", None), ("drill", 1)],
)
def test_what_is_no_report_does_not(place: str, wrong: object) -> None:
    document = json.loads(FIXTURES[0].read_text())
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(document | {place: wrong})
    with pytest.raises(jsonschema.ValidationError, match=f"'{place}' is a required property"):
        validator().validate({key: value for key, value in document.items() if key != place})


def test_what_another_version_added_is_left_alone() -> None:
    there = FIXTURES[0].parent
    read = load(there / "of-another-version.json")
    held = load(there / "held.json")
    assert (read.objectives[0].measured, read.lanes, read.restored) == (
        held.objectives[0].measured,
        held.lanes,
        held.restored,
    )
    assert b"startedBy" not in dump(read)
