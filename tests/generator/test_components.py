"""Components, waves, projects and Applications: as the topology plans them, as they are rendered, and as they build."""

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from hagen.generator.compatibility import compatibility, read
from hagen.generator.topology import Topology, plan
from hagen.generator.topology.catalogue import CATALOGUE
from hagen.generator.topology.grants import grant
from tests.generator.components import GUARDED, OPTIONS, objects, the
from tests.gitops.build import built, documents
from tests.support import MINIMAL, VALID, checked, name_of, planned, rendered

every_fixture = pytest.mark.parametrize("fixture", VALID, ids=name_of)
REFERENCE, NGINX, HARDENED, SINGLE, CONTAINERS, STACK = (
    next(path for path in VALID if path.stem == name)
    for name in ("reference", "ingress-nginx", "hardened", "single-control-plane", "containers", "applications")
)
# What the component on the left cannot begin without.
NEEDS = {
    "nginx-gateway-fabric": {"argocd", "gateway-api", "flannel"},
    "ingress-nginx": {"argocd", "flannel"},
    "metrics-server": {"kubelet-csr-approver"},
    "percona-operator": {"flannel"},
    "database": {"percona-operator", "local-path-provisioner", "namespace"},
    "client": {"namespace", "nginx-gateway-fabric", "ingress-nginx", "gateway-api"},
    "server": {"database", "metrics-server", "namespace", "nginx-gateway-fabric", "ingress-nginx", "gateway-api"},
    "phpmyadmin": {"database", "namespace"},
    "monitoring": {"server", "database"},
    "scrape-targets": {"monitoring", "database"},
}


def names(topology: Topology) -> list[str]:
    return [component.name for component in topology.components]


def argocd(fixture: Path, folder: str) -> dict[str, Any]:
    """The rendered Applications or projects of a fixture, by name."""
    prefix = f"clusters/{planned(fixture.read_bytes()).name}/argocd/{folder}/"
    found = {
        path.removeprefix(prefix).removesuffix(".yaml"): yaml.safe_load(file.content)
        for path, file in rendered(fixture).items()
        if path.startswith(prefix)
    }
    found.pop("kustomization")
    return found


# --- the plan


def test_components_of_the_reference_cluster() -> None:
    assert names(planned(MINIMAL)) == [
        "argocd",
        "gateway-api",
        "flannel",
        "local-path-provisioner",
        "kubelet-csr-approver",
        "metrics-server",
        "nginx-gateway-fabric",
        "percona-operator",
        "namespace",
        "database",
        "client",
        "server",
        "phpmyadmin",
        "monitoring",
    ]


@pytest.mark.parametrize(
    ("body", "without", "more"),
    [
        (b"ingress: {controller: ingress-nginx}", {"gateway-api", "nginx-gateway-fabric"}, {"ingress-nginx"}),
        (b"kubernetes: {kubeletCertificates: self-signed}", {"kubelet-csr-approver"}, set()),
        (b"sealedSecrets: {enabled: true}", set(), {"sealed-secrets"}),
        (b"apps: {phpMyAdmin: {enabled: false}}", {"phpmyadmin"}, set()),
        (b"monitoring: {kubePrometheusStack: true}", set(), {"scrape-targets"}),
    ],
)
def test_a_cluster_has_what_it_asks_for(body: bytes, without: set[str], more: set[str]) -> None:
    assert set(names(planned(MINIMAL + body))) == set(names(planned(MINIMAL))) - without | more


@every_fixture
def test_waves_begin_after_what_they_need(fixture: Path) -> None:
    waves = {component.name: component.wave for component in planned(fixture.read_bytes()).components}
    assert list(waves.values()) == sorted(waves.values())
    for name, needed in NEEDS.items():
        late = [other for other in needed if name in waves and other in waves and waves[other] >= waves[name]]
        assert not late, f"{name} is synced no later than {late}"


def test_the_two_flavours_of_argocd_share_nothing() -> None:
    flavours = [
        planned(MINIMAL + b"argocd: {highAvailability: %s}" % value).components[0] for value in (b"true", b"false")
    ]
    assert [flavour.path for flavour in flavours] == ["infrastructure/argocd-ha", "infrastructure/argocd"]
    assert [[manifest.file for manifest in flavour.upstream] for flavour in flavours] == [
        ["manifests/ha/install.yaml"],
        ["manifests/install.yaml"],
    ]
    assert {flavour.overlay for flavour in flavours} == {"clusters/production/argocd/install"}


