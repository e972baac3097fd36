"""Checks of compose.yaml, the Dockerfiles and nginx.conf that need no engine."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from careplus_contracts.refusals import Refusal, TooLarge, Unavailable
from careplus_gateway.pages import DOCS_CSP, PAGE_CSP
from careplus_gateway.request_limits import MAX_BODY
from careplus_gateway.security_headers import API_CSP, HSTS, SECURITY_HEADERS
from careplus_runtime.process.server import GRACE_S
from careplus_runtime.process.settings import Settings

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
DOCKERFILES = [ROOT / "services" / "Dockerfile", ROOT / "web" / "Dockerfile"]
PYTHON = {"auth", "appointments", "doctors", "labs", "gateway"}
WITH_DATA = {"auth", "appointments", "doctors", "labs", "migrate"}
NGINX = (ROOT / "web" / "nginx.conf").read_text()


def config(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `docker compose config` with these settings and no others."""
    plain = {"PATH": os.environ["PATH"], "HOME": str(folder), **environment}
    command = [
        str(BIN / "docker-compose"),
        "--file",
        str(ROOT / "compose.yaml"),
        "--env-file",
        os.devnull,
        "config",
        "--format",
        "json",
    ]
    return subprocess.run(command, env=plain, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def services(folder: Path, **environment: str) -> dict[str, Any]:
    done = config(folder, SECRET_KEY="k" * 40, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(json.loads(done.stdout)["services"])


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    done = config(tmp_path_factory.mktemp("composed"), SECRET_KEY="k" * 40)
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
    refused = config(tmp_path)
    assert refused.returncode != 0
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "SECRET_KEY" in refused.stderr
    [command] = re.findall(r"make one with (\(.*\))", refused.stderr)
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    assert re.fullmatch(r"SECRET_KEY=[0-9a-f]{64}\n", (tmp_path / ".env").read_text())


def test_compose_passes_every_setting(composed: dict[str, Any]) -> None:
    in_images = {"CAREPLUS_DATA", "CAREPLUS_HOST", "CAREPLUS_PORT"}
    # the web container has the portals, and the database is the file on the volume
    unused = {"CAREPLUS_WEB", "DATABASE_URL"}
    names = {str(field.validation_alias or f"CAREPLUS_{name.upper()}") for name, field in Settings.model_fields.items()}
    assert set(composed["services"]["auth"]["environment"]) == names - in_images - unused
    for name in in_images:
        assert f"{name}=" in DOCKERFILES[0].read_text()


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
    named = {name for _, name in stages}
    for image, _ in stages:
        assert image in named or re.fullmatch(r"[a-z/-]+:\d+(\.\d+)?-[a-z-]+", image), f"{image} has a mutable tag"
    last = text[text.rindex("\nFROM ") :]
    [user] = re.findall(r"^USER (\d+):\d+$", last, re.MULTILINE)
    assert int(user) > 0
    [started] = re.findall(r"^(?:CMD|ENTRYPOINT) (.+)$", last, re.MULTILINE)
    assert json.loads(started)


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
