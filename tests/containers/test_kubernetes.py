"""deploy/kubernetes: files against the published schemas, and against settings, ports and images of this repository."""

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from careplus_runtime.process.server import GRACE_S
from careplus_runtime.process.settings import Settings
from tests.containers.kubernetes import BASE, FOLDER, OVERLAYS, Manifest, builder, built, container, documents, of_kind, pod
from tests.containers.test_container_files import PYTHON, ROOT

KUBERNETES = "1.34"
SERVICES = PYTHON - {"gateway"}
WITHOUT_SCHEMA = {"Kustomization", "Cluster"}
"""Kinds of kustomize and CloudNativePG, whose schemas no package has."""
SECRETS = {"SECRET_KEY", "CAREPLUS_FORWARDED_KEY", "CAREPLUS_SMTP_URL", "CAREPLUS_TEXT_URL", "CAREPLUS_TEXT_KEY", "DATABASE_URL"}
FILES = [file for file in sorted(FOLDER.rglob("*.yaml")) if file.parent.name != "patches" and file.name != "spread.yaml"]
PATCHES = {
    "hospital": ["patches/database.yaml", "patches/job.yaml", "patches/python.yaml"],
    "replicated": ["database.yaml", "spread.yaml"],
}
needs_builder = pytest.mark.skipif(builder() is None, reason="needs kustomize or kubectl on PATH")
each_overlay = pytest.mark.parametrize("overlay", OVERLAYS)


def check_schema(manifest: Manifest) -> None:
    """Raise for a member that the published schema does not have, or of another type."""
    if manifest["kind"] not in WITHOUT_SCHEMA:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_schemas_refuse_a_wrong_member() -> None:
    service = documents(BASE / "web.yaml")[0]
    service["spec"]["port"] = service["spec"].pop("ports")
    with pytest.raises(kubernetes_validate.ValidationError):
        check_schema(service)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_file_matches_published_schemas(path: Path) -> None:
    for manifest in documents(path):
        check_schema(manifest)


def test_kustomizations_name_every_file() -> None:
    for folder in (BASE, *(FOLDER / "overlays" / name for name in OVERLAYS)):
        [made] = documents(folder / "kustomization.yaml")
        patches = [one["path"] for one in made.get("patches", [])]
        assert sorted(patches) == sorted(PATCHES.get(folder.name, []))
        named = {*made["resources"], *patches, "kustomization.yaml", "../../hospital"}
        assert {str(file.relative_to(folder)) for file in folder.rglob("*.yaml")} | {"../../hospital"} == named


@needs_builder
@each_overlay
def test_built_overlay_matches_published_schemas(overlay: str) -> None:
    manifests = built(overlay)
    for manifest in manifests:
        check_schema(manifest)
    assert set(of_kind(manifests, "Deployment")) == {*PYTHON, "web"}
    assert {one["metadata"]["namespace"] for one in manifests} == {"careplus"}
    assert of_kind(manifests, "Secret") == {}, "secrets are named, never written"


def environment(manifests: list[Manifest], name: str) -> dict[str, Any]:
    """Return what a pod finds in its environment: values, and the keys of secrets."""
    only = container(of_kind(manifests, "Deployment", "Job")[name])
    maps = [of_kind(manifests, "ConfigMap")[one["configMapRef"]["name"]]["data"] for one in only.get("envFrom", [])]
    return {
        **{key: value for one in maps for key, value in one.items()},
        **{one["name"]: one["valueFrom"] for one in only.get("env", [])},
    }


@needs_builder
@each_overlay
def test_pods_have_known_settings_and_their_secrets_only(overlay: str) -> None:
    manifests = built(overlay)
    names = {str(field.validation_alias or f"CAREPLUS_{name.upper()}") for name, field in Settings.model_fields.items()}
    wanted = {
        "gateway": {"CAREPLUS_FORWARDED_KEY"},
        "migrate": {"DATABASE_URL"},
        "web": set(),
        **{service: {"CAREPLUS_FORWARDED_KEY", "DATABASE_URL"} for service in SERVICES},
        "auth": SECRETS,
    }
    for pod_name, secrets in wanted.items():
        found = environment(manifests, pod_name)
        assert found.keys() <= names
        assert {key for key, value in found.items() if "secretKeyRef" in value} == secrets, pod_name
        settings = {key: value for key, value in found.items() if key not in SECRETS}
        if pod_name != "web":
            assert Settings(**{key.removeprefix("CAREPLUS_").lower(): value for key, value in settings.items()}).origins
            for service in SERVICES:
                assert settings[f"CAREPLUS_{service.upper()}_URL"] == f"http://{service}:5000"


@needs_builder
@each_overlay
def test_images_are_those_of_compose(overlay: str) -> None:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text())
    manifests = built(overlay)
    images = {name: container(one)["image"] for name, one in of_kind(manifests, "Deployment", "Job").items()}
    assert {name: re.sub(r"^registry\.example\.org/|:[\d.]+$", "", image) for name, image in images.items()} == {
        name: f"{composed['name']}-{name}" for name in composed["services"]
    }
    assert len({image.rpartition(":")[2] for image in images.values()}) == 1, "one version"


