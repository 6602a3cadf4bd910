#!/usr/bin/python3
"""Stand-in for kubectl: the verbs that bootstrap uses, against the stand-in of the API server."""

import argparse
import base64
import json
import sys
import time
from pathlib import Path

import yaml
from api import Api, RefusedError, UnreachableError
from asked import asked, fail

CLUSTER_WIDE = {"node", "crd", "customresourcedefinition", "namespace", "clusterrole", "clusterrolebinding"}
NAMES = {"nodes": "node", "secrets": "secret", "deployments": "deployment", "statefulsets": "statefulset"}


def main(argv: list[str]) -> None:
    """One call."""
    asked("kubectl", argv)
    command = argv[argv.index("--") + 1 :] if "--" in argv else []
    words, options = read(argv[: argv.index("--")] if "--" in argv else argv)
    try:
        VERBS[words[0]](Api.of(Path(options.kubeconfig)), words[1:], options, command)
    except UnreachableError as error:
        fail(str(error))
    except RefusedError as error:
        if error.status == 401:
            fail("error: You must be logged in to the server (Unauthorized)")
        fail(str(error) or f"Error from server: {error.status}")


def read(argv: list[str]) -> tuple[list[str], argparse.Namespace]:
    """Words and options."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in (
        "--kubeconfig",
        "--request-timeout",
        "--namespace",
        "--output",
        "--raw",
        "--field-manager",
        "--timeout",
        "--field-selector",
        "--duration",
    ):
        parser.add_argument(name, default="")
    for name in ("--ignore-not-found", "--server-side", "--force-conflicts", "--overwrite", "--ignore-daemonsets"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("--delete-emptydir-data", action="store_true")
    parser.add_argument("-k", default="")
    parser.add_argument("-f", default="")
    parser.add_argument("words", nargs="*")
    options = parser.parse_intermixed_args(argv)
    return options.words, options


def get(api: Api, words: list[str], options: argparse.Namespace, _: list[str]) -> None:
    """A raw path, one object, those of a file or an overlay, or all of some kinds."""
    if options.raw:
        sys.stdout.write(api.raw("GET", options.raw).decode())
    elif options.k or options.f:
        found = [api.find(*place) for place, _ in objects(options)]
        show([each for each in found if each])
    elif len(words) == 2:
        kind = NAMES.get(words[0], words[0])
        value = api.find(kind, options.namespace, words[1])
        if value is None and not options.ignore_not_found:
            fail(f'Error from server (NotFound): {words[0]} "{words[1]}" not found')
        if value is not None:
            sys.stdout.write(json.dumps(value))
    else:
        kinds = [NAMES.get(word, word) for word in words[0].split(",")]
        where = f"/{options.namespace}" if options.namespace else ""
        items = [each for kind in kinds for each in api.call("GET", f"/objects/{kind}{where}")["items"]]
        key, _, value = options.field_selector.partition("=")
        show([each for each in items if not key or each.get(key) == value])


def show(items: list[dict]) -> None:
    """A list."""
    sys.stdout.write(json.dumps({"kind": "List", "items": items}))


def apply(api: Api, _: list[str], options: argparse.Namespace, __: list[str]) -> None:
    """All of a file, an overlay, or standard input."""
    for place, value in objects(options):
        api.put(*place, value)
        sys.stdout.write(f"{place[0]}/{place[2]} serverside-applied\n")


def objects(options: argparse.Namespace) -> list[tuple[tuple[str, str, str], dict]]:
    """Place and content."""
    if options.f == "-":
        texts = [sys.stdin.read()]
    else:
        texts = [path.read_text() for path in (folder(Path(options.k)) if options.k else [Path(options.f)])]
    values = [value for text in texts for value in yaml.safe_load_all(text) if value and "kind" in value]
    values += elsewhere(Path(options.k)) if options.k else []
    return [(place(value), stored(value)) for value in values]


def folder(path: Path) -> list[Path]:
    """The files that a kustomization names in this repository; patches are left out."""
    found = []
    for resource in resources(path):
        if resource.startswith("http"):
            continue
        target = (path / resource).resolve()
        found += folder(target) if target.is_dir() else [target]
    return found


def elsewhere(path: Path) -> list[dict]:
    """What its bases on other servers would bring, as far as bootstrap looks at it."""
    values = []
    for resource in resources(path):
        if resource.startswith("http"):
            values += REMOTE["flannel" if "flannel" in resource else "argo" if "argo-cd" in resource else "other"]
        elif (path / resource).is_dir():
            values += elsewhere((path / resource).resolve())
    return values


def resources(path: Path) -> list[str]:
    """What its kustomization names."""
    file = path / "kustomization.yaml"
    if not file.exists():
        fail(
            f"error: unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{path}'"
        )
    return yaml.safe_load(file.read_text()).get("resources", [])


def place(value: dict) -> tuple[str, str, str]:
    """Kind, namespace, name."""
    kind = {"customresourcedefinition": "crd"}.get(value["kind"].lower(), value["kind"].lower())
    namespace = "" if kind in CLUSTER_WIDE else value["metadata"].get("namespace", "default")
    return kind, namespace, value["metadata"]["name"]


def stored(value: dict) -> dict:
    """As the API keeps it: a Secret's text is encoded."""
    if "stringData" in value:
        data = {key: base64.b64encode(text.encode()).decode() for key, text in value.pop("stringData").items()}
        value["data"] = {**value.get("data", {}), **data}
    return value


