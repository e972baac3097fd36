"""compose.scale.yaml: PostgreSQL, two of each service, and two gateways behind nginx."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from careplus_runtime.process.settings import Settings
from tests.containers.test_container_files import NGINX, PYTHON, ROOT, SECRETS, WITH_DATA, config, services

PASSWORD = {"CAREPLUS_DB_PASSWORD": "d" * 40}
FILE = "compose.scale.yaml"


@pytest.fixture
def scaled(tmp_path: Path) -> dict[str, Any]:
    return services(tmp_path, FILE, **PASSWORD)


def test_each_python_process_runs_twice(scaled: dict[str, Any]) -> None:
    count = {name: service.get("deploy", {}).get("replicas", 1) for name, service in scaled.items()}
    assert count == {**dict.fromkeys(PYTHON, 2), "web": 1, "migrate": 1, "database": 1}
    assert {name for name, service in scaled.items() if service.get("ports")} == {"web"}, "two gateways cannot have one port"
    for name in (*PYTHON, "migrate"):
        assert scaled[name]["environment"]["CAREPLUS_PIN_CORES"] == "false"


def test_services_reach_postgresql_with_driver_and_password(scaled: dict[str, Any]) -> None:
    found = {name: service["environment"].get("DATABASE_URL") for name, service in scaled.items() if service.get("environment")}
    with_url = {name for name, url in found.items() if url}
    assert with_url == WITH_DATA
    for name in with_url:
        url = sa.make_url(str(found[name]))
        assert (url.username, url.password, url.host, url.database) == ("careplus", "d" * 40, "database", "careplus")
        assert scaled[name]["build"]["args"]["EXTRAS"].split(",")[0] == "postgresql"
        assert "inside" in scaled[name]["networks"]
    environment = scaled["database"]["environment"]
    assert environment == {"POSTGRES_USER": "careplus", "POSTGRES_DB": "careplus", "POSTGRES_PASSWORD": "d" * 40}
    assert scaled["migrate"]["depends_on"] == {"database": {"condition": "service_healthy", "required": True}}
    # PostgreSQL has 100 unless told otherwise, and keeps 3 for superusers
    assert 2 * (len(WITH_DATA) - 1) * Settings.model_fields["db_connections"].default <= 100 - 3 - 10


def test_database_is_restricted_and_not_published(scaled: dict[str, Any]) -> None:
    database = scaled["database"]
    assert (database["read_only"], database["cap_drop"], database["user"]) == (True, ["ALL"], "postgres")
    assert database["security_opt"] == ["no-new-privileges:true"]
    assert set(database["networks"]) == {"inside"}
    assert [(one["source"], one["target"]) for one in database["volumes"]] == [("database", "/var/lib/postgresql/data")]
    assert "log_error_verbosity=terse" in database["command"]


def test_missing_password_is_refused_with_a_remedy(tmp_path: Path) -> None:
    refused = config(tmp_path, FILE, **SECRETS)
    assert refused.returncode != 0
    [command] = set(re.findall(r"make one with (\(.*?\.env\))", refused.stderr))
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    assert re.fullmatch(r"CAREPLUS_DB_PASSWORD=[0-9a-f]{64}\n", (tmp_path / ".env").read_text())


def test_nginx_asks_the_other_gateway_for_unsent_requests() -> None:
    for name in (r"resolver 127\.0\.0\.11 valid=\ds", r"set \$gateway http://gateway:5000;"):
        assert re.search(name, (ROOT / "web" / "gateway.conf").read_text())
    assert NGINX.count("proxy_pass $gateway$request_uri;") == NGINX.count("proxy_pass ") == 3
    # never non_idempotent: nginx would send a booking twice
    assert re.findall(r"proxy_next_upstream (.+);", NGINX) == ["error"]
