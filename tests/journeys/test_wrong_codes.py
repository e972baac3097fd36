"""Wrong codes after the right password, and the sessions that a second factor ends."""

import time

from pyotp import TOTP

from tests.audit.audit_rows import of_request
from tests.hospital import PASSWORD, Hospital, Person
from tests.journeys.test_accounts import ago, change
from tests.mailbox import confirmation_code, mails, next_mail, text_of
from tests.test_every_endpoint import check_problem
from tests.world import made

SUBJECT = "A wrong code was entered after your password"


def confirmed(hospital: Hospital, email: str) -> Person:
    """Register a patient whose address is confirmed: other mails are not sent to it."""
    person = hospital.register(email, "Una Used")
    assert person.http.post("/auth/email/confirm", json={"code": confirmation_code(hospital, email)}).status_code == 204
    return person


def switch_on(person: Person) -> list[str]:
    """Switch the second factor on and return the recovery codes."""
    secret = made(person.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    codes: list[str] = made(person.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).now()}), 200)["codes"]
    return codes


def test_owner_is_told_of_wrong_codes_once_an_hour(hospital: Hospital) -> None:
    email = "told@wrong.example"
    person = confirmed(hospital, email)
    switch_on(person)
    with hospital.client() as thief:
        for number, otp in enumerate((None, "000000", "000001")):
            body = {"email": email, "password": PASSWORD, **({"otp": otp} if otp else {})}
            check_problem(thief.post("/auth/login", json=body, headers={"X-Request-Id": f"wrong-code-{number}"}), 401)
        assert "somebody knows your password" in text_of(next_mail(hospital, email, SUBJECT))
        change(hospital, "UPDATE second_factors SET warned_at = ? WHERE account_id = ?", ago(minutes=61), person.id)
        check_problem(thief.post("/auth/login", json={"email": email, "password": PASSWORD, "otp": "000002"}), 401)
        next_mail(hospital, email, SUBJECT, after=1)
        # a wrong password is no sign that somebody knows it
        change(hospital, "UPDATE second_factors SET warned_at = NULL WHERE account_id = ?", person.id)
        check_problem(thief.post("/auth/login", json={"email": email, "password": "not-it", "otp": "000003"}), 401)
    made(person.http.get("/auth/me"), 200)
    assert len([mail for mail in mails(hospital, email) if mail["Subject"] == SUBJECT]) == 2
    reasons = [of_request(hospital, f"wrong-code-{number}")[0]["reason"] for number in range(3)]
    assert reasons == [None, "right password, wrong code", "right password, wrong code"]
    person.http.close()


def test_second_factor_ends_other_sessions(hospital: Hospital) -> None:
    email = "ends@wrong.example"
    person, other = hospital.register(email, "Enda Ends"), hospital.sign_in(email)
    switch_on(person)
    time.sleep(1.0)
    with hospital.client(other.token) as old:
        check_problem(old.get("/auth/me"), 401)
    assert len(made(person.http.get("/auth/sessions"), 200)["items"]) == 1
    for one in (person, other):
        one.http.close()
