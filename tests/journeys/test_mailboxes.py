"""One mailbox is one account, however its address is written; names and phone numbers are stored in one form."""

from collections.abc import Iterator

import httpx
import pytest

from tests.hospital import DETAILS, PASSWORD, Hospital, Person
from tests.world import World, made

STORED = "jörg@müller.example"
SPELLINGS = ("jo\u0308rg@mu\u0308ller.example", "JÖRG@MÜLLER.example", "jörg@xn--mller-kva.example", "j\u200börg@müller。example")


@pytest.fixture(scope="module")
def person(hospital: Hospital) -> Iterator[Person]:
    registered = hospital.register(SPELLINGS[0], "Jörg Müller")
    yield registered
    registered.http.close()


def test_mailbox_has_one_account(hospital: Hospital, person: Person) -> None:
    assert made(person.http.get("/auth/me"), 200)["email"] == STORED
    for typed in (STORED, *SPELLINGS):
        with hospital.client() as visitor:
            again = visitor.post(
                "/auth/register", json={"email": typed, "password": PASSWORD, "full_name": "Jörg Müller", **DETAILS}
            )
            assert (again.status_code, again.json()["code"]) == (409, "email_taken"), ascii(typed)
            signed_in = made(visitor.post("/auth/login", json={"email": typed, "password": PASSWORD}), 200)
            assert signed_in["account"]["id"] == person.id


def test_invitation_is_accepted_in_another_spelling(hospital: Hospital, admin: Person) -> None:
    invitation = {"email": "zoe\u0308@names.example", "full_name": "Zoë Noir", "role": "lab"}
    invited = made(admin.http.post("/api/admin/invitations", json=invitation))
    assert invited["email"] == "zoë@names.example"
    with hospital.client() as visitor:
        body = {"email": "ZOE\u0308@names.example", "full_name": "Zoë Noir", "password": PASSWORD, "invitation": invited["code"]}
        assert made(visitor.post("/auth/register", json=body))["id"] == invited["account_id"]
    refused = admin.http.post("/api/admin/invitations", json={**invitation, "email": "zoë@NAMES.example"})
    assert (refused.status_code, refused.json()["code"]) == (409, "email_taken")


def test_people_search_takes_any_spelling_of_an_address(admin: Person, person: Person) -> None:
    for q in ("jörg@mü", "jo\u0308rg@mu\u0308ller", "jörg@xn--mller-kva.example"):
        found = made(admin.http.get("/api/admin/accounts", params={"q": q}), 200)["items"]
        assert [one["id"] for one in found] == [person.id], ascii(q)
    doctor = {"email": "o\u0308zge@names.example", "full_name": "Dr. Ada Ay", "specialty": "Neurology", "languages": ["en"]}
    created = made(admin.http.post("/api/admin/doctors", json=doctor))
    for q in ("ÖZGE@names", "o\u0308zge@names"):
        found = made(admin.http.get("/api/admin/doctors", params={"q": q}), 200)["items"]
        assert [one["id"] for one in found] == [created["id"]], ascii(q)


def test_attempts_on_one_mailbox_are_counted_together(hospital: Hospital) -> None:
    hospital.register("bo\u0308rn@names.example", "Börn Lind").http.close()
    spellings = ("börn@names.example", "bo\u0308rn@names.example", "BÖRN@NAMES.example")
    statuses = []
    for number in range(7):
        body = {"email": spellings[number % 3], "password": "not-the-password"}
        statuses.append(httpx.post(f"{hospital.url}/auth/login", json=body, trust_env=False).status_code)
    assert statuses[-1] == 429


def test_phone_and_name_are_stored_in_one_form(hospital: Hospital, admin: Person, person: Person) -> None:
    saved = made(person.http.put("/auth/me", json={"phone": "(030)\u00a05550\u202f1234,\u2007Durchwahl 7"}), 200)
    assert saved["phone"] == "(030) 5550 1234 ext. 7"
    assert person.http.put("/auth/me", json={"phone": "call me"}).status_code == 422
    for typed, stored in (("Jörg \u202eMül\u200bler", "Jörg Müller"), ("می\u200cخواهم", "می\u200cخواهم")):
        hospital.rename(admin, person.id, typed)
        assert made(person.http.get("/auth/me"), 200)["full_name"] == stored
    blank = {"full_name": "\u200b\u202e", "reason": "As in the identity card"}
    assert admin.http.put(f"/api/admin/accounts/{person.id}/legal-details", json=blank).status_code == 422


def test_emergency_search_tells_two_people_apart(hospital: Hospital, world: World) -> None:
    people = [
        hospital.register(f"twin{number}@names.example", "Kim Zwilling", date_of_birth="1980-02-03", **phone)
        for number, phone in enumerate(({"phone": "030 5550 1234 ext. 9"}, {"phone": "030 5550 1299"}, {}))
    ]
    query = {"full_name": "Kim Zwilling", "date_of_birth": "1980-02-03"}
    found = made(world.people["doctor"].http.get("/api/doctor/patient-search", params=query), 200)["items"]
    assert [(one["patient"]["id"], one["phone_end"]) for one in found] == [
        (people[0].id, "234"),
        (people[1].id, "299"),
        (people[2].id, None),
    ]
    for one in people:
        one.http.close()
