"""Checks of compose.yaml, the Dockerfiles and nginx.conf that need no engine."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from careplus_contracts.refusals import Refusal, TooLarge, Unavailable
from careplus_gateway.pages import DOCS_CSP, PAGE_CSP
from careplus_gateway.security_headers import API_CSP, SECURITY_HEADERS
from careplus_runtime.process.secret_files import SECRETS as SECRET_SETTINGS
from careplus_runtime.process.secret_files import variable_of
from careplus_runtime.process.server import GRACE_S
from careplus_runtime.process.settings import HSTS, Settings
from careplus_runtime.transport.request_limits import MAX_BODY

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
DOCKERFILES = [ROOT / "services" / "Dockerfile", ROOT / "web" / "Dockerfile"]
PYTHON = {"auth", "appointments", "doctors", "labs", "gateway"}
WITH_DATA = {"auth", "appointments", "doctors", "labs", "migrate"}
NGINX = (ROOT / "web" / "nginx.conf").read_text()


SECRETS = {"SECRET_KEY": "k" * 40, "CAREPLUS_FORWARDED_KEY": "f" * 40}


def config(folder: Path, *more_files: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `docker compose config` with these settings and no others."""
    plain = {"PATH": os.environ["PATH"], "HOME": str(folder), **environment}
    command = [
        str(BIN / "docker-compose"),
        *(part for file in ("compose.yaml", *more_files) for part in ("--file", str(ROOT / file))),
        "--env-file",
        os.devnull,
        "config",
        "--format",
        "json",
    ]
    return subprocess.run(command, env=plain, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def services(folder: Path, *more_files: str, **environment: str) -> dict[str, Any]:
    done = config(folder, *more_files, **SECRETS, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(json.loads(done.stdout)["services"])


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    done = config(tmp_path_factory.mktemp("composed"), **SECRETS)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(json.loads(done.stdout))


def test_compose_has_six_services_and_migrate(composed: dict[str, Any]) -> None:
    assert set(composed["services"]) == {*PYTHON, "web", "migrate"}
    for name, service in composed["services"].items():
        built = service["build"]
        assert "image" not in service, "images are built, without a mutable tag"
        if name == "web":
            assert built["dockerfile"] == "web/Dockerfile"
        else:
            assert (built["dockerfile"], built["args"]["SERVICE"]) == (
                "services/Dockerfile",
                "cli" if name == "migrate" else name,
            )


def test_only_web_and_gateway_are_published(composed: dict[str, Any]) -> None:
    ports = {
        name: [(port["host_ip"], port["published"], port["target"]) for port in service.get("ports", [])]
        for name, service in composed["services"].items()
    }
    assert {name: dependency for name, dependency in ports.items() if dependency} == {
        "web": [("127.0.0.1", "4200", 8080)],
        "gateway": [("127.0.0.1", "5000", 5000)],
    }
    networks = {name: set(service["networks"]) for name, service in composed["services"].items()}
    assert networks == {
        **{name: {"inside"} for name in WITH_DATA},
        "auth": {"inside", "mail"},
        "gateway": {"inside", "outside"},
        "web": {"outside"},
    }
    assert composed["networks"]["inside"]["internal"] is True
    assert "internal" not in composed["networks"]["outside"]


def test_four_services_share_one_volume(composed: dict[str, Any]) -> None:
    assert set(composed["volumes"]) == {"data"}
    mounted = {
        name: [(volume["type"], volume["source"], volume["target"]) for volume in service.get("volumes", [])]
        for name, service in composed["services"].items()
    }
    assert {name for name, volumes in mounted.items() if volumes} == WITH_DATA
    assert {tuple(volumes) for volumes in mounted.values() if volumes} == {(("volume", "data", "/data"),)}
    assert "driver" not in composed["volumes"]["data"], "the volume is on a local disk"


def seconds(duration: str) -> int:
    minutes, rest = re.fullmatch(r"(?:(\d+)m)?(?:(\d+)s)?", duration).groups()  # type: ignore[union-attr] # compose writes them so
    return int(minutes or 0) * 60 + int(rest or 0)


def test_every_container_is_restricted(composed: dict[str, Any]) -> None:
    for name, service in composed["services"].items():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert int(service["mem_limit"]) <= 512 * 2**20, name
        assert {"max-size", "max-file"} <= set(service["logging"]["options"]), name
        assert seconds(service["stop_grace_period"]) > GRACE_S, name
        assert "privileged" not in service, name
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert int(re.findall(r"^worker_shutdown_timeout (\d+)s;", NGINX, re.MULTILINE)[0]) < seconds("15s")


def test_containers_wait_for_healthy_dependencies(composed: dict[str, Any]) -> None:
    for name, service in composed["services"].items():
        if name in PYTHON:
            command, python, *_, program = service["healthcheck"]["test"]
            assert (command, python) == ("CMD", "python")
            compile(program, name, "exec")
    waits = {
        name: {other: dependency["condition"] for other, dependency in service.get("depends_on", {}).items()}
        for name, service in composed["services"].items()
    }
    migrated = {"migrate": "service_completed_successfully"}
    assert waits == {
        "migrate": {},
        **dict.fromkeys(WITH_DATA - {"migrate"}, migrated),
        "gateway": dict.fromkeys(PYTHON - {"gateway"}, "service_healthy"),
        "web": {"gateway": "service_healthy"},
    }


def test_only_auth_gets_the_secret_key(composed: dict[str, Any], tmp_path: Path) -> None:
    assert [name for name, service in composed["services"].items() if "SECRET_KEY" in service.get("environment", {})] == ["auth"]


@pytest.mark.parametrize("name", SECRETS)
def test_missing_secret_is_refused_with_a_remedy(tmp_path: Path, name: str) -> None:
    refused = config(tmp_path, **{other: value for other, value in SECRETS.items() if other != name})
    assert refused.returncode != 0
    assert len(refused.stderr.strip().splitlines()) == 1
    assert name in refused.stderr
    [command] = re.findall(r"make one with (\(.*\))", refused.stderr)
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    assert re.fullmatch(rf"{name}=[0-9a-f]{{64}}\n", (tmp_path / ".env").read_text())


def test_tls_file_gives_each_process_its_own_certificate(tmp_path: Path) -> None:
    secured = services(tmp_path, "compose.tls.yaml", CAREPLUS_CERTIFICATES="/srv/certificates", CAREPLUS_MUTUAL_TLS="true")
    for name in PYTHON:
        environment = secured[name]["environment"]
        assert (environment["CAREPLUS_CERTIFICATES"], environment["CAREPLUS_MUTUAL_TLS"]) == ("/certificates", "true")
        [mounted] = [volume for volume in secured[name]["volumes"] if volume["type"] == "bind"]
        assert (mounted["source"], mounted["target"]) == (f"/srv/certificates/{name}", f"/certificates/{name}")
        assert mounted["read_only"] is True
        probe = secured[name]["healthcheck"]["test"][-1]
        compile(probe, name, "exec")
        # the gateway's own port stays plain behind nginx
        assert ("HTTPSConnection" in probe) == (name != "gateway")
    assert config(tmp_path, "compose.tls.yaml", **SECRETS).returncode != 0


def test_metrics_with_certificates_are_scraped_inside_only(tmp_path: Path) -> None:
    files = ("compose.tls.yaml", "compose.metrics.yaml", "compose.metrics.tls.yaml")
    chosen = {"CAREPLUS_CERTIFICATES": "/srv/certificates", "CAREPLUS_METRICS_TOKEN": "t" * 40, "GRAFANA_PASSWORD": "g" * 32}
    watched = services(tmp_path, *files, **chosen)
    prometheus = watched["prometheus"]
    assert "--config.file=/etc/prometheus/containers-tls.yml" in prometheus["command"]
    mounted = {volume["target"]: volume["source"] for volume in prometheus["volumes"]}
    assert mounted["/certificates"] == "/srv/certificates/prometheus"
    assert "/etc/prometheus" in mounted
    for name in PYTHON:
        assert watched[name]["environment"]["CAREPLUS_METRICS"] == "0.0.0.0"
        assert 9000 not in [port["target"] for port in watched[name].get("ports", [])]


def test_litestream_file_replicates_the_volume_to_a_folder(tmp_path: Path) -> None:
    replicated = services(tmp_path, "compose.litestream.yaml", CAREPLUS_LITESTREAM="/srv/replica")
    litestream = replicated["litestream"]
    mounted = {volume["target"]: volume["source"] for volume in litestream["volumes"]}
    assert mounted["/replica"] == "/srv/replica"
    assert mounted["/data"] == "data"
    assert (litestream["user"], litestream["network_mode"]) == ("10001:10001", "none")
    settings = (ROOT / "deploy" / "litestream" / "litestream.yml").read_text()
    assert set(re.findall(r"\$\{(\w+)\}", settings)) <= litestream["environment"].keys()
    assert config(tmp_path, "compose.litestream.yaml", **SECRETS).returncode != 0


def test_backups_file_mounts_one_folder_for_auth_and_commands(tmp_path: Path) -> None:
    backed_up = services(tmp_path, "compose.backups.yaml", CAREPLUS_BACKUPS="/srv/backups", CAREPLUS_BACKUP_ENCRYPTION="age")
    for name, service in backed_up.items():
        mounted = [(volume["source"], volume["target"]) for volume in service.get("volumes", []) if volume["type"] == "bind"]
        assert mounted == ([("/srv/backups", "/backups")] if name in {"auth", "migrate"} else [])
    for name in ("auth", "migrate"):
        environment = backed_up[name]["environment"]
        assert (environment["CAREPLUS_BACKUP_FOLDER"], environment["CAREPLUS_BACKUP_ENCRYPTION"]) == ("/backups", "age")
    assert config(tmp_path, "compose.backups.yaml", **SECRETS).returncode != 0


def test_pinned_images_reach_the_builds(tmp_path: Path, composed: dict[str, Any]) -> None:
    for name in ("Makefile", "services/Dockerfile", "web/Dockerfile"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".env").write_text("CAREPLUS_PORT=5100\nNODE_IMAGE=node:23-slim@sha256:old\n")
    # stands in for the registry
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text('#!/bin/sh\n[ "$4" != node:broken ] && echo "sha256:$(printf %s "$4" | sha256sum | cut -c1-64)"\n')
    docker.chmod(0o755)
    command, path = ["make", "pin-images"], {"PATH": f"{docker.parent}:{os.environ['PATH']}"}
    subprocess.run(command, cwd=tmp_path, env=path, check=True, capture_output=True)
    written = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    assert set(written) == {"CAREPLUS_PORT", "PYTHON_IMAGE", "NODE_IMAGE", "NGINX_IMAGE"}
    images = {name: value for name, value in written.items() if name.endswith("_IMAGE")}
    assert all(re.fullmatch(r"[a-z/-]+:[\w.-]+@sha256:[0-9a-f]{64}", image) for image in images.values())
    for name, service in services(tmp_path, **images).items():
        wanted = {"NODE_IMAGE", "NGINX_IMAGE"} if name == "web" else {"PYTHON_IMAGE"}
        arguments = {argument: value for argument, value in service["build"]["args"].items() if argument.endswith("_IMAGE")}
        assert arguments == {argument: images[argument] for argument in wanted}
        # without the names the build takes the ones of the Dockerfile
        assert wanted.isdisjoint(composed["services"][name]["build"].get("args", {}))
    before = (tmp_path / ".env").read_text()
    dockerfile = tmp_path / "web" / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text().replace("node:24-slim", "node:broken"))
    assert subprocess.run(command, cwd=tmp_path, env=path, check=False, capture_output=True).returncode != 0
    assert (tmp_path / ".env").read_text() == before


def test_compose_passes_every_setting(composed: dict[str, Any]) -> None:
    in_images = {"CAREPLUS_DATA", "CAREPLUS_HOST", "CAREPLUS_PORT"}
    # the web container has the portals;
    # compose.tls.yaml, not compose.yaml, names certificates; nginx reaches the gateway by plain HTTP
    unused = {
        "CAREPLUS_WEB",
        "CAREPLUS_CERTIFICATES",
        "CAREPLUS_MUTUAL_TLS",
        "CAREPLUS_TLS_CERT",
        "CAREPLUS_TLS_KEY",
        # each container has an address of its own
        "CAREPLUS_METRICS_OFFSET",
    }
    # compose takes secrets from .env; files of secrets are for Kubernetes and for machines without containers
    unused |= {f"{variable_of(secret)}_FILE" for secret in SECRET_SETTINGS}
    names = {str(field.validation_alias or f"CAREPLUS_{name.upper()}") for name, field in Settings.model_fields.items()}
    # OpenTelemetry's library reads its own
    passed = {name for name in composed["services"]["auth"]["environment"] if not name.startswith("OTEL_")}
    assert passed == names - in_images - unused
    for name in in_images:
        assert f"{name}=" in DOCKERFILES[0].read_text()
    for name in ("gateway", "web"):
        assert not {"DATABASE_URL", "CAREPLUS_DB_POOLER"} & composed["services"][name].get("environment", {}).keys()


def test_extras_are_added_to_images(tmp_path: Path) -> None:
    def needs(service: str, extras: str) -> list[str]:
        command = [sys.executable, str(ROOT / "services" / "image.py"), "needs", service, extras]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        return [one for one in listed if "psycopg" in one or "opentelemetry" in one]

    for name, extras in (("", {}), ("postgresql", {"CAREPLUS_EXTRAS": "postgresql"})):
        for service, one in services(tmp_path, **extras).items():
            if service != "web":
                assert one["build"]["args"]["EXTRAS"] == name
    for service in (*PYTHON, "cli"):
        assert needs(service, "") == []
        assert needs(service, "postgresql") == ([] if service == "gateway" else ["psycopg[binary]>=3.3,<4"])
        assert len(needs(service, "tracing")) == 2
        assert len(needs(service, "postgresql,tracing")) == (2 if service == "gateway" else 3)


def test_metrics_stay_inside_with_prometheus_and_grafana(tmp_path: Path) -> None:
    made = {"CAREPLUS_METRICS_TOKEN": "t" * 40, "GRAFANA_PASSWORD": "g" * 20}
    with_metrics = services(tmp_path, "compose.metrics.yaml", **made)
    for name in PYTHON:
        assert with_metrics[name]["environment"]["CAREPLUS_METRICS"] == "0.0.0.0"
        assert with_metrics[name]["environment"]["CAREPLUS_METRICS_TOKEN"] == made["CAREPLUS_METRICS_TOKEN"]
    published = {(port["host_ip"], port["target"]) for one in with_metrics.values() for port in one.get("ports", [])}
    assert published == {("127.0.0.1", port) for port in (8080, 5000, 9090, 3000)}
    assert set(with_metrics["prometheus"]["networks"]) == {"inside", "watching"}
    assert set(with_metrics["grafana"]["networks"]) == {"watching"}
    for volume in (one for name in ("prometheus", "grafana") for one in with_metrics[name]["volumes"]):
        assert volume["type"] == "volume" or Path(volume["source"]).exists(), volume
    missing = config(tmp_path, "compose.metrics.yaml", **SECRETS)
    assert "CAREPLUS_METRICS_TOKEN" in missing.stderr


def test_demo_is_one_variable_and_stays_local(tmp_path: Path) -> None:
    demo = services(tmp_path, CAREPLUS_DEMO="1")
    assert {name for name, one in demo.items() if one.get("environment", {}).get("CAREPLUS_DEMO") == "1"} == set(demo) - {"web"}
    assert demo["web"]["ports"][0]["host_ip"] == demo["migrate"]["environment"]["CAREPLUS_HOST"] == "127.0.0.1"
    # `prepare`, which all services wait for, gets the published address
    everywhere = services(tmp_path, CAREPLUS_DEMO="1", CAREPLUS_HOST="192.0.2.7")
    assert everywhere["gateway"]["ports"][0]["host_ip"] == everywhere["migrate"]["environment"]["CAREPLUS_HOST"] == "192.0.2.7"


def test_origins_are_the_published_ports(tmp_path: Path) -> None:
    origins = services(tmp_path, CAREPLUS_PORT="5100")["auth"]["environment"]["CAREPLUS_ORIGINS"].split(",")
    assert origins[0] == "http://localhost:4200"
    assert set(origins) == {f"http://{host}:{port}" for host in ("localhost", "127.0.0.1") for port in (4200, 5100)}


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_dockerfile_follows_the_usual_rules(dockerfile: Path) -> None:
    checked = subprocess.run([BIN / "hadolint", dockerfile], capture_output=True, text=True, timeout=60, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    text = dockerfile.read_text()
    assert not re.search(r"#\s*syntax", text)
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?", text, re.MULTILINE)
    named, defaults = {name for _, name in stages}, dict(re.findall(r"^ARG (\w+_IMAGE)=(\S+)", text, re.MULTILINE))
    for written, _ in stages:
        image = defaults.get(written.strip("${}"), written)
        assert image in named or re.fullmatch(r"[a-z/-]+:\d+(\.\d+)?-[a-z-]+", image), f"{image} has a mutable tag"
    last = text[text.rindex("\nFROM ") :]
    [user] = re.findall(r"^USER (\d+):\d+$", last, re.MULTILINE)
    assert int(user) > 0
    [started] = re.findall(r"^(?:CMD|ENTRYPOINT) (.+)$", last, re.MULTILINE)
    assert json.loads(started)


def test_removed_packages_are_imported_nowhere() -> None:
    """A service whose image has lost a package that is imported does not start."""
    [removed] = re.findall(r"uninstall --yes ([\w ]+)", (ROOT / "services" / "Dockerfile").read_text())
    modules = [f"careplus_{service}.app" for service in sorted(PYTHON)]
    modules += ["careplus_auth.sign_on.provider", "careplus_cli.main"]
    # None in `sys.modules` makes an import fail as a missing module does
    program = f"import sys; sys.modules.update(dict.fromkeys({removed.split()})); import {', '.join(modules)}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nginx_sends_the_headers_of_the_gateway() -> None:
    assert f'default "{PAGE_CSP}"' in NGINX
    assert f'~^/docs "{DOCS_CSP}"' in NGINX
    assert f'$" "{API_CSP}";' in NGINX
    for name, value in SECURITY_HEADERS.items():
        written = f'"{value}"' if " " in value else value
        assert f"add_header {name} {written} always;" in NGINX
        assert f"proxy_hide_header {name};" in NGINX
    assert f"https {HSTS};" in NGINX
    assert "/index.html no-store;" in NGINX
    assert '"public, max-age=31536000, immutable"' in NGINX
    assert MAX_BODY == 2**20
    assert "client_max_body_size 1m;" in NGINX


@pytest.mark.parametrize("refusal", [Unavailable, TooLarge])
def test_nginx_problems_match_the_contracts(refusal: type[Refusal]) -> None:
    [body] = [
        body.replace("\\'", "'") for status, body in re.findall(r"return (\d+) '(.+)';", NGINX) if int(status) == refusal.status
    ]
    problem = json.loads(body)
    assert problem == json.loads(refusal(problem["detail"]).body("$request_id"))


def test_nginx_forwards_api_paths_only() -> None:
    [pattern] = re.findall(r"location ~ (\^/\(api\S+) \{", NGINX)
    forwarded = ("/api", "/api/doctors", "/auth/login", "/.well-known/jwks.json", "/openapi.json", "/ready", "/health")
    assert [path for path in forwarded if not re.search(pattern, path)] == []
    assert [path for path in ("/", "/authors", "/apiary", "/ready/x", "/sign-in") if re.search(pattern, path)] == []


def test_away_page_needs_no_scripts_or_styles() -> None:
    page = (ROOT / "web" / "away.html").read_text()
    assert '<meta http-equiv="refresh"' in page
    assert re.search(r"<script|<style|\sstyle=", page) is None


def test_dockerignore_admits_sources_only() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == {"requirements.lock", "libs", "services", "web"}
