"""The time offered on a day that has passed stays as it was when hours change and accounts close."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from careplus_clinic.clinic_time import day_start, local_date
from tests import databases
from tests.hospital import ADMIN, Hospital, Person
from tests.world import made

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """Run a hospital in which only the doctors of these tests offer time."""
    with Hospital(tmp_path_factory.mktemp("offered")).running_with_admin() as running:
        yield running


def change(hospital: Hospital, *statements: str) -> None:
    for statement in statements:
        databases.execute(hospital.database, statement)


def utilisation(admin: Person, days_ago: int) -> tuple[float | None, bool]:
    day = (local_date(datetime.now(UTC), BERLIN) - timedelta(days=days_ago)).isoformat()
    found = made(admin.http.get("/api/admin/stats", params={"from": day, "to": day}), 200)
    return found["utilisation"], found["utilisation_estimated"]


def test_utilisation_of_past_survives_closed_accounts(alone: Hospital) -> None:
    admin = alone.sign_in(ADMIN)
    doctor = alone.add_doctor(admin, "past@example.org", "Dr Petra Past", "Past")
    stays = alone.add_doctor(admin, "stays@example.org", "Dr Sami Stays", "Past")
    patient = alone.register("pastpat@example.org", "Pat Past")
    yesterday = local_date(datetime.now(UTC), BERLIN) - timedelta(days=1)
    noon = day_start(yesterday, BERLIN) + timedelta(hours=12)
    at, until, long_ago = (
        f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in (noon, noon + timedelta(minutes=144), noon - timedelta(days=20))
    )
    change(
        alone,
        f"UPDATE accounts SET created_at = '{long_ago}' WHERE role = 'doctor'",
        "DELETE FROM offered_time",
        "INSERT INTO appointments (reference, patient_id, doctor_id, starts_at, ends_at, status, created_at, version)"
        f" VALUES ('CP-PAST', {patient.id}, {doctor.id}, '{at}', '{until}', 'completed', '{at}', 1)",
    )
    # keeps the days that have passed
    week = {"starts_at": "2031-07-01T00:00:00Z", "ends_at": "2031-07-08T00:00:00Z"}
    made(doctor.http.post("/api/doctor/time-off", json=week))
    assert utilisation(admin, 1) == (144 / 2880, False)
    made(doctor.http.put("/api/doctor/availability", json={"slot_minutes": 30, "rules": []}), 200)
    made(admin.http.put(f"/api/admin/accounts/{stays.id}", json={"role": "doctor", "active": False}), 200)
    assert utilisation(admin, 1) == (144 / 2880, False), "hours and accounts of later days do not change it"
    assert utilisation(admin, 5) == (0.0, True), "the first call kept an estimate"
    assert utilisation(admin, 30) == (None, True), "before the accounts"
    assert utilisation(admin, 0)[0] is None, "today has no hours now"
    for person in (admin, doctor, stays, patient):
        person.http.close()
