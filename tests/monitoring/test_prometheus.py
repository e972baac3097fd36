"""A real Prometheus scrapes a running hospital; its panels and rules find what they need."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from careplus_cli.certificates import make_certificates
from tests.hospital import LOCAL_HTTP, answers, eventually, free_port
from tests.monitoring.scraping import OFFSET, PROCESSES, metered_world
from tests.monitoring.test_rules_and_panels import EXPRESSIONS, PROMETHEUS, alerts
from tests.world import World

pytestmark = pytest.mark.skipif(shutil.which("prometheus") is None, reason="needs prometheus: apt-get install prometheus")
QUIET = ("Failures by operation", "Refused requests", "backup", "BackupMissed", "certificate", "Certificate")
"""Expressions without a value in a hospital without failures, refusals, backups and certificates."""


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("prometheus")
    with metered_world(tmp_path_factory.mktemp("scraped")) as world:
        config = (PROMETHEUS / "prometheus.yml").read_text()
        for number, _ in enumerate(PROCESSES):
            config = config.replace(f"127.0.0.1:{9000 + number}", address_of(world, number))
        with _running(folder, config) as client:
            yield client


def address_of(world: World, number: int) -> str:
    """Return the address of the metrics of a process."""
    return f"127.0.0.1:{world.hospital.port + number + OFFSET}"


@contextmanager
def _running(folder: Path, config: str) -> Iterator[httpx.Client]:
    """Run a Prometheus with a configuration, with shorter intervals."""
    (folder / "prometheus.yml").write_text(config.replace("15s", "1s"))
    shutil.copy(PROMETHEUS / "alerts.yml", folder)
    address = f"127.0.0.1:{free_port()}"
    command = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address={address}"]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        eventually(lambda: answers(f"http://{address}/-/ready"), 60)
        with httpx.Client(base_url=f"http://{address}/api/v1", **LOCAL_HTTP) as client:
            yield client
    finally:
        process.terminate()
        process.wait(30)


def found(prometheus: httpx.Client, expression: str) -> list[Any]:
    """Return the series of an expression now."""
    answer = prometheus.get("/query", params={"query": expression}).json()
    assert answer["status"] == "success", answer
    return list(answer["data"]["result"])


def test_prometheus_scrapes_every_process(prometheus: httpx.Client) -> None:
    eventually(lambda: len(found(prometheus, 'up{job="careplus"} == 1')) == len(PROCESSES), 60)
    assert {one["metric"]["service"] for one in found(prometheus, "up")} == set(PROCESSES)


def test_every_panel_has_values(prometheus: httpx.Client) -> None:
    # a rate needs two scrapes
    eventually(lambda: bool(found(prometheus, 'rate(careplus_requests_total{service="gateway"}[5m])')), 60)
    panels = {name: expression for name, expression in EXPRESSIONS.items() if name not in alerts()}
    assert [name for name, expression in panels.items() if not found(prometheus, expression)] == [
        name for name in panels if any(quiet in name for quiet in QUIET)
    ]


def test_rules_are_healthy_and_silent(prometheus: httpx.Client) -> None:
    def rules() -> list[Any]:
        return list(prometheus.get("/rules").json()["data"]["groups"][0]["rules"])

    eventually(lambda: all(rule["health"] == "ok" for rule in rules()), 60)
    assert [rule["name"] for rule in rules() if rule["state"] == "firing"] == []
    assert len(rules()) == len(alerts())


def test_prometheus_scrapes_processes_with_certificates(tmp_path: Path) -> None:
    """The configuration is that of the containers, with addresses in place of their names in DNS."""
    certificates, token = tmp_path / "certificates", tmp_path / "token"
    make_certificates(certificates, days=2)
    token.write_text("t" * 40)
    options = {"CERTIFICATES": str(certificates), "MUTUAL_TLS": "true", "METRICS_TOKEN": token.read_text()}
    with metered_world(tmp_path, **options) as world:
        config = (PROMETHEUS / "containers-tls.yml").read_text().replace("/run/secrets/metrics_token", str(token))
        config = config.replace("/certificates/", f"{certificates}/prometheus/")
        for number, name in enumerate(PROCESSES):
            targets = f'static_configs: [{{targets: ["{address_of(world, number)}"], labels: {{__meta_dns_name: {name}}}}}]'
            config = config.replace(f"dns_sd_configs:\n      - {{names: [{name}], type: A, port: 9000}}", targets)
        with _running(tmp_path, config) as client:
            eventually(lambda: len(found(client, 'up{job="careplus"} == 1')) == len(PROCESSES), 60)
            assert {one["metric"]["service"] for one in found(client, "up")} == set(PROCESSES)
        assert httpx.get(f"{world.hospital.url}/metrics", **LOCAL_HTTP).status_code == 404
