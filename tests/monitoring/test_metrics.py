"""Metrics of a running hospital: complete, without personal data, and not on the public port."""

import os
import re
import signal
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from careplus_cli.certificates import make_certificates
from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.monitoring.catalogue import CATALOGUE, CERTIFICATE
from careplus_runtime.monitoring.metrics_server import start_metrics_server
from careplus_runtime.monitoring.running import running_metrics
from careplus_runtime.process.settings import Settings, SettingsError
from careplus_runtime.transport.tls import calling_context
from tests import databases
from tests.hospital import ADMIN, LOCAL_HTTP, Hospital, answers, eventually, free_port, only_linux, paused_supervisor, processes
from tests.monitoring.scraping import PROCESSES, metered_world, metrics_url, scrape, value
from tests.world import World

HISTOGRAM = ("_bucket", "_count", "_sum")
DEAD_MAIL_SERVER = "smtp://127.0.0.1:9"
TEXTS = re.compile(r"Novak|Brandt|Osei|Penicillin|Hypertension|example\.org|Cardiology")
"""Texts of people and records of the world."""


@pytest.fixture(scope="module")
def metered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with metered_world(tmp_path_factory.mktemp("metered"), SMTP_URL=DEAD_MAIL_SERVER) as world:
        yield world


def test_scrapes_have_exactly_the_catalogue(metered: World) -> None:
    sql = "INSERT INTO backups (at, file) VALUES (?, ?)"
    databases.execute(metered.hospital.database, sql, "2026-01-01T00:00:00Z", "backup")
    with metered.hospital.client() as http:
        http.get("/unknown")
    found: dict[str, set[str]] = {}
    for process in PROCESSES:
        for sample in scrape(metered.hospital, process):
            if sample.name.startswith("careplus_"):
                found.setdefault(sample.name, set()).update(sample.labels)
    expected: dict[str, set[str]] = {}
    for metric in CATALOGUE:
        suffixes = HISTOGRAM if metric.kind == "histogram" else ("",)
        for suffix in suffixes:
            expected[metric.name + suffix] = {*metric.labels, *(["le"] if suffix == "_bucket" else [])}
    # on PostgreSQL the data are on no disk of these processes; certificates have a test of their own
    absent = {CERTIFICATE.name} | (set() if databases.IS_SQLITE else {"careplus_disk_free_bytes", "careplus_disk_floor_bytes"})
    assert found == {name: labels for name, labels in expected.items() if name not in absent}


def test_labels_are_operations_and_no_personal_data(metered: World) -> None:
    hospital, patient = metered.hospital, metered.people["patient"]
    patient.http.get("/api/doctors", params={"q": "chest pain Novak"})
    metered.people["doctor"].http.get(f"/api/doctor/patients/{patient.id}")
    samples = [sample for process in PROCESSES for sample in scrape(hospital, process)]
    requests = [sample.labels for sample in samples if sample.name == "careplus_requests_total"]
    assert {labels["operation"] for labels in requests} <= {endpoint.name for endpoint in ENDPOINTS} | {"none"}
    assert {labels["status"] for labels in requests} <= {"2xx", "3xx", "4xx", "5xx", "none"}
    texts = {text for sample in samples for text in sample.labels.values()}
    assert [text for text in texts if TEXTS.search(text) or "chest" in text] == []
    numbers = {text for sample in samples for name, text in sample.labels.items() if text.isdigit() and name != "le"}
    assert numbers == set()


def test_request_is_counted_at_gateway_and_service(metered: World) -> None:
    hospital, http = metered.hospital, metered.people["patient"].http
    counted = {"operation": "list_appointments", "method": "GET", "status": "2xx"}
    names = ("careplus_requests_total", "careplus_request_duration_seconds_count")

    def counts() -> list[float]:
        at = [(process, name) for process in ("gateway", "appointments") for name in names]
        return [
            value(hospital, process, name, **(counted if name.endswith("total") else {"operation": counted["operation"]}))
            for process, name in at
        ]

    before = counts()
    for _ in range(3):
        assert http.get("/api/appointments").status_code == 200
    assert [after - earlier for after, earlier in zip(counts(), before, strict=True)] == [3.0] * 4
    assert value(hospital, "gateway", "careplus_requests_in_progress") == 0


