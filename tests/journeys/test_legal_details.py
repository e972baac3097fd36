"""Legal name, date of birth and sex are corrected by the desk, with a reason, and the old values are kept."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests import databases
from tests.hospital import Hospital, Person
from tests.world import World, made

BORN = {"date_of_birth": "1984-05-17", "sex": "female"}
MARRIED = {"full_name": "Nina Neu", "date_of_birth": "1984-05-18", "sex": "other", "reason": "Married; identity card shown"}


@pytest.fixture
def patient(hospital: Hospital) -> Iterator[Person]:
    person = hospital.register(f"{secrets.token_hex(4)}@legal.example", "Nina Alt", **BORN)
    yield person
    person.http.close()


def address(person: Person) -> str:
    return f"/api/admin/accounts/{person.id}/legal-details"


def correct(by: Person, person: Person, version: int = 1, **more: Any) -> Any:
    return by.http.put(address(person), json={**MARRIED, **more}, headers={"If-Match": f'"{version}"'})


def test_desk_corrects_details_and_keeps_the_old(admin: Person, patient: Person) -> None:
    corrected = made(correct(admin, patient), 200)
    assert {name: corrected[name] for name in ("full_name", "date_of_birth", "sex", "version")} == {
        "full_name": "Nina Neu",
        "date_of_birth": "1984-05-18",
        "sex": "other",
        "version": 2,
    }
    [change] = made(patient.http.get("/auth/me/legal-details/changes"), 200)["items"]
    assert change["before"] == {"full_name": "Nina Alt", **BORN}
    assert change["after"] == {name: MARRIED[name] for name in change["before"]}
    assert (change["by"]["id"], change["reason"]) == (admin.id, MARRIED["reason"])
    assert made(admin.http.get(f"{address(patient)}/changes"), 200)["items"] == [change]
    seen = made(patient.http.get("/api/me/access-log"), 200)["items"]
    assert [one["action"] for one in seen if one["by"]["id"] == admin.id] == ["list_legal_changes", "correct_legal_details"]


def test_older_version_corrects_nothing(admin: Person, patient: Person) -> None:
    made(correct(admin, patient), 200)
    assert correct(admin, patient, full_name="Nina Other").status_code == 412
    assert made(patient.http.get("/auth/me"), 200)["full_name"] == "Nina Neu"


def test_equal_details_leave_no_correction(admin: Person, patient: Person) -> None:
    same = made(correct(admin, patient, full_name="Nina Alt", date_of_birth=None, sex=None), 200)
    assert same["version"] == 1
    assert made(patient.http.get("/auth/me/legal-details/changes"), 200)["items"] == []


def test_details_that_are_left_out_stay(admin: Person, patient: Person) -> None:
    corrected = made(correct(admin, patient, date_of_birth=None, sex=None), 200)
    assert {name: corrected[name] for name in BORN} == BORN


def test_correction_needs_a_reason(admin: Person, patient: Person) -> None:
    refused = correct(admin, patient, reason=" ")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "body.reason")


@pytest.mark.parametrize("member", ["full_name", "date_of_birth", "sex"])
def test_patient_cannot_change_legal_details(patient: Person, member: str) -> None:
    refused = patient.http.put("/auth/me", json={"phone": "+49 30 5550 1234", member: MARRIED[member]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, f"body.{member}")
    assert patient.http.put(address(patient), json=MARRIED).status_code == 403


@pytest.mark.parametrize("role", ["doctor", "lab"])
def test_staff_name_is_corrected_by_administrators(world: World, admin: Person, role: str) -> None:
    staff = world.people[role]
    assert staff.http.put("/auth/me", json={"full_name": "Other"}).status_code == 422
    assert staff.http.put(address(staff), json=MARRIED).status_code == 403
    before = made(staff.http.get("/auth/me"), 200)
    for name in ("Renamed Person", before["full_name"]):
        version = made(staff.http.get("/auth/me"), 200)["version"]
        assert made(correct(admin, staff, version, full_name=name, date_of_birth=None, sex=None), 200)["full_name"] == name
    changes = made(staff.http.get("/auth/me/legal-details/changes"), 200)["items"]
    assert [one["after"]["full_name"] for one in changes[:2]] == [before["full_name"], "Renamed Person"]


def test_database_refuses_to_change_a_correction(hospital: Hospital, admin: Person, patient: Person) -> None:
    made(correct(admin, patient), 200)
    for statement in ("UPDATE legal_changes SET reason = 'none'", "DELETE FROM legal_changes"):
        with pytest.raises(databases.Refused, match="append_only"):
            databases.execute(hospital.database, f"{statement} WHERE account_id = ?", patient.id)
