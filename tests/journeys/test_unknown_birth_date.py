"""Results of a patient without a date of birth or a sex: compared with every range that may apply."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import databases
from tests.hospital import Hospital, Person, free_times
from tests.world import World, made


@pytest.fixture(scope="module")
def patient(hospital: Hospital, world: World) -> Iterator[Person]:
    """Register a patient of the world's doctor, as an account from before dates of birth were required."""
    registered = hospital.register("noah@example.org", "Noah Sand", sex="unknown")
    databases.execute(hospital.database, "UPDATE accounts SET date_of_birth = NULL WHERE id = ?", registered.id)
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


def test_same_values_are_compared_with_a_later_birth_date(hospital: Hospital, world: World) -> None:
    late = hospital.register("nora.late@example.org", "Nora Late", sex="unknown")
    databases.execute(hospital.database, "UPDATE accounts SET date_of_birth = NULL WHERE id = ?", late.id)
    doctor_id = world.people["doctor"].id
    at = free_times(late.http, doctor_id, days=10)[36].isoformat()
    made(late.http.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": at}))
    result = entered(world, late, "CBC", "hemoglobin", 13.2, "g/dL")
    verified = made(world.people["lab"].http.put(f"/api/labs/results/{result['id']}/verify"), 200)
    known = {"full_name": "Nora Late", "date_of_birth": "1984-05-17", "sex": "female", "reason": "She brought her passport."}
    made(world.people["admin"].http.put(f"/api/admin/accounts/{late.id}/legal-details", json=known), 200)
    values = [{"analyte": "hemoglobin", "value": 13.2, "unit": "g/dL"}]
    body = {"observations": values, "reason": "The birth date is known now."}
    path, version = f"/api/labs/results/{result['id']}/correction", {"If-Match": f'"{verified["version"]}"'}
    corrected = made(world.people["lab"].http.post(path, json=body, headers=version))
    assert [(one["flag"], one["missing"]) for one in verified["observations"]] == [("indeterminate", ["date_of_birth", "sex"])]
    assert [(one["flag"], one["missing"]) for one in corrected["observations"]] == [("normal", [])]
    late.http.close()
