"""A role of staff and the removal of a second factor need a recent sign-in; a patient's record keeps its owner."""

from collections.abc import Iterator
from itertools import count

import pytest
from pyotp import TOTP

from tests import databases
from tests.hospital import PASSWORD, Hospital, Person
from tests.mailbox import confirm_email
from tests.world import made

NUMBERS = count(1)


@pytest.fixture
def late(hospital: Hospital, admin: Person) -> Iterator[Person]:
    """Yield an administrator who signed in eleven minutes ago."""
    person = hospital.invite(admin, f"late{next(NUMBERS)}@sensitive.example", "Lena Late", "admin")
    earlier = databases.shifted("created_at", -11 * 60)
    databases.execute(hospital.database, f"UPDATE sessions SET created_at = {earlier} WHERE account_id = ?", person.id)
    yield person
    person.http.close()


def test_role_of_staff_needs_a_recent_sign_in(hospital: Hospital, late: Person) -> None:
    person = hospital.register("rolf@sensitive.example", "Rolf Role")
    confirm_email(hospital, person, "rolf@sensitive.example")
    path, body = f"/api/admin/accounts/{person.id}", {"role": "lab", "active": True}
    refused = late.http.put(path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "password_required")
    wrong = late.http.put(path, json={**body, "password": "not-my-password"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    assert made(late.http.get(path), 200)["role"] == "patient"
    assert made(late.http.put(path, json={**body, "password": PASSWORD}), 200)["role"] == "lab"
    assert made(late.http.put(path, json={"role": "patient", "active": True}), 200)["role"] == "patient", "less access"
    person.http.close()


def test_removal_of_a_second_factor_needs_a_recent_sign_in(hospital: Hospital, late: Person) -> None:
    person = hospital.register("faye@sensitive.example", "Faye Factor")
    secret = made(person.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    made(person.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).now()}), 200)
    path, body = f"/api/admin/accounts/{person.id}", {"role": "patient", "active": True, "second_factor": False}
    refused = late.http.put(path, json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "password_required")
    assert made(late.http.get(path), 200)["second_factor"]
    assert not made(late.http.put(path, json={**body, "password": PASSWORD}), 200)["second_factor"]
    person.http.close()


def test_account_with_a_record_gets_no_role_of_staff(hospital: Hospital, admin: Person) -> None:
    person = hospital.register("petra@sensitive.example", "Petra Patient")
    confirm_email(hospital, person, "petra@sensitive.example")
    doctor = hospital.add_doctor(admin, "doc@sensitive.example", "Dr Rita Record", "Cardiology")
    slot = made(admin.http.get(f"/api/doctors/{doctor.id}/slots"), 200)["items"][0]["starts_at"]
    visit = {"patient_id": person.id, "doctor_id": doctor.id, "starts_at": slot}
    made(admin.http.post("/api/admin/appointments", json=visit))
    path = f"/api/admin/accounts/{person.id}"
    refused = admin.http.put(path, json={"role": "lab", "active": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "owns_record")
    assert made(person.http.get("/auth/me"), 200)["role"] == "patient"
    doctor.http.close()
    person.http.close()
