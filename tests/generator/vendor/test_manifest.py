"""What counts as a manifest, and which images are found in it."""

import os
from pathlib import Path

import pytest

from hagen.generator.vendor.manifest import UnfitError, images_of
from tests.support import ROOT

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      initContainers:
      - image: registry.example/init:1
      containers:
      - name: main
        image: "registry.example/main:2@sha256:00"
        env:
        - name: IMAGE_NAME
          value: registry.example/hidden:3
        - name: IMAGE_PULL_POLICY
          value: Always
"""
PROXY = """
apiVersion: gateway.nginx.org/v1alpha2
kind: NginxProxy
spec:
  kubernetes: {deployment: {container: {image: {repository: registry.example/data, tag: 2.6}}}}
"""
TEXT = """
apiVersion: v1
kind: ConfigMap
data:
  helperPod.yaml: |-
    apiVersion: v1
    kind: Pod
    spec:
      containers:
        - name: helper
          image: docker.io/library/busybox # untagged
"""
SCHEMA = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  versions:
  - schema:
      openAPIV3Schema:
        properties:
          image: {type: string, description: "image: not/this:1"}
"""


OBJECTS = (DEPLOYMENT, PROXY, TEXT, SCHEMA)


def test_images_are_found_wherever_they_stand() -> None:
    documents = "---\n".join(("# nothing but a comment\n", *OBJECTS, ""))
    assert images_of(documents.encode()) == (
        "docker.io/library/busybox",
        "registry.example/data:2.6",
        "registry.example/hidden:3",
        "registry.example/init:1",
        "registry.example/main:2@sha256:00",
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no object"),
        (b"---\n---\n# nothing\n", "no object"),
        (b"<!DOCTYPE html>\n<html><body>Please log in</body></html>", "<!DOCTYPE html>"),
        (b"<html>\n<head>\n<title>404: not found</title>\n", "<html>"),
        (b'{"message": "Not Found"}', "no apiVersion and kind"),
        (b"404: Not Found", "404"),
        (b"apiVersion: v1\nkind: List\n---\nversion: 1\n", "document 2"),
        (b"\x1f\x8b\x08\x00\xff\xfe", "UTF-8"),
        (b"a: [1\nb", "not YAML (line"),
        (b"[" * 100_000, "nested"),
        (b"apiVersion: v1\nkind: A\nx: !!python/object/apply:os.system ['true']\n---\n- 1", "document 2"),
    ],
)
def test_what_is_no_manifest_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(UnfitError) as caught:
        images_of(content)
    assert words in str(caught.value)


def test_aliases_do_not_grow() -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))
    assert images_of(b"apiVersion: v1\nkind: Bomb\na0: &a0 {image: registry.example/x:1}\n" + levels.encode()) == (
        "registry.example/x:1",
    )


def test_an_alias_of_itself_ends() -> None:
    assert images_of(b"apiVersion: v1\nkind: Loop\na: &a\n  b: *a\n") == ()


UPSTREAM = Path(os.environ.get("HAGEN_UPSTREAM") or ROOT.parent / "shared/upstream")


@pytest.mark.parametrize(
    ("path", "images"),
    [
        (
            "nginx-gateway-fabric/v2.6.7/deploy/nodeport/deploy.yaml",
            ("ghcr.io/nginx/nginx-gateway-fabric/nginx:2.6.7", "ghcr.io/nginx/nginx-gateway-fabric:2.6.7"),
        ),
        (
            "local-path-provisioner/v0.0.37/deploy/local-path-storage.yaml",
            ("docker.io/library/busybox", "docker.io/rancher/local-path-provisioner:v0.0.37"),
        ),
        ("percona-xtradb-cluster-operator/v1.19.0/deploy/crd.yaml", ()),
        (
            "argo-cd/v3.5.1/manifests/install.yaml",
            (
                "ghcr.io/dexidp/dex:v2.45.0",
                "public.ecr.aws/docker/library/redis:8.2.3-alpine",
                "quay.io/argoproj/argocd:v3.5.1",
            ),
        ),
    ],
)
def test_images_of_real_manifests(path: str, images: tuple[str, ...]) -> None:
    file = UPSTREAM / path
    if not file.exists():
        pytest.skip("the upstream manifests are not beside this checkout")
    assert images_of(file.read_bytes()) == images
