"""Allergies, problems and comments keep their versions, with author and time."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.hospital import Hospital, Person, free_times
from tests.journeys.test_corrections import correct, verified
from tests.world import World, made

LATEX = {"substance": "Latex", "severity": "mild"}
ASTHMA = {"name": "Asthma", "icd10": "J45.9", "status": "active"}


@pytest.fixture(scope="module")
def patient(hospital: Hospital, world: World) -> Iterator[Person]:
    """Register a patient with a visit to both doctors of the world."""
    registered = hospital.register("hilda@example.org", "Hilda History", date_of_birth="1984-05-17", sex="female")
    for place, name in ((31, "doctor"), (35, "other_doctor")):
        doctor_id = world.people[name].id
        at = free_times(registered.http, doctor_id, days=10)[place]
        made(registered.http.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": at.isoformat()}))
    yield registered
    registered.http.close()


def put(doctor: Person, patient: Person, part: str, body: dict[str, Any]) -> dict[str, Any]:
    return made(doctor.http.put(f"/api/doctor/patients/{patient.id}/{part}", json=body), 200)


def history(doctor: Person, patient: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = made(doctor.http.get(f"/api/doctor/patients/{patient.id}/history"), 200)["items"]
    return items


def test_chart_changes_name_author_and_time(world: World, patient: Person) -> None:
    doctor, other = world.people["doctor"], world.people["other_doctor"]
    first = put(doctor, patient, "allergies", {"allergies": [LATEX]})["version"]
    severe = {**LATEX, "severity": "severe"}
    put(other, patient, "allergies", {"allergies": [severe]})
    put(other, patient, "allergies", {"allergies": [severe]})
    put(doctor, patient, "problems", {"problems": [ASTHMA]})
    problems, changed, added = history(doctor, patient)
    assert [one["version"] for one in (problems, changed, added)] == [first + 2, first + 1, first], "the same list is no change"
    assert [one["changed_by"]["id"] for one in (problems, changed, added)] == [doctor.id, other.id, doctor.id]
    assert problems["changed_at"] >= changed["changed_at"] >= added["changed_at"]
    assert (problems["part"], changed["part"]) == ("problems", "allergies")
    assert [one["severity"] for one in changed["before"]["allergies"] + changed["after"]["allergies"]] == ["mild", "severe"]
    assert (changed["before"]["problems"], problems["before"]["problems"]) == (None, [])
    assert [one["name"] for one in problems["after"]["problems"]] == ["Asthma"]


def test_denied_allergies_are_a_change(world: World, hospital: Hospital) -> None:
    asked = hospital.register("denied@example.org", "Dana Denied", date_of_birth="1990-01-02", sex="female")
    doctor = world.people["doctor"]
    body = {"reason": "Unconscious, allergies unknown.", "full_name": "Dana Denied", "date_of_birth": "1990-01-02"}
    made(doctor.http.post(f"/api/doctor/patients/{asked.id}/access", json=body))
    put(doctor, asked, "allergies", {"allergies": [], "no_known_allergies": True})
    [change] = history(doctor, asked)
    assert [change[one]["no_known_allergies"] for one in ("before", "after")] == [False, True]
    asked.http.close()


def comments(reader: Person, result: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made(reader.http.get(f"/api/labs/results/{result['id']}/comments"), 200)["items"]
    return found


def comment(world: World, result: dict[str, Any], text: str, **more: Any) -> dict[str, Any]:
    path = f"/api/doctor/lab-results/{result['id']}"
    return made(world.people["doctor"].http.put(path, json={"comment": text, **more}), 200)


def test_comments_keep_author_and_time(world: World, patient: Person) -> None:
    result, doctor = verified(world, patient, 13.0), world.people["doctor"]
    first = comment(world, result, "All as expected.", release=True)
    last = comment(world, result, "Please come back in May.")
    comment(world, result, "Please come back in May.")
    readers = (patient, doctor, world.people["lab"])
    found = [comments(reader, result) for reader in readers]
    assert found[0] == found[1] == found[2]
    assert [one["text"] for one in found[0]] == ["Please come back in May.", "All as expected."]
    assert [one["version"] for one in found[0]] == [last["version"], first["version"]]
    assert {one["by"]["id"] for one in found[0]} == {doctor.id}
    assert found[0][1]["at"] == first["released_at"] <= found[0][0]["at"]
    assert world.people["other_patient"].http.get(f"/api/labs/results/{result['id']}/comments").status_code == 404


def test_comment_replaced_before_release_stays_unread(world: World, patient: Person) -> None:
    result = verified(world, patient, 13.0)
    comment(world, result, "Is this the right patient?")
    comment(world, result, "All as expected.", release=True)
    assert [one["text"] for one in comments(patient, result)] == ["All as expected."]
    assert len(comments(world.people["doctor"], result)) == 2


def test_correction_shows_who_removed_the_comment(world: World, patient: Person) -> None:
    result = verified(world, patient, 13.0)
    shown = comment(world, result, "All as expected.", release=True)
    corrected = made(correct(world, shown, 12.9))
    removed, first = comments(patient, result)
    assert (removed["text"], removed["by"]["id"]) == (None, world.people["lab"].id)
    assert (removed["version"], removed["at"]) == (corrected["version"], corrected["corrected_at"])
    assert first["text"] == "All as expected."


def test_comment_of_normal_results_is_kept_too(world: World, patient: Person) -> None:
    result = verified(world, patient, 13.0)
    body = {"results": [{"result_id": result["id"], "version": result["version"]}], "comment": "All values are as expected."}
    made(world.people["doctor"].http.post("/api/doctor/lab-results/release-normal", json=body), 200)
    assert [one["text"] for one in comments(patient, result)] == ["All values are as expected."]