@needs_builder
@each_overlay
def test_ports_lead_from_ingress_to_processes(overlay: str) -> None:
    manifests = built(overlay)
    deployments, services = of_kind(manifests, "Deployment"), of_kind(manifests, "Service")
    assert services.keys() == deployments.keys()
    for name, service in services.items():
        [port] = service["spec"]["ports"]
        [opened] = container(deployments[name])["ports"]
        assert port["targetPort"] == opened["name"] == "http"
        assert port["port"] == opened["containerPort"] == (8080 if name == "web" else 5000)
        assert (service["spec"].get("clusterIP") == "None") == (name in SERVICES)
        labels = deployments[name]["spec"]["template"]["metadata"]["labels"]
        assert service["spec"]["selector"].items() <= labels.items()
        assert deployments[name]["spec"]["selector"]["matchLabels"].items() <= labels.items()
    [rule] = of_kind(manifests, "Ingress")["careplus"]["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"]["service"] == {"name": "web", "port": {"name": "http"}}
    [nginx] = [one["data"]["gateway.conf"] for one in manifests if one["metadata"]["name"].startswith("careplus-nginx")]
    assert "set $gateway http://gateway.careplus.svc.cluster.local:5000;" in nginx
    assert "include /etc/nginx/gateway.conf;" in (ROOT / "web" / "nginx.conf").read_text()
    assert "EXPOSE 5000" in (ROOT / "services" / "Dockerfile").read_text()


@needs_builder
@each_overlay
def test_every_pod_is_restricted_and_probed(overlay: str) -> None:
    manifests = built(overlay)
    for name, manifest in of_kind(manifests, "Deployment", "Job").items():
        spec, only = pod(manifest), container(manifest)
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] == (101 if name == "web" else 10001)
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert (spec["automountServiceAccountToken"], spec["enableServiceLinks"]) == (False, False)
        rights = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        assert only["securityContext"] == rights, name
        assert {"cpu", "memory"} <= only["resources"]["requests"].keys()
        assert "memory" in only["resources"]["limits"]
        mounted = {one["name"] for one in only["volumeMounts"]}
        assert mounted == {one["name"] for one in spec["volumes"]}
        if name == "migrate":
            continue
        path = "/" if name == "web" else "/health"
        assert {only[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")} == {path}
        assert spec["terminationGracePeriodSeconds"] > GRACE_S + only["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert manifest["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}


def selected(selector: Manifest, labels: dict[str, str]) -> bool:
    """Return whether a selector of labels selects a pod."""
    among = all(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", []))
    return among and selector.get("matchLabels", {}).items() <= labels.items()


@needs_builder
@each_overlay
def test_network_policies_allow_the_requests_of_compose(overlay: str) -> None:
    manifests = built(overlay)
    pods = {name: one["spec"]["template"]["metadata"]["labels"] for name, one in of_kind(manifests, "Deployment", "Job").items()}
    pods["database"] = {"cnpg.io/cluster": "database"}
    policies = of_kind(manifests, "NetworkPolicy").values()

    def allowed(name: str, side: str, peer: str, port: int) -> bool:
        of_pod = [one["spec"] for one in policies if selected(one["spec"]["podSelector"], pods[name])]
        if not any(side.capitalize() in one["policyTypes"] for one in of_pod):
            return True
        rules = [rule for one in of_pod for rule in one.get(side, []) if {"protocol": "TCP", "port": port} in rule["ports"]]
        peers = [one for rule in rules for one in rule.get("to" if side == "egress" else "from", [])]
        return any("podSelector" in one and selected(one["podSelector"], pods[peer]) for one in peers)

    ports = {"web": 8080, "database": 5432, "migrate": 5000, **dict.fromkeys(PYTHON, 5000)}
    found = {
        (one, other)
        for one in pods
        for other, port in ports.items()
        if one != other and allowed(one, "egress", other, port) and allowed(other, "ingress", one, port)
    }
    among_services = {(one, other) for one in SERVICES for other in SERVICES if one != other}
    to_services, to_database = {("gateway", one) for one in SERVICES}, {(one, "database") for one in (*SERVICES, "migrate")}
    assert found == {("web", "gateway"), *to_services, *among_services, *to_database}


@needs_builder
def test_replicated_overlay_keeps_two_of_each() -> None:
    manifests = built("replicated")
    deployments = of_kind(manifests, "Deployment")
    scalers, budgets = of_kind(manifests, "HorizontalPodAutoscaler"), of_kind(manifests, "PodDisruptionBudget")
    assert (set(scalers), set(budgets)) == (PYTHON, {*PYTHON, "web"})
    assert deployments["web"]["spec"]["replicas"] == 2
    for name, scaler in scalers.items():
        assert scaler["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
        assert scaler["spec"]["minReplicas"] == 2
        assert "replicas" not in deployments[name]["spec"], "the autoscaler sets it"
    for name, budget in budgets.items():
        assert budget["spec"]["maxUnavailable"] == 1
        assert budget["spec"]["selector"]["matchLabels"] == {"app.kubernetes.io/name": name}
    database = of_kind(manifests, "Cluster")["database"]["spec"]
    assert (database["instances"], database["postgresql"]["synchronous"]) == (3, {"method": "any", "number": 1})
    most = sum(scalers[name]["spec"]["maxReplicas"] for name in SERVICES) * Settings.model_fields["db_connections"].default
    assert most < int(database["postgresql"]["parameters"]["max_connections"]), "all replicas have their connections"
