"""Reception: patients without an e-mail address, times for a patient at the desk, and the limits of the role."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.hospital import DETAILS, PASSWORD, Hospital, Person, free_times
from tests.mailbox import next_mail, text_of
from tests.test_every_endpoint import check_problem
from tests.world import World, made

PATIENTS = "/api/reception/patients"
NEWBORN = {"full_name": "Mina Desk-Haddad", "date_of_birth": "2026-11-02", "sex": "female", "phone": "+49 30 5550-1234"}


@dataclass
class Desk:
    hospital: Hospital
    reception: Person
    doctor: Person

    def register(self, **more: object) -> httpx.Response:
        return self.reception.http.post(PATIENTS, json={**NEWBORN, **more})

    def found(self, q: str) -> list[str]:
        return [one["full_name"] for one in made(self.reception.http.get(PATIENTS, params={"q": q}), 200)["items"]]


@pytest.fixture(scope="module")
def desk(hospital: Hospital, admin: Person) -> Iterator[Desk]:
    reception = hospital.invite(admin, "rita@desk.example", "Rita Rezeption", "reception")
    doctor = hospital.add_doctor(admin, "doc@desk.example", "Dr Dora Desk", "Cardiology", slot_minutes=5)
    yield Desk(hospital, reception, doctor)
    reception.http.close()
    doctor.http.close()


def test_patient_without_email_is_booked_and_found(desk: Desk) -> None:
    patient = made(desk.register())
    assert (patient["email"], patient["can_sign_in"]) == (None, False)
    # a time that began some minutes ago, and no notice: patients cannot book these
    slots = made(desk.reception.http.get(f"/api/doctors/{desk.doctor.id}/slots"), 200)["items"]
    first = datetime.fromisoformat(slots[0]["starts_at"])
    assert datetime.now(UTC) - timedelta(minutes=16) < first < datetime.now(UTC) + timedelta(minutes=1)
    body = {"patient_id": patient["id"], "doctor_id": desk.doctor.id, "starts_at": slots[0]["starts_at"], "reason": "Fever"}
    visit = made(desk.reception.http.post("/api/admin/appointments", json=body))
    assert "reason" not in visit
    seen = made(desk.doctor.http.get(f"/api/doctor/appointments/{visit['id']}"), 200)
    assert (seen["patient"]["full_name"], seen["reason"], seen["booked_by"]) == (NEWBORN["full_name"], "Fever", "reception")
    for q in ("haddad desk mina", "2.11.2026", "2026-11-02", "5550 1234"):
        assert NEWBORN["full_name"] in desk.found(q), q
    assert desk.found("Osterhase") == []


def test_time_past_or_too_far_is_refused_to_staff(desk: Desk) -> None:
    patient = made(desk.register(full_name="Paul Past"))
    body = {"patient_id": patient["id"], "doctor_id": desk.doctor.id}
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    minute -= timedelta(minutes=minute.minute % 5)
    for at in (minute - timedelta(minutes=20), minute + timedelta(days=731)):
        answer = desk.reception.http.post("/api/admin/appointments", json={**body, "starts_at": at.isoformat()})
        check_problem(answer, 409)


def test_same_name_and_birth_date_asks_first(desk: Desk) -> None:
    first = made(desk.register(full_name="Zoë Zwilling"))
    refused = desk.register(full_name="Zwilling Zoe")
    check_problem(refused, 409)
    assert refused.json()["code"] == "looks_like_somebody"
    assert [one["id"] for one in refused.json()["candidates"]] == [first["id"]]
    assert made(desk.register(full_name="Zwilling Zoe", another_person=True))["id"] != first["id"]
    assert made(desk.register(full_name="Zoë Zwilling", date_of_birth="2001-01-01"))["id"] != first["id"]


def code_of(desk: Desk, email: str) -> str:
    """Return the code from the mail; no answer has it."""
    found = re.search(
        r"#invitation=([A-Za-z0-9_-]+)", text_of(next_mail(desk.hospital, email, "Your account at CarePlus Hospital"))
    )
    assert found is not None
    return found[1]


def test_invited_patient_signs_in_to_the_record(desk: Desk, admin: Person) -> None:
    patient = made(desk.register(full_name="Ivo Invited"))
    path = f"{PATIENTS}/{patient['id']}/invitation"
    check_problem(desk.reception.http.post(path, json={"email": "rita@desk.example"}), 409)
    made(desk.reception.http.post(path, json={"email": "wrong@desk.example"}))
    replaced = desk.reception.http.post(path, json={"email": "ivo@desk.example"})
    assert (replaced.status_code, replaced.json()["code"]) == (409, "address_given")
    invitation = made(admin.http.post(path, json={"email": "ivo@desk.example"}))
    assert (invitation["patient_id"], set(invitation)) == (patient["id"], {"patient_id", "email", "expires_at"})
    code = code_of(desk, "ivo@desk.example")
    body = {**DETAILS, "email": "ivo@desk.example", "password": PASSWORD, "full_name": "Ivo I.", "invitation": code}
    with desk.hospital.client() as http:
        # the link has reached another person
        check_problem(http.post("/auth/register", json={**body, "date_of_birth": "1999-09-09"}), 403)
        account = made(http.post("/auth/register", json={**body, "date_of_birth": NEWBORN["date_of_birth"]}))
    assert (account["id"], account["full_name"], account["phone"]) == (patient["id"], "Ivo Invited", NEWBORN["phone"])
    ivo = desk.hospital.sign_in("ivo@desk.example")
    assert made(ivo.http.get("/auth/me"), 200)["id"] == patient["id"]
    ivo.http.close()
    again = desk.reception.http.post(path, json={"email": "ivo@desk.example"})
    assert (again.status_code, again.json()["code"]) == (409, "has_account")


def test_birth_date_of_an_invitation_cannot_be_guessed(desk: Desk) -> None:
    patient = made(desk.register(full_name="Gina Guessed"))
    made(desk.reception.http.post(f"{PATIENTS}/{patient['id']}/invitation", json={"email": "gina@desk.example"}))
    body = {**DETAILS, "email": "gina@desk.example", "password": PASSWORD, "full_name": "Gina", "sex": "female"}
    body["invitation"] = code_of(desk, "gina@desk.example")
    with desk.hospital.client() as http:
        found = [
            http.post("/auth/register", json={**body, "date_of_birth": f"1999-09-{day:02}"}).status_code for day in range(1, 13)
        ]
    assert found[0] == 403
    assert found[-1] == 429


def test_closed_record_is_not_invited_and_can_open_again(desk: Desk, admin: Person) -> None:
    patient = made(desk.register(full_name="Clara Closed"))
    account = f"/api/admin/accounts/{patient['id']}"
    made(admin.http.put(account, json={"role": "patient", "active": False, "password": PASSWORD}), 200)
    path = f"{PATIENTS}/{patient['id']}"
    check_problem(desk.reception.http.post(f"{path}/invitation", json={"email": "clara@desk.example"}), 403)
    check_problem(desk.reception.http.put(path, json={"phone": "+49 30 1"}), 403)
    # without an e-mail address the record cannot become an account of staff
    check_problem(admin.http.put(account, json={"role": "doctor", "active": True}), 409)
    assert made(admin.http.put(account, json={"role": "patient", "active": True}), 200)["active"]


def test_record_of_a_patient_is_no_account_of_staff(desk: Desk, admin: Person) -> None:
    patient = made(desk.register(full_name="Rosa Record"))
    made(desk.reception.http.post(f"{PATIENTS}/{patient['id']}/invitation", json={"email": "rosa@desk.example"}))
    for role in ("doctor", "patient"):
        body = {"email": "rosa@desk.example", "full_name": "Dr Rosa", "role": role}
        check_problem(admin.http.post("/api/admin/invitations", json=body), 409)


def test_cancellation_by_desk_keeps_its_reason(desk: Desk, hospital: Hospital) -> None:
    patient = hospital.register("cora@desk.example", "Cora Cancelled")
    start = free_times(patient.http, desk.doctor.id, days=3)[-1]
    visit = made(patient.http.post("/api/appointments", json={"doctor_id": desk.doctor.id, "starts_at": start.isoformat()}))
    path = f"/api/admin/appointments/{visit['id']}"
    check_problem(desk.reception.http.put(path, json={"status": "confirmed", "reason": "No"}), 422)
    made(desk.reception.http.put(path, json={"status": "cancelled", "reason": "Dr Desk is ill"}), 200)
    seen = made(patient.http.get(f"/api/appointments/{visit['id']}"), 200)
    assert (seen["cancelled_by"], seen["cancel_reason"]) == ("reception", "Dr Desk is ill")
    patient.http.close()


def test_reception_corrects_patients_but_no_staff(desk: Desk) -> None:
    patient = made(desk.register(full_name="Lena Legal"))
    body = {"full_name": "Lena Legal-Stein", "reason": "Identity card shown"}
    corrected = desk.reception.http.put(f"/api/admin/accounts/{patient['id']}/legal-details", json=body)
    assert made(corrected, 200)["full_name"] == "Lena Legal-Stein"
    check_problem(desk.reception.http.put(f"/api/admin/accounts/{desk.doctor.id}/legal-details", json=body), 404)
    check_problem(desk.reception.http.get(f"{PATIENTS}/{desk.doctor.id}"), 404)


@pytest.mark.parametrize(
    "path",
    [
        "/api/admin/audit",
        "/api/admin/accounts",
        "/api/doctor/patients",
        "/api/admin/stats",
        "/api/labs/worklist",
    ],
)
def test_reception_reaches_nothing_clinical(desk: Desk, path: str) -> None:
    check_problem(desk.reception.http.get(path), 403)


def test_newborn_is_registered_with_parent_to_call(world: World) -> None:
    desk = world.people["reception"].http
    parent = {"name": "Samira Haddad", "phone": "+49 30 5550 77", "relation": "mother"}
    body = {"full_name": "Nele Newborn", "date_of_birth": "2026-11-02", "sex": "female", "another_person": True}
    born = made(desk.post("/api/reception/patients", json={**body, "contact": parent, "language": "de"}))
    assert made(desk.get(f"/api/reception/patients/{born['id']}"), 200)["contact"] == parent
    assert born["version"] == 1, "one act"
    assert made(desk.post("/api/reception/patients", json=body))["contact"] is None
    unreachable = desk.post("/api/reception/patients", json={**body, "contact": {"name": "Samira Haddad"}})
    assert unreachable.status_code == 422
