"""The audit trail, read from the database."""

import time
from typing import Any

from tests import databases
from tests.hospital import Hospital, Person

TABLES = ("audit_events", "audit_patients", "audit_links", "audit_anchors")


def rows(hospital: Hospital, sql: str, *values: Any) -> list[dict[str, Any]]:
    """Return the rows of a query on the hospital's database."""
    return databases.named_rows(hospital.database, sql, *values)


def of_request(hospital: Hospital, request_id: str) -> list[dict[str, Any]]:
    """Return the events of one request, with the ids of the patients concerned as `patients`."""
    found = rows(hospital, "SELECT * FROM audit_events WHERE request_id = ? ORDER BY id", request_id)
    for event in found:
        patients = rows(hospital, "SELECT patient_id FROM audit_patients WHERE event_id = ? ORDER BY patient_id", event["id"])
        event["patients"] = [one["patient_id"] for one in patients]
    return found


def ask(person: Person, method: str, path: str, request_id: str, **more: Any) -> Any:
    """Send a request with a known request id."""
    headers = {"X-Request-Id": request_id, **more.pop("headers", {})}
    return person.http.request(method, path, headers=headers, **more)


def wait_until_chained(hospital: Hospital, timeout_s: float = 20) -> None:
    """Wait until every event has its link in the chain."""
    unlinked = "SELECT count(*) AS n FROM audit_events WHERE id NOT IN (SELECT event_id FROM audit_links)"
    deadline = time.monotonic() + timeout_s
    while rows(hospital, unlinked)[0]["n"]:
        assert time.monotonic() < deadline, "events without a link"
        time.sleep(0.1)
