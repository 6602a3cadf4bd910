"""The health that Argo CD gives an Application, run as Argo CD runs it: Lua 5.1 with tables and little else."""

from typing import Any

import pytest
from lupa.lua51 import LuaRuntime

from tests.gitops.objects import repository_of
from tests.support import VALID, name_of

KEY = "resource.customizations.health.argoproj.io_Application"
# util/lua/lua.go of Argo CD opens package, base and table; `os` knows the time alone.
CLOSED = ("string", "io", "math", "debug", "os")
REFERENCE = next(path for path in VALID if path.stem == "reference")


def health(script: str, status: dict[str, Any] | None) -> tuple[str, str]:
    """(status, message) of an Application with this status."""
    lua = LuaRuntime(unpack_returned_tuples=True)
    for library in CLOSED:
        lua.globals()[library] = None
    lua.globals().obj = lua.table_from({} if status is None else {"status": status}, recursive=True)
    result = lua.execute(script)
    return result.status, result.message


def script_of(name: str) -> str:
    settings = repository_of(next(path for path in VALID if path.stem == name)).find("ConfigMap", "argocd", "argocd-cm")
    assert settings
    return str(settings.object["data"][KEY])


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, "Progressing"),
        ({}, "Progressing"),
        ({"health": {"status": "Healthy"}}, "Healthy"),
        ({"health": {"status": "Degraded", "message": "no"}}, "Degraded"),
        ({"health": {"status": "Healthy"}, "operationState": {"phase": "Succeeded", "retryCount": 9}}, "Healthy"),
        ({"health": {"status": "Healthy"}, "operationState": {"phase": "Running"}}, "Progressing"),
        ({"health": {"status": "Healthy"}, "operationState": {"phase": "Running", "retryCount": 4}}, "Progressing"),
        ({"health": {"status": "Healthy"}, "operationState": {"phase": "Running", "retryCount": 5}}, "Degraded"),
    ],
)
def test_waves_wait_for_a_sync_but_not_for_one_that_goes_on_failing(
    status: dict[str, Any] | None, expected: str
) -> None:
    assert health(script_of("reference"), status)[0] == expected


def test_the_message_says_what_fails() -> None:
    operation = {"phase": "Running", "retryCount": 7, "message": "Service is invalid"}
    assert "Service is invalid" in health(script_of("reference"), {"operationState": operation})[1]


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_no_sync_is_given_up(fixture: Any) -> None:
    """A timeout of the controller (3.5) counts all retries, ends the last, and the same commit is never tried again."""
    settings = repository_of(fixture).find("ConfigMap", "argocd", "argocd-cmd-params-cm")
    assert settings
    assert int((settings.object.get("data") or {}).get("controller.sync.timeout.seconds", 0)) == 0
    assert script_of(fixture.stem) == script_of("reference")