def test_a_manifest_kept_in_git_is_listed_in_place_of_its_address() -> None:
    cluster = checked(MINIMAL).sound
    addon = compatibility().addons["flannel"]
    kept = plan(cluster, frozenset({("flannel", addon.version)})).components
    assert [part.resource for component in kept for part in component.upstream if part.addon == "flannel"] == [
        "upstream/kube-flannel.yml"
    ]
    assert all(
        part.resource == part.url for component in kept for part in component.upstream if part.addon != "flannel"
    )


@pytest.mark.parametrize("image", ["docker.io/library/busybox", "busybox:latest", "localhost:5000/busybox"])
def test_an_image_without_a_tag_is_refused(image: str) -> None:
    text = (Path(__file__).resolve().parents[2] / "generator/compatibility.toml").read_text()
    with pytest.raises(TypeError, match="not pinned"):
        read(text.replace("docker.io/library/busybox:1.37.0", image))


# --- projects and Applications


@every_fixture
def test_projects_take_this_repository_and_name_what_they_allow(fixture: Path) -> None:
    topology = planned(fixture.read_bytes())
    projects = argocd(fixture, "projects")
    assert set(projects) == {component.project for component in topology.components}
    for name, project in projects.items():
        spec = project["spec"]
        assert spec["sourceRepos"] == [topology.repository.url]
        wanted = {entry.namespace for entry in CATALOGUE if entry.project == name}
        others = {"apps", "pxc-operator"} if name == "monitoring" else set()
        assert {destination["namespace"] for destination in spec["destinations"]} == wanted | others
        for rule in spec["clusterResourceWhitelist"]:
            assert rule["name"].strip("*")
            assert "*" not in rule["group"] + rule["kind"]
        for rule in spec["namespaceResourceWhitelist"]:
            assert "*" not in rule["group"] + rule["kind"]


@every_fixture
def test_applications_sync_what_was_rendered(fixture: Path) -> None:
    topology = planned(fixture.read_bytes())
    applications = argocd(fixture, "applications")
    assert set(applications) == {component.application for component in topology.components}
    for component in topology.components:
        spec = applications[component.application]["spec"]
        annotations = applications[component.application]["metadata"]["annotations"]
        assert annotations["argocd.argoproj.io/sync-wave"] == str(component.wave)
        assert spec["project"] == component.project
        assert spec["syncPolicy"]["automated"] == {"prune": component.prune, "selfHeal": True}
        assert {"ServerSideApply=true", "CreateNamespace=false"} <= set(spec["syncPolicy"]["syncOptions"])
        assert spec["syncPolicy"]["retry"]["backoff"]


@every_fixture
def test_projects_do_not_shrink_with_what_is_switched_off(fixture: Path) -> None:
    """What a project no longer permits, Argo CD would leave behind in the very commit that removes it."""
    everything = argocd(REFERENCE, "projects")
    for name, project in argocd(fixture, "projects").items():
        spec = {key: value for key, value in project["spec"].items() if key != "sourceRepos"}
        assert spec == {key: value for key, value in everything[name]["spec"].items() if key != "sourceRepos"}


def test_ingress_controllers_take_turns_in_one_application() -> None:
    """Both want the NodePorts of haproxy: the path changes, and what goes is pruned before what comes."""
    gateway, nginx = (argocd(fixture, "applications")["ingress"] for fixture in (REFERENCE, NGINX))
    assert gateway["spec"]["source"]["path"] == "infrastructure/nginx-gateway-fabric/overlays/production"
    assert nginx["spec"]["source"]["path"].startswith("infrastructure/ingress-nginx/overlays/")
    assert not [part for part in (gateway, nginx) if "PruneLast=true" in part["spec"]["syncPolicy"]["syncOptions"]]
    assert "PruneLast=true" in argocd(REFERENCE, "applications")["client"]["spec"]["syncPolicy"]["syncOptions"]


def test_what_holds_data_or_the_network_goes_only_when_somebody_says_so() -> None:
    applications = argocd(HARDENED, "applications")
    kept = {name for name, thing in applications.items() if not thing["spec"]["syncPolicy"]["automated"]["prune"]}
    assert {"argocd", "flannel", "percona-operator", "database", "namespace", "sealed-secrets", "gateway-api"} <= kept
    for name, thing in applications.items():
        assert ("finalizers" in thing["metadata"]) == (name not in kept)
        assert (OPTIONS in thing["metadata"]["annotations"]) == (name in kept)


