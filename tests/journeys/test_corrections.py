"""Corrections of verified results: marked, with the old values kept, unseen again, and told to the patient."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.world import World, made

REASON = "Digits were swapped while typing."


@pytest.fixture(scope="module")
def patient(hospital: Hospital, world: World) -> Iterator[Person]:
    registered = hospital.register(f"{secrets.token_hex(4)}@example.org", "Cora Weiss", date_of_birth="1984-05-17", sex="female")
    doctor_id = world.people["doctor"].id
    at = free_times(registered.http, doctor_id, days=10)[35]
    made(registered.http.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": at.isoformat()}))
    yield registered
    registered.http.close()


def hemoglobin(value: float) -> dict[str, Any]:
    return {"observations": [{"analyte": "hemoglobin", "value": value, "unit": "g/dL"}]}


def entered(world: World, patient: Person, value: float) -> dict[str, Any]:
    order = {"patient_id": patient.id, "test_codes": ["CBC"]}
    booking = made(world.people["doctor"].http.post("/api/doctor/lab-orders", json=order))["id"]
    lab = world.people["lab"].http
    for status in ("collected", "received"):
        made(lab.put(f"/api/labs/bookings/{booking}/status", json={"status": status}), 200)
    return made(lab.post(f"/api/labs/bookings/{booking}/results", json={"test_code": "CBC", **hemoglobin(value)}))


def verified(world: World, patient: Person, value: float) -> dict[str, Any]:
    result = entered(world, patient, value)
    return made(world.people["lab"].http.put(f"/api/labs/results/{result['id']}/verify", json={"note": "Clear"}), 200)


def released(world: World, patient: Person, value: float) -> dict[str, Any]:
    result = verified(world, patient, value)
    if result["critical_open"]:
        action = {"action": "Called the patient in."}
        made(world.people["doctor"].http.put(f"/api/doctor/critical-results/{result['id']}", json=action), 200)
    review = {"comment": "All as expected.", "release": True}
    return made(world.people["doctor"].http.put(f"/api/doctor/lab-results/{result['id']}", json=review), 200)


def correct(world: World, result: dict[str, Any], value: float, **more: Any) -> Any:
    headers = {"If-Match": f'"{result["version"]}"'}
    body = {**hemoglobin(value), "reason": REASON, **more}
    return world.people["lab"].http.post(f"/api/labs/results/{result['id']}/correction", json=body, headers=headers)


def unseen(world: World, patient: Person) -> list[int]:
    query: dict[str, Any] = {"patient_id": patient.id, "seen": "false", "limit": 100}
    listed = made(world.people["doctor"].http.get("/api/doctor/lab-results", params=query), 200)
    return [one["id"] for one in listed["items"]]


def test_correction_takes_the_old_values_place(world: World, patient: Person) -> None:
    result = released(world, patient, 4.0)
    assert result["critical"]
    assert result["id"] not in unseen(world, patient)
    answer = correct(world, result, 14.0)
    corrected = made(answer)
    assert answer.headers["location"] == f"/api/labs/results/{result['id']}"
    assert (corrected["id"], corrected["version"], corrected["status"]) == (result["id"], result["version"] + 1, "released")
    assert (corrected["critical"], corrected["outside_range"], corrected["observations"][0]["value"]) == (False, 0, 14.0)
    assert (corrected["correction_reason"], corrected["corrected_by"]["id"]) == (REASON, world.people["lab"].id)
    assert corrected["corrected_at"] == corrected["verified_at"] >= result["verified_at"]
    assert (corrected["note"], corrected["comment"], corrected["released_at"]) == ("Clear", None, result["released_at"])
    assert result["id"] in unseen(world, patient)

    shown = made(patient.http.get(f"/api/labs/results/{result['id']}"), 200)
    assert shown == corrected
    trend = made(patient.http.get("/api/labs/trends/hemoglobin"), 200)["items"]
    assert [one["value"] for one in trend if one["result_id"] == result["id"]] == [14.0]
    tasks = made(patient.http.get("/api/me/summary"), 200)["to_do"]
    assert [(one["kind"], one["at"]) for one in tasks if one["id"] == result["id"]] == [
        ("corrected_result" if corrected["corrected_at"] > result["released_at"] else "new_result", corrected["corrected_at"])
    ]


def test_replaced_versions_are_readable_by_all_readers(world: World, patient: Person) -> None:
    result = released(world, patient, 4.0)
    first = made(correct(world, result, 14.0))
    made(correct(world, first, 13.0, note="Measured again"))
    path = f"/api/labs/results/{result['id']}/versions"
    answers = [made(reader.http.get(path), 200) for reader in (patient, world.people["doctor"], world.people["lab"])]
    assert answers[0] == answers[1] == answers[2]
    newest, oldest = answers[0]["items"]
    assert [one["observations"][0]["value"] for one in (newest, oldest)] == [14.0, 4.0]
    assert oldest["observations"] == result["observations"]
    assert [one["version"] for one in (newest, oldest)] == [first["version"], result["version"]]
    assert (oldest["comment"], oldest["critical"], oldest["reason"]) == ("All as expected.", True, REASON)
    assert (oldest["verified_by"]["id"], oldest["replaced_by"]["id"]) == (world.people["lab"].id,) * 2
    for stranger in ("other_doctor", "other_patient"):
        assert world.people[stranger].http.get(path).status_code == 404


def test_values_never_released_stay_unseen_by_the_patient(world: World, patient: Person) -> None:
    result = verified(world, patient, 4.0)
    assert made(correct(world, result, 14.0))["status"] == "verified"
    path = f"/api/labs/results/{result['id']}/versions"
    assert patient.http.get(path).status_code == 404
    made(world.people["doctor"].http.put(f"/api/doctor/lab-results/{result['id']}", json={"release": True}), 200)
    assert made(patient.http.get(path), 200)["items"] == []
    assert len(made(world.people["doctor"].http.get(path), 200)["items"]) == 1


def test_correction_is_refused_before_verification(world: World, patient: Person) -> None:
    result = entered(world, patient, 4.0)
    refused = correct(world, result, 14.0)
    assert (refused.status_code, refused.json()["code"], refused.json()["legal"]) == (409, "illegal_transition", ["verified"])


def test_correction_needs_version_unit_and_reason(world: World, patient: Person) -> None:
    result = verified(world, patient, 4.0)
    stale = correct(world, {**result, "version": 1}, 14.0)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    other_unit = {"observations": [{"analyte": "hemoglobin", "value": 140, "unit": "g/L"}]}
    assert correct(world, result, 14.0, **other_unit).json()["code"] == "wrong_unit"
    assert correct(world, result, 14.0, reason="   ").status_code == 422
    unknown = {"observations": [{"analyte": "potassium", "value": 4, "unit": "mmol/L"}]}
    assert correct(world, result, 14.0, **unknown).json()["errors"][0]["field"] == "body.observations.0.analyte"
    assert made(world.people["lab"].http.get(f"/api/labs/results/{result['id']}"), 200) == result


def test_value_left_out_of_a_correction_is_withdrawn(world: World, patient: Person) -> None:
    result = verified(world, patient, 14.0)
    platelets = {"observations": [{"analyte": "platelets", "value": 210, "unit": "10*3/uL"}]}
    corrected = made(correct(world, result, 0, **platelets))
    assert [one["analyte"] for one in corrected["observations"]] == ["platelets"]