def execute(api: Api, words: list[str], _: argparse.Namespace, command: list[str]) -> None:
    """etcdctl in etcd's pod."""
    done = api.call("POST", "/exec", {"pod": words[0], "command": command})
    sys.stdout.write(done["stdout"])
    sys.stderr.write(done["stderr"])
    if done["code"]:
        fail(f"command terminated with exit code {done['code']}", done["code"])


def create(api: Api, words: list[str], options: argparse.Namespace, _: list[str]) -> None:
    """A token of a ServiceAccount that is there, with the claims that a client reads."""
    if words[0] != "token":
        fail(f"error: unknown command {words[0]}")
    if api.find("serviceaccount", options.namespace, words[1]) is None:
        fail(f'error: failed to create token: serviceaccounts "{words[1]}" not found')
    now = int(time.time())
    claims = {"iat": now, "exp": now + int(options.duration.removesuffix("s"))}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims, {})]
    sys.stdout.write(".".join(parts) + "\n")


def delete(api: Api, words: list[str], options: argparse.Namespace, _: list[str]) -> None:
    """Objects of one kind."""
    kind = NAMES.get(words[0], words[0])
    for name in words[1:]:
        try:
            api.call("DELETE", f"/objects/{kind}/{options.namespace or '-'}/{name}")
            sys.stdout.write(f'{kind} "{name}" deleted\n')
        except RefusedError as error:
            if error.status != 404:
                raise
            if not options.ignore_not_found:
                fail(f'Error from server (NotFound): {words[0]} "{name}" not found')


def label(api: Api, words: list[str], _: argparse.Namespace, __: list[str]) -> None:
    """Of a node."""
    node = changed(api, words[1])
    key, _, value = words[2].partition("=")
    node["metadata"].setdefault("labels", {})[key] = value
    api.put("node", "", words[1], node)


def annotate(api: Api, words: list[str], _: argparse.Namespace, __: list[str]) -> None:
    """Of a node: KEY=VALUE, or KEY- to take it off."""
    node = changed(api, words[1])
    key, equals, value = words[2].partition("=")
    annotations = node["metadata"].setdefault("annotations", {})
    if equals:
        annotations[key] = value
    else:
        annotations.pop(key.removesuffix("-"), None)
    api.put("node", "", words[1], node)


def drain(api: Api, words: list[str], _: argparse.Namespace, __: list[str]) -> None:
    """Cordon; there are no pods."""
    node = changed(api, words[0])
    node.setdefault("spec", {})["unschedulable"] = True
    api.put("node", "", words[0], node)
    sys.stdout.write(f"node/{words[0]} drained\n")


def changed(api: Api, name: str) -> dict:
    """A node that must be there."""
    node = api.find("node", "", name)
    if node is None:
        fail(f'Error from server (NotFound): nodes "{name}" not found')
    return node


def _definition(name: str) -> dict:
    conditions = [{"type": "Established", "status": "True"}]
    return {
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{name}.argoproj.io"},
        "status": {"conditions": conditions},
    }


def _workload(kind: str, name: str, replicas: int) -> dict:
    status = {"observedGeneration": 1, "updatedReplicas": replicas, "readyReplicas": replicas}
    metadata = {"name": name, "namespace": "argocd", "generation": 1}
    return {"kind": kind, "metadata": metadata, "spec": {"replicas": replicas}, "status": status}


REMOTE = {
    "flannel": [{"kind": "DaemonSet", "metadata": {"name": "kube-flannel-ds", "namespace": "kube-flannel"}}],
    "argo": [
        _definition("applications"),
        _definition("appprojects"),
        _workload("Deployment", "argocd-repo-server", 2),
        _workload("StatefulSet", "argocd-application-controller", 1),
    ],
    "other": [],
}
VERBS = {
    "get": get, "apply": apply, "exec": execute, "create": create, "delete": delete, "label": label, "drain": drain,
    "annotate": annotate,
}  # fmt: skip

if __name__ == "__main__":
    main(sys.argv[1:])