def test_unknown_paths_and_methods_add_no_series(metered: World) -> None:
    hospital = metered.hospital
    with hospital.client() as http:
        http.get("/unknown/0")
        http.request("PROPFIND", "/unknown/0")
        before = len(scrape(hospital, "gateway"))
        for number in range(1, 30):
            http.get(f"/unknown/{number}")
            http.request("PROPFIND", f"/unknown/{number}")
            http.get(f"/api/doctors/{number * 1000}")
        http.get("/api/doctors/7")
    assert len(scrape(hospital, "gateway")) - before <= 20, "at most the series of one operation"
    methods = {sample.labels["method"] for sample in scrape(hospital, "gateway") if "method" in sample.labels}
    assert "PROPFIND" not in methods


def test_refusals_are_counted_by_code(metered: World) -> None:
    before = value(metered.hospital, "gateway", "careplus_refusals_total", code="not_found")
    with metered.hospital.client() as http:
        http.get("/unknown")
    assert value(metered.hospital, "gateway", "careplus_refusals_total", code="not_found") == before + 1


def test_public_port_reveals_no_metrics(metered: World) -> None:
    admin = metered.people["admin"].http
    for path in ("/metrics", "/metrics/", "/api/metrics", "/%6detrics", "/metrics?name[]=up", "/auth/../metrics"):
        answer = admin.get(path, headers={"Accept": "text/plain"})
        assert answer.status_code == 404, path
        assert "careplus_" not in answer.text
    for url in metered.hospital.service_urls.values():
        assert httpx.get(f"{url}/metrics", **LOCAL_HTTP).status_code == 404


def test_metrics_port_serves_only_its_path(metered: World) -> None:
    url = metrics_url(metered.hospital, "auth")
    assert httpx.get(url.replace("/metrics", "/"), **LOCAL_HTTP).status_code == 404
    assert httpx.post(url, **LOCAL_HTTP).status_code == 405
    assert (
        "openmetrics" in httpx.get(url, headers={"Accept": "application/openmetrics-text"}, **LOCAL_HTTP).headers["content-type"]
    )


def test_waiting_mail_is_shown_with_its_age(metered: World) -> None:
    hospital = metered.hospital
    with hospital.client() as http:
        assert http.post("/auth/password/forgot", json={"email": "pia@example.org"}).status_code == 204
    eventually(lambda: value(hospital, "auth", "careplus_mails_waiting", queue="mails") >= 1)
    since = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    databases.execute(hospital.database, "UPDATE mails SET created_at = ? WHERE ciphertext IS NOT NULL", since)
    assert value(hospital, "auth", "careplus_oldest_mail_age_seconds", queue="mails") >= 3600


