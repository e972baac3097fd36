"""Audit events of the demo hospital: charts read or opened in an emergency, and notes written."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from careplus_contracts.audit import Kind
from careplus_contracts.endpoints import Role
from careplus_demo.people import People
from careplus_demo.visits import Visit
from careplus_tables.audit import OK

MOST_VISITS = 200
"""Limit of the newest visits; each has one event for the chart and one for the notes."""


class AuditHistory:
    """Events about completed `visits`, which are in order of time, and about emergency `accesses`."""

    def __init__(self, people: People, visits: Sequence[Visit], accesses: Sequence[dict[str, Any]]) -> None:
        known = {people.pat.id, people.sam.id}
        recent = [
            visit for place, visit in enumerate(visits, 1) if place > len(visits) - MOST_VISITS or visit.patient.id in known
        ]
        acts = [*(act for visit in recent for act in _acts(visit)), *map(_opened, accesses)]
        self.acts = sorted(acts, key=_in_order)

    def event_rows(self) -> Iterator[dict[str, Any]]:
        for number, (row, _) in enumerate(self.acts, start=1):
            yield {**row, "id": number, "request_id": f"demo-{number:08}"}

    def patient_rows(self) -> Iterator[dict[str, Any]]:
        for number, (_, patient_id) in enumerate(self.acts, start=1):
            yield {"event_id": number, "patient_id": patient_id}


def _in_order(act: tuple[dict[str, Any], int]) -> tuple[Any, ...]:
    return act[0]["at"], act[0]["account_id"], act[0]["action"]


def _acts(visit: Visit) -> Iterator[tuple[dict[str, Any], int]]:
    read = {"service": "doctors", "action": "show_chart", "kind": Kind.READ.value, "members": None}
    written = {"service": "appointments", "action": "write_notes", "kind": Kind.CHANGE.value, "members": "sign text"}
    for at, object_id, act in (
        (visit.ends_at - timedelta(minutes=10), visit.patient.id, read),
        (visit.ends_at - timedelta(minutes=1), visit.id, written),
    ):
        yield {**_by(visit.doctor.id), **act, "at": at, "object_id": str(object_id), "reason": None}, visit.patient.id


def _opened(access: dict[str, Any]) -> tuple[dict[str, Any], int]:
    act = {"service": "doctors", "action": "open_chart", "kind": Kind.CHANGE.value}
    told = {"members": "date_of_birth full_name reason", "reason": access["reason"], "object_id": str(access["patient_id"])}
    return {**_by(access["doctor_id"]), **act, **told, "at": access["opened_at"]}, access["patient_id"]


def _by(doctor_id: int) -> dict[str, Any]:
    return {"account_id": doctor_id, "role": Role.DOCTOR.value, "session_id": None, "address": "192.0.2.10", "outcome": OK}
