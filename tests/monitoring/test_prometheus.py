"""A real Prometheus scrapes a running hospital; its panels and rules find what they need."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

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
    with metered_world(tmp_path_factory.mktemp("scraped")) as world, _running(folder, world) as client:
        yield client


@contextmanager
def _running(folder: Path, world: World) -> Iterator[httpx.Client]:
    """Run a Prometheus with the delivered configuration, on the ports of this hospital and with shorter intervals."""
    config = (PROMETHEUS / "prometheus.yml").read_text().replace("15s", "1s")
    for number, _ in enumerate(PROCESSES):
        config = config.replace(f"127.0.0.1:{9000 + number}", f"127.0.0.1:{world.hospital.port + number + OFFSET}")
    (folder / "prometheus.yml").write_text(config)
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
