"""Notices of records: appended once by the act that refers, releases or corrects, and by no other."""

from typing import Any

from tests import databases
from tests.hospital import Hospital, Person
from tests.journeys.test_corrections import correct, patient, released, verified
from tests.world import World, made

__all__ = ["patient"]


def rows(hospital: Hospital, account_id: int, record_id: int) -> list[tuple[str, str]]:
    query = "SELECT kind, state FROM notices WHERE account_id = ? AND record_id = ? AND kind LIKE 're%' ORDER BY id"
    return databases.query(hospital.database, query, account_id, record_id)


def test_result_is_told_at_release_and_at_correction(hospital: Hospital, world: World, patient: Person) -> None:
    result = verified(world, patient, 14.0)
    assert rows(hospital, patient.id, result["id"]) == []
    path = f"/api/doctor/lab-results/{result['id']}"
    for _ in range(2):
        review: dict[str, Any] = {"comment": "As expected.", "release": True}
        shown = made(world.people["doctor"].http.put(path, json=review), 200)
    assert rows(hospital, patient.id, result["id"]) == [("result_released", "waiting")]
    corrected = made(correct(world, {**result, "version": shown["version"]}, 13.0))
    correct(world, {**result, "version": shown["version"]}, 12.0)
    told = [("result_released", "waiting"), ("result_corrected", "waiting")]
    assert rows(hospital, patient.id, result["id"]) == told
    made(correct(world, {**result, "version": corrected["version"]}, 12.0))
    assert rows(hospital, patient.id, result["id"]) == [*told, ("result_corrected", "waiting")]


def test_corrected_result_before_its_release_is_not_told(hospital: Hospital, world: World, patient: Person) -> None:
    result = verified(world, patient, 13.5)
    made(correct(world, result, 13.1))
    assert rows(hospital, patient.id, result["id"]) == []


def test_critical_result_is_told_at_its_release(hospital: Hospital, world: World, patient: Person) -> None:
    result = released(world, patient, 4.0)
    assert rows(hospital, patient.id, result["id"]) == [("result_released", "waiting")]


def test_results_released_in_one_act_are_told(hospital: Hospital, world: World, patient: Person) -> None:
    results = [verified(world, patient, 14.0 + number) for number in range(2)]
    wanted = [{"result_id": one["id"], "version": one["version"]} for one in results]
    answer = made(world.people["doctor"].http.post("/api/doctor/lab-results/release-normal", json={"results": wanted}), 200)
    assert answer["released"] == 2
    for one in results:
        assert rows(hospital, patient.id, one["id"]) == [("result_released", "waiting")]


def test_referral_is_told_once_for_one_key(hospital: Hospital, world: World, patient: Person) -> None:
    body = {"patient_id": patient.id, "to_specialty": "Cardiology", "reason": "Murmur"}
    headers = {"Idempotency-Key": "refer-and-tell-once"}
    made_ids = {
        made(world.people["doctor"].http.post("/api/doctor/referrals", json=body, headers=headers))["id"] for _ in range(2)
    }
    [referral_id] = made_ids
    query = "SELECT count(*) FROM notices WHERE account_id = ? AND record_id = ? AND kind = 'referral_made'"
    assert databases.query(hospital.database, query, patient.id, referral_id) == [(1,)]
