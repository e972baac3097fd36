"""Traces, received by a real receiver: one across gateway and service, without personal data."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.monitoring import tracing
from careplus_runtime.process.settings import SettingsError
from tests.hospital import ADMIN, Hospital, eventually, free_port

ATTRIBUTES = {"http.request.method", "http.response.status_code"}
FOREIGN = "4bf92f3577b34da6a3ce929d0e0e4736"
"""A trace that a client names."""


@dataclass
class Traced:
    """A hospital that sends traces, and the file of what was received."""

    hospital: Hospital
    received: Path

    def spans(self) -> list[dict[str, Any]]:
        """Return the received spans, each with the name of its process."""
        lines = self.received.read_text().splitlines() if self.received.exists() else []
        return [
            {
                **span,
                "service": {one["key"]: one["value"].get("stringValue") for one in part["resource"]["attributes"]}[
                    "service.name"
                ],
            }
            for line in lines
            for part in json.loads(line)["resourceSpans"]
            for scope in part["scopeSpans"]
            for span in scope["spans"]
        ]

    def of(self, operation: str) -> dict[str, dict[str, Any]]:
        """Return the spans of an operation by process, when gateway and service have sent theirs."""
        eventually(lambda: len([span for span in self.spans() if span["name"] == operation]) >= 2)
        return {span["service"]: span for span in self.spans() if span["name"] == operation}


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    folder, port = tmp_path_factory.mktemp("traced"), free_port()
    received = folder / "traces.jsonl"
    command = [sys.executable, "-m", "tests.monitoring.trace_receiver", str(port), str(received)]
    receiver = subprocess.Popen(command)
    # FastAPI's own telemetry must stay off
    extra = {
        "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    # the variable is read when the services are imported, so they are executed and not forked
    hospital = Hospital(folder, extra=extra, executed=True)
    try:
        with hospital.running_with_admin():
            yield Traced(hospital, received)
    finally:
        receiver.terminate()
        receiver.wait(30)


def test_trace_spans_gateway_and_service(traced: Traced) -> None:
    admin = traced.hospital.sign_in(ADMIN)
    headers = {"traceparent": f"00-{FOREIGN}-00f067aa0ba902b7-01", "tracestate": "secret=Novak", "baggage": "name=Novak"}
    with admin.http as http:
        assert http.get("/api/admin/accounts", params={"q": "Novak"}, headers=headers).status_code == 200
    spans = traced.of("list_accounts")
    gateway, auth = spans["careplus-gateway"], spans["careplus-auth"]
    assert gateway["traceId"] == auth["traceId"]
    assert (auth["parentSpanId"], gateway.get("parentSpanId")) == (gateway["spanId"], None)
    assert int(gateway["startTimeUnixNano"]) <= int(auth["startTimeUnixNano"]), "the gateway's span encloses the service's"
    assert int(gateway["endTimeUnixNano"]) >= int(auth["endTimeUnixNano"])
    assert FOREIGN not in traced.received.read_text()


def test_spans_hold_no_personal_data(traced: Traced) -> None:
    hospital = traced.hospital
    patient = hospital.register("traced@example.org", "Tilda Traced")
    with patient.http as http:
        http.get("/api/doctors", params={"q": "chest pain Tilda"})
        http.get("/api/appointments/4711")
        http.get("/api/nothing/Tilda")
        http.request("TILDA", "/api/doctors")
    spans = traced.of("register")
    traced.of("show_appointment")
    assert {span["name"] for span in traced.spans()} <= {endpoint.name for endpoint in ENDPOINTS} | {"none"}
    attributes = [one for span in traced.spans() for one in span.get("attributes", [])]
    assert {one["key"] for one in attributes} <= ATTRIBUTES
    assert {one["value"]["stringValue"] for one in attributes if "stringValue" in one["value"]} <= {
        "GET",
        "POST",
        "PUT",
        "DELETE",
    }
    assert not any("events" in span or "message" in span.get("status", {}) for span in traced.spans())
    text = traced.received.read_text()
    for word in ("Tilda", "TILDA", "traced@", "chest", "/api/", patient.token[:20], "127.0.0.1"):
        assert word not in text, word
    assert spans["careplus-auth"]["kind"] == "SPAN_KIND_SERVER"


def test_no_endpoint_makes_no_middleware(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tracing.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert tracing.gateway_tracing() == []
    # FastAPI imports the interface, which does nothing alone
    names = "[name for name in sys.modules if name.startswith('opentelemetry.sdk')]"
    loaded = f"import sys, careplus_labs.app, careplus_gateway.app; print({names})"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "[]\n"


def test_missing_extra_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tracing.VARIABLES[0], "http://127.0.0.1:4318")
    tracing.check_tracing()
    monkeypatch.setattr(tracing, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r"^OTEL_EXPORTER_OTLP_ENDPOINT: needs the extra tracing"):
        tracing.check_tracing()
