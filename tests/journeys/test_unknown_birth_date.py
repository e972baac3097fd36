"""Results of a patient without a date of birth or a sex: compared with every range that may apply."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import World, made


@pytest.fixture(scope="module")
def patient(hospital: Hospital, world: World) -> Iterator[Person]:
    """Register a patient of the world's doctor, as an account from before dates of birth were required."""
    registered = hospital.register("noah@example.org", "Noah Sand", sex="unknown")
    with closing(sqlite3.connect(hospital.data / "careplus.db", timeout=30)) as database, database:
        database.execute("UPDATE accounts SET date_of_birth = NULL WHERE id = ?", (registered.id,))
    doctor_id = world.people["doctor"].id
    at = free_times(registered.http, doctor_id, days=10)[33]
    made(registered.http.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": at.isoformat()}))
    yield registered
    registered.http.close()


def entered(world: World, patient: Person, code: str, analyte: str, value: float, unit: str) -> dict[str, Any]:
    """Return the result of one value, entered and not verified."""
    body = {"patient_id": patient.id, "test_codes": [code]}
    booking = made(world.people["doctor"].http.post("/api/doctor/lab-orders", json=body))["id"]
    lab = world.people["lab"].http
    for status in ("collected", "received"):
        made(lab.put(f"/api/labs/bookings/{booking}/status", json={"status": status}), 200)
    one = {"analyte": analyte, "value": value, "unit": unit}
    return made(lab.post(f"/api/labs/bookings/{booking}/results", json={"test_code": code, "observations": [one]}))


@pytest.mark.parametrize(
    ("code", "analyte", "value", "unit", "flag", "missing"),
    [
        ("K", "potassium", 7.4, "mmol/L", "critical_high", ["date_of_birth"]),
        ("CBC", "hemoglobin", 4.0, "g/dL", "critical_low", ["date_of_birth", "sex"]),
        ("CBC", "hemoglobin", 13.2, "g/dL", "indeterminate", ["date_of_birth", "sex"]),
        ("K", "potassium", 4.2, "mmol/L", "normal", ["date_of_birth"]),
    ],
)
def test_value_without_birth_date_has_its_certain_flag(
    world: World, patient: Person, code: str, analyte: str, value: float, unit: str, flag: str, missing: list[str]
) -> None:
    result = entered(world, patient, code, analyte, value, unit)
    [one] = result["observations"]
    assert (one["flag"], one["missing"], one["range"]) == (flag, missing, None)
    assert result["critical"] == flag.startswith("critical")
