"""Rows of the audit trail, read from the database file."""

import time
from pathlib import Path
from typing import Any

import pysqlite3

from tests.hospital import Hospital, Person

TABLES = ("audit_events", "audit_patients", "audit_seals")


def rows(hospital: Hospital, sql: str, *values: Any) -> list[dict[str, Any]]:
    """Straight from the file."""
    return rows_in(hospital.data, sql, *values)


def rows_in(folder: Path, sql: str, *values: Any) -> list[dict[str, Any]]:
    """The same from the file in a folder."""
    connection = pysqlite3.connect(folder / "careplus.db")
    connection.row_factory = pysqlite3.Row
    try:
        return [dict(row) for row in connection.execute(sql, values)]
    finally:
        connection.close()


def of_request(hospital: Hospital, request_id: str) -> list[dict[str, Any]]:
    """Return the events of one request with their patients' ids as `patients`."""
    found = rows(hospital, "SELECT * FROM audit_events WHERE request_id = ? ORDER BY id", request_id)
    for event in found:
        patients = rows(hospital, "SELECT patient_id FROM audit_patients WHERE event_id = ? ORDER BY patient_id", event["id"])
        event["patients"] = [one["patient_id"] for one in patients]
    return found


def ask(person: Person, method: str, path: str, request_id: str, **more: Any) -> Any:
    """Make a request that the trail can be asked for."""
    headers = {"X-Request-Id": request_id, **more.pop("headers", {})}
    return person.http.request(method, path, headers=headers, **more)


def wait_until_sealed(hospital: Hospital, patience_s: float = 20) -> None:
    """Until every event has its seal."""
    unsealed = "SELECT count(*) AS n FROM audit_events WHERE id NOT IN (SELECT event_id FROM audit_seals)"
    deadline = time.monotonic() + patience_s
    while rows(hospital, unsealed)[0]["n"]:
        assert time.monotonic() < deadline, "not sealed"
        time.sleep(0.1)
