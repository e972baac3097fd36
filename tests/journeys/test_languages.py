"""The language of an account: set at registration, changed by its owner, and used by mails from then on."""

import json
from typing import Any

import pytest

from tests.hospital import DETAILS, PASSWORD, Hospital, Person
from tests.mailbox import next_mail
from tests.world import made


def language_of(person: Person) -> str:
    return str(made(person.http.get("/auth/me"), 200)["language"])


@pytest.mark.parametrize(
    ("number", "header", "body", "language"),
    [
        (1, {}, {}, "en"),
        (2, {"Accept-Language": "de-CH,de;q=0.9,en;q=0.5"}, {}, "de"),
        (3, {"Accept-Language": "fr"}, {}, "en"),
        (4, {"Accept-Language": "de"}, {"language": "en"}, "en"),
        (5, {}, {"language": "de"}, "de"),
    ],
)
def test_registration_sets_the_language(
    hospital: Hospital, number: int, header: dict[str, str], body: dict[str, Any], language: str
) -> None:
    who = {"email": f"language.{number}@example.org", "password": PASSWORD, "full_name": "Lara Lang", **DETAILS}
    with hospital.client() as http:
        assert made(http.post("/auth/register", headers=header, json={**who, **body}))["language"] == language


def test_unknown_language_is_refused(hospital: Hospital) -> None:
    who = {"email": "language.fr@example.org", "password": PASSWORD, "full_name": "Lara Lang", **DETAILS}
    with hospital.client() as http:
        answer = http.post("/auth/register", json={**who, "language": "fr"})
    assert answer.status_code == 422
    assert "language" in json.dumps(answer.json()["errors"])


def test_chosen_language_is_a_new_version_and_used_by_mails(hospital: Hospital) -> None:
    person = hospital.register("chooses@example.org", "Cho Ose")
    before = made(person.http.get("/auth/me"), 200)
    chosen = made(person.http.put("/auth/me/language", json={"language": "de"}), 200)
    assert chosen == {**before, "language": "de", "version": before["version"] + 1}
    assert made(person.http.put("/auth/me/language", json={"language": "de"}), 200) == chosen
    stale = person.http.put("/auth/me/language", json={"language": "en"}, headers={"If-Match": f'"{before["version"]}"'})
    assert (stale.status_code, language_of(person)) == (412, "de")
    # other details leave the language as it is
    assert made(person.http.put("/auth/me", json={"phone": None}), 200)["language"] == "de"
    assert person.http.post("/auth/password/forgot", json={"email": "chooses@example.org"}).status_code == 204
    next_mail(hospital, "chooses@example.org", "Wählen Sie ein neues Passwort")
    person.http.close()


def test_invitation_is_in_the_inviting_administrators_language(hospital: Hospital, admin: Person) -> None:
    ada = hospital.invite(admin, "ada.de@example.org", "Ada Amt", "admin")
    made(ada.http.put("/auth/me/language", json={"language": "de"}), 200)
    invited = {"email": "invited.de@example.org", "full_name": "Ivo Ein", "role": "lab"}
    code = made(ada.http.post("/api/admin/invitations", json=invited))["code"]
    next_mail(hospital, "invited.de@example.org", "Ihr Konto bei CarePlus Hospital")
    # accepting sets the language of the person
    ivo = hospital.register("invited.de@example.org", "Ivo Ein", invitation=code, language="en")
    assert language_of(ivo) == "en"
    for person in (ada, ivo):
        person.http.close()