def test_open_critical_result_is_shown_with_its_age(metered: World) -> None:
    database = metered.hospital.database
    (result_id,) = databases.query(database, "SELECT id FROM lab_results WHERE status = 'verified' ORDER BY id LIMIT 1")[0]
    since = f"{datetime.now(UTC) - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
    sql = "UPDATE lab_results SET critical_since = ?, critical_closed_at = NULL WHERE id = ?"
    databases.execute(database, sql, since, result_id)
    assert value(metered.hospital, "labs", "careplus_critical_results_open") >= 1
    assert value(metered.hospital, "labs", "careplus_critical_oldest_age_seconds") >= 7200
    closed = "UPDATE lab_results SET critical_closed_at = ? WHERE id = ?"
    databases.execute(database, closed, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", result_id)
    assert value(metered.hospital, "labs", "careplus_critical_results_open") == 0


@only_linux
def test_stopped_service_opens_the_breaker_metric(metered: World) -> None:
    hospital = metered.hospital
    with paused_supervisor(hospital):
        os.kill(processes(hospital)["doctors"], signal.SIGKILL)
        metered.people["doctor"].http.get("/api/doctor/prescriptions")
        eventually(lambda: value(hospital, "gateway", "careplus_breaker_state", to="doctors") == 2)
        assert value(hospital, "gateway", "careplus_breaker_state") == 2, "the others are closed"
    eventually(lambda: value(hospital, "gateway", "careplus_breaker_state", to="doctors") == 0, 60)


def test_metrics_are_off_by_default(hospital: Hospital) -> None:
    assert "CAREPLUS_METRICS" not in hospital.environment
    assert not any(answers(f"http://127.0.0.1:{port + 4000}/metrics") for port in range(hospital.port, hospital.port + 5))


def test_token_is_needed(tmp_path: Path) -> None:
    token = "t" * 40
    hospital = Hospital(
        tmp_path, extra={"CAREPLUS_METRICS": "0.0.0.0", "CAREPLUS_METRICS_OFFSET": "5", "CAREPLUS_METRICS_TOKEN": token}
    )
    with hospital.running_with_admin():
        for process in PROCESSES:
            url = metrics_url(hospital, process)
            for wrong in (
                {},
                {"Authorization": f"Bearer {token[1:]}"},
                {"Authorization": f"Basic {token}"},
                {"Authorization": "Bearer é"},
            ):
                encoded = [(name.encode(), text.encode("latin-1")) for name, text in wrong.items()]
                answer = httpx.get(url, headers=encoded, **LOCAL_HTTP)
                assert (answer.status_code, answer.content) == (401, b"")
            assert httpx.get(url, headers={"Authorization": f"Bearer {token}"}, **LOCAL_HTTP).status_code == 200
        admin = hospital.sign_in(ADMIN)
        assert httpx.get(url, headers={"Authorization": f"Bearer {admin.token}"}, **LOCAL_HTTP).status_code == 401


def test_public_address_without_token_is_refused() -> None:
    settings = Settings(metrics="0.0.0.0", _env_file=None)
    with pytest.raises(SettingsError, match=r"^CAREPLUS_METRICS_TOKEN: set it"):
        start_metrics_server(settings, "auth", 5001)


def test_used_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(metrics="127.0.0.1", metrics_offset=1, _env_file=None)
        with pytest.raises(SettingsError, match=r"^CAREPLUS_METRICS: port \d+ on 127.0.0.1 cannot be used"):
            start_metrics_server(settings, "auth", taken.getsockname()[1] - 1)


@pytest.mark.parametrize("is_mutual", [False, True])
def test_port_speaks_tls_where_services_do(tmp_path: Path, is_mutual: bool) -> None:
    make_certificates(tmp_path, days=2)
    options: dict[str, Any] = {"metrics": "127.0.0.1", "certificates": tmp_path, "mutual_tls": is_mutual, "_env_file": None}
    settings, port = Settings(**options), free_port()
    start_metrics_server(settings, "labs", port - settings.metrics_offset)
    url, authority = f"https://127.0.0.1:{port}/metrics", ssl.create_default_context(cafile=tmp_path / "labs" / "ca.crt")
    with socket.create_connection(("127.0.0.1", port)):
        # a client that says nothing delays no other
        assert httpx.get(url, verify=calling_context(settings, "gateway") or True, trust_env=False).status_code == 200
    if is_mutual:
        with pytest.raises(httpx.TransportError):
            httpx.get(url, verify=authority, trust_env=False)
    else:
        assert httpx.get(url, verify=authority, trust_env=False).status_code == 200
    with pytest.raises(httpx.TransportError):
        httpx.get(url.replace("https", "http"), trust_env=False)


async def test_certificate_ends_are_read_from_the_files(tmp_path: Path) -> None:
    until = make_certificates(tmp_path, days=2)
    app = Starlette()
    app.state.settings = Settings(certificates=tmp_path, _env_file=None)
    async with running_metrics(app, "labs"):
        (sample,) = await app.state.readers[0]()
        assert (sample.metric, sample.labels) == (CERTIFICATE, ("inside",))
        assert abs(sample.value - until.timestamp()) < 1
        later = make_certificates(tmp_path, days=90)
        (sample,) = await app.state.readers[0]()
        assert abs(sample.value - later.timestamp()) < 1
