"""A prescription counts as active until the end of its last day in the clinic, in every list and count, on both databases."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import httpx
import pytest

from careplus_clinic.clinic_time import local_date
from careplus_runtime.process.clock import now
from tests.list_database import Rows, serving
from tests.world import made

BERLIN = ZoneInfo("Europe/Berlin")
TAKEN = {"dose": "1 tablet", "route": "oral", "frequency": "daily"}


class Clinic(NamedTuple):
    """A doctor, a patient in care, and the ids of the patient's only prescriptions, by their state."""

    rows: Rows
    services: dict[str, httpx.AsyncClient]
    doctor_id: int
    patient_id: int
    ids: dict[str, int]

    async def get(self, role: str, path: str, service: str = "doctors", **query: Any) -> Any:
        id_ = {"doctor": self.doctor_id, "patient": self.patient_id, "admin": 1}[role]
        headers = {"Authorization": f"Bearer {id_}-{role}"}
        return made(await self.services[service].get(path, params=query, headers=headers), 200)

    async def listed(self, role: str, status: str) -> set[int]:
        path = "/api/prescriptions" if role == "patient" else "/api/doctor/prescriptions"
        more: dict[str, Any] = {} if role == "patient" else {"patient_id": self.patient_id}
        return {one["id"] for one in (await self.get(role, path, status=status, limit=100, **more))["items"]}


@pytest.fixture
async def clinic(rows_at: tuple[Rows, str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Clinic]:
    rows, url = rows_at
    monkeypatch.setenv("CAREPLUS_ZONE", str(BERLIN))
    with rows.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE prescriptions SET status = 'stopped'")
        doctor_id = connection.exec_driver_sql("SELECT min(id) FROM doctors").scalar_one()
    async with serving(url) as services:
        doctor = {"Authorization": f"Bearer {doctor_id}-doctor"}
        patients = made(await services["doctors"].get("/api/doctor/patients", headers=doctor), 200)["items"]
        found = Clinic(rows, services, doctor_id, patients[0]["id"], {})
        # the day on which each was written, and the days of its medicines
        for name, ago, days in (("over", 4, (3,)), ("last_day", 3, (3,)), ("runs", 4, (30, 3)), ("stopped", 1, (30,))):
            body = {
                "patient_id": found.patient_id,
                "items": [{"medicine": f"M{one}", "duration_days": one, **TAKEN} for one in days],
            }
            id_ = made(await services["doctors"].post("/api/doctor/prescriptions", json=body, headers=doctor))["id"]
            found.ids[name] = id_
            rows.move("prescriptions", id_, written(ago, max(days)) | {"status": "stopped" if name == "stopped" else "active"})
        yield found
        for id_ in found.ids.values():
            rows.move("prescriptions", id_, {"status": "stopped"})


def written(ago: int, days: int) -> dict[str, Any]:
    """Return the values of a prescription that was written late on an earlier day of the clinic."""
    day = today() - timedelta(days=ago)
    return {"created_at": datetime.combine(day, time(23, 30), BERLIN), "last_day": day + timedelta(days=days)}


def today() -> date:
    return local_date(now(), BERLIN)


@pytest.mark.parametrize("role", ["patient", "doctor"])
async def test_status_filter_follows_the_course(clinic: Clinic, role: str) -> None:
    ids = clinic.ids
    assert await clinic.listed(role, "active") == {ids["last_day"], ids["runs"]}
    assert await clinic.listed(role, "ended") == {ids["over"]}
    assert ids["stopped"] in await clinic.listed(role, "stopped")


async def test_answered_prescription_says_whether_it_runs(clinic: Clinic) -> None:
    chart = await clinic.get("doctor", f"/api/doctor/patients/{clinic.patient_id}")
    in_chart = {one["id"]: one for one in chart["prescriptions"]}
    for name, status, last_day in (
        ("over", "ended", -1),
        ("last_day", "active", 0),
        ("runs", "active", 26),
        ("stopped", "stopped", 29),
    ):
        one = await clinic.get("patient", f"/api/prescriptions/{clinic.ids[name]}")
        assert one == in_chart[one["id"]]
        assert (one["status"], one["last_day"]) == (status, (today() + timedelta(days=last_day)).isoformat())
    medicines = {one["medicine"]: (one["active"], one["last_day"]) for one in in_chart[clinic.ids["runs"]]["items"]}
    assert medicines["M30"] == (True, (today() + timedelta(days=26)).isoformat())
    assert medicines["M3"] == (False, (today() - timedelta(days=1)).isoformat()), "a shorter medicine of a course that runs"


async def test_summary_counts_running_courses(clinic: Clinic) -> None:
    summary = await clinic.get("patient", "/api/me/summary")
    assert summary["active_prescriptions"] == 2
    tasks = [one["id"] for one in summary["to_do"] if one["kind"] == "prescription_ending"]
    assert tasks == [clinic.ids["last_day"]], "it ends today, the other one in 26 days"


async def test_open_work_counts_running_courses(clinic: Clinic) -> None:
    path = f"/api/admin/accounts/{clinic.doctor_id}/open-work"
    assert (await clinic.get("admin", path, "auth"))["work"]["active_prescriptions"] == 2
