"""repository-access: what Argo CD logs in to the git server with. Straight into the cluster, never into a file."""

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ..cluster import kubectl
from ..errors import BootstrapError
from ..run import Run
from .step import Step

USER: Final = "HAGEN_GIT_USER"
TOKEN: Final = "HAGEN_GIT_TOKEN"  # noqa: S105 - the variable's name
KEY_FILE: Final = "HAGEN_GIT_SSH_KEY_FILE"
_NAME: Final = "repository"


def act(run: Run) -> None:
    """Make or renew the Secret when the environment has a login. Without one nothing is done."""
    login = credentials(run.site.inventory.repository.url, os.environ)
    if not login:
        return
    for value in login.values():
        run.secrets.learn(value)
    api = kubectl(run)
    there = api.get("secret", _NAME, "--namespace=argocd", quiet=True)
    wanted = secret(run.site.inventory.repository.url, login)
    if there and same(there, wanted):
        return
    api.run(
        "apply",
        "--server-side",
        "--force-conflicts",
        "--field-manager=hagen",
        "-f",
        "-",
        stdin=json.dumps(wanted).encode(),
    )
    run.changed("", "access to the git repository installed")


def credentials(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Keys of the Secret that are secret; empty without any. BootstrapError for half a login."""
    over_https = url.startswith(("https://", "http://"))
    user, token = (environment.get(name, "").strip() for name in (USER, TOKEN))
    if over_https and bool(user) != bool(token):
        raise BootstrapError(f"{USER}, {TOKEN}", "one is set without the other", "Set both, or none.")
    if over_https and token:
        return {"username": user, "password": token}
    if not over_https and environment.get(KEY_FILE):
        path = Path(environment[KEY_FILE])
        try:
            return {"sshPrivateKey": path.read_text()}
        except (OSError, UnicodeDecodeError) as error:
            raise BootstrapError(str(path), f"it cannot be read: {error}", f"Correct {KEY_FILE}.") from error
    return {}


def secret(url: str, login: Mapping[str, str]) -> dict[str, Any]:
    """Argo CD's Secret of a repository.

    https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#repositories
    """
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": _NAME,
            "namespace": "argocd",
            "labels": {"argocd.argoproj.io/secret-type": "repository"},
        },
        "stringData": {"type": "git", "url": url, **login},
    }


def same(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a Secret holds what is wanted. Pure."""
    data = {key: base64.b64decode(value).decode(errors="replace") for key, value in (there.get("data") or {}).items()}
    labels: Mapping[str, str] = there["metadata"].get("labels") or {}
    wanted_labels: Mapping[str, str] = wanted["metadata"]["labels"]
    return data == dict(wanted["stringData"]) and labels.items() >= wanted_labels.items()


STEP = Step("repository-access", "Let Argo CD read the repository", act)
