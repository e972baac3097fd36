"""E-mail addresses are proved by a link; an unconfirmed one gets no other mail, and loses to an invitation."""

from collections.abc import Iterator

import httpx
import pytest
from pyotp import TOTP

from tests import databases
from tests.hospital import DETAILS, PASSWORD, Hospital, Person, eventually
from tests.journeys.test_accounts import ago, change
from tests.mailbox import confirmation_code, mails, next_mail, reset_code, text_of
from tests.world import made

OTHER = "nine-loud-kestrels"


@pytest.fixture
def visitor(hospital: Hospital) -> Iterator[httpx.Client]:
    with hospital.client() as http:
        yield http


def is_confirmed(person: Person) -> bool:
    return bool(made(person.http.get("/auth/me"), 200)["email_confirmed"])


def confirm(visitor: httpx.Client, code: str) -> httpx.Response:
    return visitor.post("/auth/email/confirm", json={"code": code})


def subjects(hospital: Hospital, to: str) -> list[str]:
    return [mail["Subject"] for mail in mails(hospital, to)]


def test_link_of_the_mail_confirms_the_address_once(hospital: Hospital, visitor: httpx.Client) -> None:
    person = hospital.register("connie@confirm.example", "Connie Confirm")
    assert not is_confirmed(person)
    text = text_of(next_mail(hospital, "connie@confirm.example", "Confirm your e-mail address"))
    assert "Connie" not in text
    code = confirmation_code(hospital, "connie@confirm.example")
    assert confirm(visitor, code).status_code == 204
    assert is_confirmed(person)
    assert made(person.http.get("/auth/email/confirmation"), 200)["confirmed"]
    again = confirm(visitor, code)
    assert (again.status_code, again.json()["code"]) == (403, "invalid_confirmation_code")
    # a confirmed address gets no other link
    assert person.http.post("/auth/email/confirmation").status_code == 204
    person.http.close()


def test_newer_confirmation_link_replaces_the_older(hospital: Hospital, visitor: httpx.Client) -> None:
    person = hospital.register("twice@confirm.example", "Tom Twice")
    first = confirmation_code(hospital, "twice@confirm.example")
    assert person.http.post("/auth/email/confirmation").status_code == 204
    second = confirmation_code(hospital, "twice@confirm.example", after=1)
    assert confirm(visitor, first).status_code == 403
    assert confirm(visitor, second).status_code == 204
    person.http.close()


def test_expired_confirmation_link_is_refused(hospital: Hospital, visitor: httpx.Client) -> None:
    person = hospital.register("late@confirm.example", "Lars Late")
    code = confirmation_code(hospital, "late@confirm.example")
    change(hospital, "UPDATE email_confirmations SET expires_at = ? WHERE account_id = ?", ago(seconds=1), person.id)
    assert confirm(visitor, code).status_code == 403
    assert not is_confirmed(person)
    person.http.close()


def test_confirmation_code_is_stored_as_a_hash(hospital: Hospital) -> None:
    person = hospital.register("hash@confirm.example", "Hal Hash")
    code = confirmation_code(hospital, "hash@confirm.example")
    tables = ("email_confirmations", "mails")
    rows = [row for table in tables for row in databases.query(hospital.database, f"SELECT * FROM {table}")]
    assert person.id in {row[0] for row in rows}
    assert code not in str(rows)
    person.http.close()


def test_confirmation_mails_are_slowed_down(hospital: Hospital) -> None:
    person = hospital.register("many@confirm.example", "Mia Many")
    statuses = [person.http.post("/auth/email/confirmation").status_code for _ in range(6)]
    assert statuses[0] == 204
    assert statuses[-1] == 429
    person.http.close()


def test_unconfirmed_address_gets_no_other_mail(hospital: Hospital, visitor: httpx.Client) -> None:
    person = hospital.register("quiet@confirm.example", "Quinn Quiet")
    body = {"current_password": PASSWORD, "new_password": OTHER}
    assert person.http.post("/auth/password", json=body).status_code == 204
    # the mails are sent in order: when this one is there, the one about the password was dropped
    last, forgotten = "Choose a new password", {"email": "quiet@confirm.example"}
    assert visitor.post("/auth/password/forgot", json=forgotten).status_code == 204
    next_mail(hospital, "quiet@confirm.example", last)
    code = confirmation_code(hospital, "quiet@confirm.example")
    assert confirm(visitor, code).status_code == 204
    body = {"current_password": OTHER, "new_password": PASSWORD}
    assert person.http.post("/auth/password", json=body).status_code == 204
    assert visitor.post("/auth/password/forgot", json=forgotten).status_code == 204
    next_mail(hospital, "quiet@confirm.example", last, after=1)
    wanted = ["Confirm your e-mail address", last, "Your password was changed", last]
    assert subjects(hospital, "quiet@confirm.example") == wanted
    person.http.close()


def test_accepted_invitation_confirms_the_address(hospital: Hospital, admin: Person) -> None:
    lab = hospital.invite(admin, "lab@confirm.example", "Lara Lab", "lab")
    assert is_confirmed(lab)
    assert subjects(hospital, "lab@confirm.example") in ([], ["Your account at CarePlus Hospital"])
    lab.http.close()


