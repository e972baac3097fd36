"""Invitations are sent again and withdrawn; an address that another account has does not block a patient silently."""

import re
from typing import Any

import httpx
import pytest

from tests.hospital import DETAILS, PASSWORD, Hospital, Person
from tests.mailbox import next_mail, text_of
from tests.test_every_endpoint import check_problem
from tests.world import made

BORN = "1977-04-05"


def record(admin: Person, full_name: str) -> str:
    """Register a patient at the desk, and return the path of the record."""
    body = {"full_name": full_name, "date_of_birth": BORN, "sex": "female", "another_person": True}
    return f"/api/reception/patients/{made(admin.http.post('/api/reception/patients', json=body))['id']}"


def code_in_mail(hospital: Hospital, email: str) -> str:
    text = text_of(next_mail(hospital, email, "Your account at CarePlus Hospital"))
    found = re.search(r"#invitation=([A-Za-z0-9_-]+)", text)
    assert found is not None
    return found[1]


def accept(hospital: Hospital, email: str, code: Any) -> httpx.Response:
    person = {**DETAILS, "full_name": "Ina Invited", "date_of_birth": BORN}
    body = {**person, "email": email, "password": PASSWORD, "invitation": code}
    with hospital.client() as http:
        return http.post("/auth/register", json=body)


def test_withdrawn_staff_invitation_is_dead(hospital: Hospital, admin: Person) -> None:
    body = {"email": "wanda@withdraw.example", "full_name": "Wanda Withdrawn", "role": "lab"}
    first = made(admin.http.post("/api/admin/invitations", json=body))
    again = made(admin.http.post("/api/admin/invitations", json=body))
    check_problem(accept(hospital, body["email"], first["code"]), 403)
    path = f"/api/admin/invitations/{again['id']}"
    assert admin.http.delete(path).status_code == 204
    check_problem(admin.http.delete(path), 404)
    check_problem(accept(hospital, body["email"], again["code"]), 403)
    account = made(admin.http.get(f"/api/admin/accounts/{again['account_id']}"), 200)
    assert not account["active"]
    listed = made(admin.http.get("/api/admin/invitations?limit=100"), 200)["items"]
    assert again["id"] not in [one["id"] for one in listed]
    made(admin.http.post("/api/admin/invitations", json=body))


def test_accepted_invitation_is_not_withdrawn(hospital: Hospital, admin: Person) -> None:
    body = {"email": "ada@withdraw.example", "full_name": "Ada Accepted", "role": "lab"}
    invitation = made(admin.http.post("/api/admin/invitations", json=body))
    made(accept(hospital, body["email"], invitation["code"]))
    check_problem(admin.http.delete(f"/api/admin/invitations/{invitation['id']}"), 404)


def test_patient_invitation_is_shown_sent_again_and_withdrawn(hospital: Hospital, admin: Person) -> None:
    path, email = f"{record(admin, 'Ina Invited')}/invitation", "ina@withdraw.example"
    assert made(admin.http.get(path), 200)["invitation"] is None
    made(admin.http.post(path, json={"email": email}))
    code = code_in_mail(hospital, email)
    assert made(admin.http.get(path), 200)["invitation"]["email"] == email
    made(admin.http.post(path, json={"email": email}))
    check_problem(accept(hospital, email, code), 403)
    assert admin.http.delete(path).status_code == 204
    assert made(admin.http.get(path), 200)["invitation"] is None
    shown = made(admin.http.get(path.removesuffix("/invitation")), 200)
    assert (shown["active"], shown["can_sign_in"]) == (True, False)


def test_squatted_address_is_named_and_taken(hospital: Hospital, admin: Person) -> None:
    email = "squat@withdraw.example"
    squatter = hospital.register(email, "Sam Squatter")
    path = f"{record(admin, 'Sara Squatted')}/invitation"
    refused = admin.http.post(path, json={"email": email})
    check_problem(refused, 409)
    assert {name: refused.json()[name] for name in ("code", "account_id", "proved")} == {
        "code": "address_in_use",
        "account_id": squatter.id,
        "proved": False,
    }
    made(admin.http.post(path, json={"email": email, "take_address": True}))
    check_problem(squatter.http.get("/auth/me"), 401)
    squatter.http.close()


@pytest.mark.parametrize("wanted", [False, True])
def test_reception_cannot_take_an_address(hospital: Hospital, admin: Person, wanted: bool) -> None:
    desk = hospital.invite(admin, f"desk{wanted}@withdraw.example", "Rita Rezeption", "reception")
    email = f"held{wanted}@withdraw.example"
    hospital.register(email, "Hanna Held").http.close()
    refused = desk.http.post(f"{record(admin, 'Rosa Refused')}/invitation", json={"email": email, "take_address": wanted})
    assert (refused.status_code, refused.json()["code"]) == (409, "address_in_use")
    desk.http.close()


def test_proved_address_is_not_taken(hospital: Hospital, admin: Person) -> None:
    path = f"{record(admin, 'Olga Owner')}/invitation"
    email = "owner@withdraw.example"
    made(admin.http.post(path, json={"email": email}))
    made(accept(hospital, email, code_in_mail(hospital, email)))
    other = f"{record(admin, 'Otto Other')}/invitation"
    refused = admin.http.post(other, json={"email": email, "take_address": True})
    assert (refused.status_code, refused.json()["code"], refused.json()["proved"]) == (409, "address_in_use", True)