def test_git_leaves_the_number_of_servers_to_their_autoscaler() -> None:
    ignored = argocd(REFERENCE, "applications")["server"]["spec"]["ignoreDifferences"]
    assert {"group": "apps", "kind": "Deployment", "name": "server", "jqPathExpressions": [".spec.replicas"]} in ignored


def test_the_chart_comes_after_its_namespace_and_before_what_it_defines() -> None:
    chart = next(
        thing
        for thing in documents(
            rendered(STACK)["clusters/applications/argocd/charts/kube-prometheus-stack.yaml"].content
        )
        if thing["kind"] == "Application"
    )
    waves = {component.name: component.wave for component in planned(STACK.read_bytes()).components}
    wave = int(chart["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])
    assert waves["monitoring"] < wave < waves["scrape-targets"]


def test_grafana_needs_nothing_made_by_hand() -> None:
    (chart,) = (file.content for path, file in rendered(STACK).items() if path.endswith("/kube-prometheus-stack.yaml"))
    application = documents(chart)[1]["spec"]["source"]["helm"]["valuesObject"]["grafana"]
    assert "admin" not in application
    assert application["env"] == {"GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true"}
    assert application["grafana.ini"]["auth.anonymous"] == {"enabled": True, "org_role": "Viewer"}
    assert application["sidecar"]["datasources"] == {"skipReload": True, "initDatasources": True}


def test_the_root_is_outside_of_what_it_syncs() -> None:
    files = rendered(REFERENCE)
    root = yaml.safe_load(files["clusters/production/argocd/root.yaml"].content)
    folder = root["spec"]["source"]["path"]
    listed = yaml.safe_load(files[f"{folder}/kustomization.yaml"].content)["resources"]
    assert listed == ["projects", "applications"]
    assert root["spec"]["project"] == "argocd"


# --- what is derived for a component


@every_fixture
def test_certificates_are_approved_for_kubelets_alone(fixture: Path) -> None:
    topology = planned(fixture.read_bytes())
    pattern = re.compile(topology.kubernetes.kubelet_names)
    networks = topology.kubernetes.kubelet_addresses.split(",")
    for machine in topology.machines:
        mine = machine.role != "load-balancer"
        assert (pattern.search(machine.name) is not None) == mine
        assert (f"{machine.address}/32" in networks) == mine
        assert pattern.search(f"{machine.name}.example.com") is None
        assert pattern.search(f"x{machine.name}") is None
    assert len(networks) == len(topology.control_planes) + len(topology.workers)


@every_fixture
def test_only_load_balancers_are_believed_about_the_client(fixture: Path) -> None:
    topology = planned(fixture.read_bytes())
    own = [balancer.address for balancer in topology.load_balancers]
    assert topology.ingress.trusted == tuple(f"{address}/32" for address in (*own, topology.network.virtual_ip))


# --- what kustomize makes of it


@every_fixture
def test_projects_allow_what_the_components_consist_of_and_nothing_else(fixture: Path) -> None:
    made = built(fixture)
    scoped = {"Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "APIService"}
    scoped |= {"GatewayClass", "IngressClass", "StorageClass", "ValidatingWebhookConfiguration"}
    scoped |= {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
    for component in planned(fixture.read_bytes()).components:
        known, used = grant(component.name), set()
        things = list(made.get(component.overlay, []))
        if component.name == "argocd":
            things += made[component.overlay.removesuffix("/install")]
        for thing in things:
            group, kind = thing["apiVersion"].rpartition("/")[0], thing["kind"]
            text = f"{group}/{kind}"
            if kind in scoped:
                name = thing["metadata"]["name"]
                allowed = {entry for entry in known.cluster if fnmatchcase(f"{text} {name}", entry)}
            else:
                allowed = {text} & set(known.namespaced)
                assert thing["metadata"]["namespace"] in {component.namespace, *known.namespaces}, (
                    component.name,
                    kind,
                )
            assert allowed, f"{component.name} may not create {kind} {thing['metadata']['name']}"
            used |= allowed
        routes = {"gateway.networking.k8s.io/HTTPRoute", "networking.k8s.io/Ingress"}
        spare = {*known.cluster, *known.namespaced} - used
        assert not things or (spare <= routes and len(spare) < len(routes)), f"{component.name} may do more: {spare}"


@pytest.mark.parametrize(
    ("fixture", "component", "expected"),
    [
        (REFERENCE, "nginx-gateway-fabric", {"nginx-gateway-cert-generator"}),
        (NGINX, "ingress-nginx", {"ingress-nginx-admission-create", "ingress-nginx-admission-patch"}),
    ],
    ids=["nginx-gateway-fabric", "ingress-nginx"],
)
def test_jobs_are_hooks_that_argocd_can_repeat(fixture: Path, component: str, expected: set[str]) -> None:
    jobs = list(objects(fixture, component, "Job"))
    assert {job["metadata"]["name"] for job in jobs} == expected
    for job in jobs:
        annotations = job["metadata"]["annotations"]
        assert annotations["argocd.argoproj.io/hook"] == "Sync"
        assert annotations["argocd.argoproj.io/hook-delete-policy"] == "BeforeHookCreation"
        assert "argocd.argoproj.io/sync-wave" not in annotations  # the wave of the Deployment that needs the Secret
        assert "ttlSecondsAfterFinished" not in job["spec"]


def test_one_storage_class_is_the_default() -> None:
    classes = list(objects(REFERENCE, "local-path-provisioner", "StorageClass"))
    marks = [thing["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"] for thing in classes]
    assert marks == ["true"]
    helper = the(REFERENCE, "local-path-provisioner", "ConfigMap", "local-path-config")["data"]["helperPod.yaml"]
    (pod,) = documents(helper)
    assert [container["image"] for container in pod["spec"]["containers"]] == ["docker.io/library/busybox:1.37.0"]


def test_the_operator_tells_nobody_and_serves_every_namespace() -> None:
    operator = the(REFERENCE, "percona-operator", "Deployment", "percona-xtradb-cluster-operator")
    container = operator["spec"]["template"]["spec"]["containers"][0]
    values = {entry["name"]: entry.get("value") for entry in container["env"]}
    assert (values["DISABLE_TELEMETRY"], values["WATCH_NAMESPACE"]) == ("true", "")
    assert container["image"].endswith(f":{compatibility().addons['percona-xtradb-cluster-operator'].version}")


@every_fixture
def test_subjects_of_bindings_exist(fixture: Path) -> None:
    everything = [thing for things in built(fixture).values() for thing in things]
    accounts = {
        (thing["metadata"]["namespace"], thing["metadata"]["name"])
        for thing in everything
        if thing["kind"] == "ServiceAccount"
    }
    for thing in everything:
        for subject in thing.get("subjects") or ():
            if thing["kind"] in {"ClusterRoleBinding", "RoleBinding"} and subject["kind"] == "ServiceAccount":
                namespace = subject.get("namespace") or thing["metadata"]["namespace"]
                assert (namespace, subject["name"]) in accounts, thing["metadata"]["name"]


@pytest.mark.parametrize(
    ("fixture", "redis"), [(REFERENCE, "argocd-redis-ha-server"), (SINGLE, "argocd-redis")], ids=["ha", "single"]
)
def test_argocd_is_installed_in_its_flavour(fixture: Path, redis: str) -> None:
    workloads = [*objects(fixture, "argocd", "Deployment"), *objects(fixture, "argocd", "StatefulSet")]
    assert redis in {workload["metadata"]["name"] for workload in workloads}
    for workload in workloads:
        for container in workload["spec"]["template"]["spec"]["containers"]:
            assert container["resources"]["requests"], workload["metadata"]["name"]
    settings = the(fixture, "argocd", "ConfigMap", "argocd-cm")["data"]
    assert settings["application.resourceTrackingMethod"] == "annotation"
    assert "Progressing" in settings["resource.customizations.health.argoproj.io_Application"]
    assert settings["resource.exclusions"]  # upstream's own are still there


@every_fixture
def test_definitions_are_never_pruned(fixture: Path) -> None:
    for things in built(fixture).values():
        for thing in things:
            if thing["kind"] == "CustomResourceDefinition":
                assert thing["metadata"]["annotations"][OPTIONS] == GUARDED, thing["metadata"]["name"]