def test_reset_by_mail_confirms_and_removes_second_factor(hospital: Hospital, visitor: httpx.Client) -> None:
    """The second factor belongs to the person that registered with another person's address."""
    squatter = hospital.register("owner@confirm.example", "Sven Squatter")
    secret = made(squatter.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    made(squatter.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).now()}), 200)
    assert visitor.post("/auth/password/forgot", json={"email": "owner@confirm.example"}).status_code == 204
    code = reset_code(hospital, "owner@confirm.example")
    assert visitor.post("/auth/password/reset", json={"code": code, "new_password": OTHER}).status_code == 204
    owner = hospital.sign_in("owner@confirm.example", OTHER)
    assert is_confirmed(owner)
    for person in (squatter, owner):
        person.http.close()


def test_confirmed_account_keeps_second_factor_after_reset(hospital: Hospital, visitor: httpx.Client) -> None:
    person = hospital.register("keeps@confirm.example", "Kim Keeps")
    assert confirm(visitor, confirmation_code(hospital, "keeps@confirm.example")).status_code == 204
    secret = made(person.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    made(person.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).now()}), 200)
    assert visitor.post("/auth/password/forgot", json={"email": "keeps@confirm.example"}).status_code == 204
    code = reset_code(hospital, "keeps@confirm.example")
    assert visitor.post("/auth/password/reset", json={"code": code, "new_password": OTHER}).status_code == 204
    refused = visitor.post("/auth/login", json={"email": "keeps@confirm.example", "password": OTHER})
    assert refused.json()["code"] == "otp_required"
    person.http.close()


def test_staff_registered_by_an_admin_are_confirmed(hospital: Hospital, admin: Person) -> None:
    staff = {"email": "direct@confirm.example", "password": PASSWORD, "full_name": "Dora Direct", "role": "lab"}
    assert made(admin.http.post("/auth/register", json=staff))["email_confirmed"]
    patient = {"email": "desk@confirm.example", "password": PASSWORD, "full_name": "Paul Desk", **DETAILS}
    assert not made(admin.http.post("/auth/register", json=patient))["email_confirmed"]
    confirmation_code(hospital, "desk@confirm.example")


@pytest.mark.parametrize("role", ["lab", "patient"])
def test_invitation_beats_an_unconfirmed_address(hospital: Hospital, admin: Person, role: str) -> None:
    email = f"wanted-{role}@confirm.example"
    squatter = hospital.register(email, "Sven Squatter")
    code = confirmation_code(hospital, email)
    with hospital.client() as http:
        assert http.post("/auth/password/forgot", json={"email": email}).status_code == 204
        reset = reset_code(hospital, email)
        invited = made(admin.http.post("/api/admin/invitations", json={"email": email, "full_name": "Ines", "role": role}))
        assert invited["account_id"] != squatter.id
        # neither session nor password nor links of the squatter work
        eventually(lambda: squatter.http.get("/auth/me").status_code == 401)
        assert http.post("/auth/login", json={"email": email, "password": PASSWORD}).json()["code"] == "invalid_credentials"
        assert confirm(http, code).status_code == 403
        assert http.post("/auth/password/reset", json={"code": reset, "new_password": OTHER}).status_code == 403
        again = {"email": email, "password": PASSWORD, "full_name": "Sven Squatter", **DETAILS}
        assert http.post("/auth/register", json=again).json()["code"] == "email_taken"
        accepted = {"email": email, "password": OTHER, "full_name": "Ines", "invitation": invited["code"], **DETAILS}
        made(http.post("/auth/register", json=accepted))
    owner = hospital.sign_in(email, OTHER)
    assert (owner.id, is_confirmed(owner)) == (invited["account_id"], True)
    closed = made(admin.http.get(f"/api/admin/accounts/{squatter.id}"), 200)
    assert (closed["active"], closed["email"] == email) == (False, False)
    events = made(admin.http.get("/api/admin/audit", params={"patient_id": squatter.id, "action": "invite"}), 200)["items"]
    assert len(events) == 1
    for person in (squatter, owner):
        person.http.close()


def test_invitation_never_takes_a_confirmed_address(hospital: Hospital, admin: Person, visitor: httpx.Client) -> None:
    person = hospital.register("mine@confirm.example", "Mona Mine")
    assert confirm(visitor, confirmation_code(hospital, "mine@confirm.example")).status_code == 204
    body = {"email": "mine@confirm.example", "full_name": "Ines", "role": "lab"}
    refused = admin.http.post("/api/admin/invitations", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "email_taken")
    assert is_confirmed(person)
    person.http.close()


def test_new_doctor_beats_an_unconfirmed_address(hospital: Hospital, admin: Person) -> None:
    squatter = hospital.register("dr@confirm.example", "Sven Squatter")
    body = {"email": "dr@confirm.example", "full_name": "Dr Ines", "specialty": "Cardiology", "languages": ["en"]}
    assert made(admin.http.post("/api/admin/doctors", json=body))["id"] != squatter.id
    squatter.http.close()


def test_site_without_mail_says_so(hospital: Hospital) -> None:
    person = hospital.register("file@confirm.example", "Fred File")
    assert made(person.http.get("/auth/email/confirmation"), 200) == {"confirmed": False, "sends_mail": False}
    person.http.close()
