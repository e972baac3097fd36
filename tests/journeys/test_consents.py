"""Patients agree to the privacy notice when they register, and the agreement is kept with version, language and time."""

from typing import Any

import pytest

from careplus_contracts.consents import PRIVACY_NOTICE
from tests import databases
from tests.hospital import CONSENT, DETAILS, PASSWORD, Hospital, Person
from tests.world import made

ITSELF = {"kind": "privacy_notice", **CONSENT}


def body(email: str, **more: Any) -> dict[str, Any]:
    details = {name: value for name, value in DETAILS.items() if name != "consent"}
    return {"email": f"{email}@consents.example", "password": PASSWORD, "full_name": "Connie Sent", **details, **more}


def kept(hospital: Hospital, account_id: int) -> list[tuple[Any, ...]]:
    return databases.query(
        hospital.database, "SELECT kind, text_version, language FROM consents WHERE account_id = ?", account_id
    )


@pytest.mark.parametrize("consent", [{}, {"consent": None}, {"consent": {**CONSENT, "text_version": "2020-01-01"}}])
def test_patient_without_present_consent_is_refused(hospital: Hospital, admin: Person, consent: dict[str, Any]) -> None:
    with hospital.client() as visitor:
        for http in (visitor, admin.http):
            refused = http.post("/auth/register", json=body("none", **consent))
            problem = refused.json()
            assert (refused.status_code, problem["code"]) == (422, "consent_required")
            assert (problem["text_version"], "/privacy" in problem["detail"]) == (PRIVACY_NOTICE.isoformat(), True)


def test_consent_is_kept_with_language_and_version(hospital: Hospital) -> None:
    person = hospital.register("kept@consents.example", "Connie Sent", consent={**CONSENT, "language": "de"})
    [one] = made(person.http.get("/api/me/consents"), 200)["items"]
    assert {name: one[name] for name in ITSELF} == {**ITSELF, "language": "de"}
    assert one["given_at"]
    person.http.close()


def test_older_account_consents_later(hospital: Hospital) -> None:
    person = hospital.register("later@consents.example", "Connie Sent")
    refused = person.http.post("/api/me/consents", json={**ITSELF, "text_version": "2020-01-01"})
    assert (refused.status_code, refused.json()["code"]) == (422, "consent_required")
    given = made(person.http.post("/api/me/consents", json={**ITSELF, "language": "de"}))
    first, second = made(person.http.get("/api/me/consents"), 200)["items"]
    assert (first, second["language"]) == (given, "en")
    person.http.close()


def test_staff_do_not_consent(hospital: Hospital, admin: Person) -> None:
    invitation = {"email": "staff@consents.example", "full_name": "Sia Staff", "role": "lab"}
    invited = made(admin.http.post("/api/admin/invitations", json=invitation))
    with hospital.client() as visitor:
        made(visitor.post("/auth/register", json=body("staff", invitation=invited["code"], consent=CONSENT)))
    assert kept(hospital, invited["account_id"]) == []
    staff = hospital.sign_in("staff@consents.example")
    assert staff.http.post("/api/me/consents", json=ITSELF).status_code == 403
    staff.http.close()


def test_invited_patient_consents(hospital: Hospital, admin: Person) -> None:
    invitation = {"email": "invited@consents.example", "full_name": "Pia Invited", "role": "patient"}
    invited = made(admin.http.post("/api/admin/invitations", json=invitation))
    with hospital.client() as visitor:
        refused = visitor.post("/auth/register", json=body("invited", invitation=invited["code"]))
        assert refused.json()["code"] == "consent_required"
        made(visitor.post("/auth/register", json=body("invited", invitation=invited["code"], consent=CONSENT)))
    assert kept(hospital, invited["account_id"]) == [("privacy_notice", PRIVACY_NOTICE.isoformat(), "en")]


@pytest.mark.parametrize("statement", ["UPDATE consents SET language = 'de'", "DELETE FROM consents"])
def test_database_refuses_to_change_a_consent(hospital: Hospital, statement: str) -> None:
    person = hospital.register(f"row-{statement[:6].lower()}@consents.example", "Connie Sent")
    with pytest.raises(databases.Refused, match="append_only"):
        databases.execute(hospital.database, f"{statement} WHERE account_id = ?", person.id)
    person.http.close()
