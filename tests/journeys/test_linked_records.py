"""One person is staff and patient: a link of two accounts, and one sign-in for both, one at a time."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from pyotp import TOTP

from tests.audit.audit_rows import of_request
from tests.hospital import PASSWORD, Hospital, Person
from tests.journeys.test_accounts import ago, change
from tests.mailbox import confirm_email, next_mail
from tests.test_every_endpoint import check_problem
from tests.world import made

LINK, SWITCH = "/auth/me/record", "/auth/switch"
UNTIL_NOTICED_S = 1.0


@dataclass
class Both:
    """A person with a work account and a record, and a browser that is signed in at work."""

    work: Person
    record: Person
    work_email: str
    record_email: str
    browser: httpx.Client

    def switch(self, to: str, **more: str) -> httpx.Response:
        """Switch the browser; its next requests are those of the other account."""
        answer = self.browser.post(SWITCH, json={"to": to}, headers=more)
        if answer.status_code == 200:
            self.bear(answer)
        return answer

    def renew(self) -> httpx.Response:
        return self.browser.post("/auth/refresh")

    def bear(self, answer: httpx.Response) -> None:
        self.browser.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def link(self) -> None:
        made(self.work.http.post(LINK, json={"email": self.record_email, "password": PASSWORD}))

    def sign_in(self) -> dict[str, object]:
        answer = self.browser.post("/auth/login", json={"email": self.work_email, "password": PASSWORD})
        self.bear(answer)
        opened: dict[str, object] = made(answer, 200)
        return opened

    def whoami(self) -> tuple[int, str]:
        account = made(self.browser.get("/auth/me"), 200)
        return account["id"], account["role"]


@contextmanager
def both(hospital: Hospital, admin: Person, role: str = "reception") -> Iterator[Both]:
    word = secrets.token_hex(4)
    work_email, record_email = f"work-{word}@both.example", f"own-{word}@both.example"
    work, record = hospital.invite(admin, work_email, "Bo Both", role), hospital.register(record_email, "Bo Both")
    with hospital.client() as browser:
        browser.headers.update({"Origin": f"http://localhost:{hospital.port}", "X-CarePlus": "1"})
        person = Both(work, record, work_email, record_email, browser)
        person.sign_in()
        yield person
    work.http.close()
    record.http.close()


@pytest.fixture
def bo(hospital: Hospital, admin: Person) -> Iterator[Both]:
    """Yield a person with linked accounts, signed in at work after that."""
    with both(hospital, admin) as person:
        person.link()
        assert person.sign_in()["other_side"] == "record"
        yield person


def test_person_switches_to_own_record_and_back(hospital: Hospital, bo: Both) -> None:
    linked = made(bo.work.http.get(LINK), 200)["linked"]
    assert (linked["work"]["id"], linked["record"]["id"]) == (bo.work.id, bo.record.id)
    assert made(bo.record.http.get(LINK), 200)["linked"] == linked
    opened = made(bo.switch("record", **{"X-Request-Id": "bo-opens-own-record"}), 200)
    assert (opened["account"]["id"], opened["account"]["role"], opened["other_side"]) == (bo.record.id, "patient", "work")
    assert bo.whoami() == (bo.record.id, "patient")
    # the role of a patient alone
    made(bo.browser.get("/api/appointments"), 200)
    check_problem(bo.browser.get("/api/reception/patients?q=Novak"), 403)
    assert made(bo.renew(), 200)["account"]["id"] == bo.record.id
    back = made(bo.switch("work"), 200)
    assert (back["account"]["id"], back["other_side"]) == (bo.work.id, "record")
    made(bo.browser.get("/api/reception/patients?q=Novak"), 200)
    check_problem(bo.browser.get("/api/appointments"), 403)
    [event] = of_request(hospital, "bo-opens-own-record")
    assert (event["action"], event["account_id"], event["patients"]) == ("switch_side", bo.work.id, [bo.record.id])


def test_record_session_has_limits_of_work_session(hospital: Hospital, bo: Both) -> None:
    at_work = made(bo.renew(), 200)
    own = made(bo.switch("record"), 200)
    assert own["idle_seconds"] == at_work["idle_seconds"]
    change(hospital, "UPDATE sessions SET expires_at = ? WHERE account_id = ?", ago(seconds=1), bo.work.id)
    check_problem(bo.renew(), 401)


def test_link_needs_sign_in_to_the_record(hospital: Hospital, admin: Person) -> None:
    with both(hospital, admin) as bo:
        body = {"email": bo.record_email, "password": "not-the-password"}
        refused = bo.work.http.post(LINK, json=body, headers={"X-Request-Id": f"guesses-the-record-{bo.work.id}"})
        assert (refused.status_code, refused.json()["code"]) == (403, "record_credentials")
        [event] = of_request(hospital, f"guesses-the-record-{bo.work.id}")
        assert (event["action"], event["account_id"], event["outcome"]) == ("link_record", bo.work.id, "record_credentials")
        # the own work account is no record
        refused = bo.work.http.post(LINK, json={"email": bo.work_email, "password": PASSWORD})
        assert (refused.status_code, refused.json()["code"]) == (403, "record_credentials")
        confirm_email(hospital, bo.record, bo.record_email)
        secret = made(bo.record.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
        codes = made(bo.record.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).now()}), 200)["codes"]
        body = {"email": bo.record_email, "password": PASSWORD}
        refused = bo.work.http.post(LINK, json=body)
        assert (refused.status_code, refused.json()["code"], refused.json()["app"]) == (403, "record_factor_required", True)
        assert bo.work.http.post(LINK, json={**body, "otp": "000000"}).json()["code"] == "record_factor_required"
        assert made(bo.work.http.get(LINK), 200)["linked"] is None
        made(bo.work.http.post(LINK, json={**body, "otp": codes[0]}))
        next_mail(hospital, bo.record_email, "Your record was linked to a work account")


def test_account_has_one_link_at_most(hospital: Hospital, admin: Person, bo: Both) -> None:
    with both(hospital, admin) as other:
        again = bo.work.http.post(LINK, json={"email": other.record_email, "password": PASSWORD})
        taken = other.work.http.post(LINK, json={"email": bo.record_email, "password": PASSWORD})
        assert [one.json()["code"] for one in (again, taken)] == ["already_linked", "already_linked"]


@pytest.mark.parametrize("side", ["work", "record"])
def test_unlinking_ends_the_opened_record(bo: Both, side: str) -> None:
    made(bo.switch("record"), 200)
    person = bo.work if side == "work" else bo.record
    assert person.http.delete(LINK).status_code == 204
    check_problem(person.http.delete(LINK), 404)
    time.sleep(UNTIL_NOTICED_S)
    check_problem(bo.browser.get("/auth/me"), 401)
    check_problem(bo.renew(), 401)
    assert bo.sign_in()["other_side"] is None
    refused = bo.switch("record")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_other_side")
    # the record keeps its own sign-in
    made(bo.record.http.get("/auth/me"), 200)


@pytest.mark.parametrize("side", ["work", "record"])
def test_sign_out_ends_both_sides(hospital: Hospital, bo: Both, side: str) -> None:
    at_work = bo.browser.headers["Authorization"]
    made(bo.switch("record"), 200)
    own = bo.browser.headers["Authorization"]
    if side == "work":
        made(bo.switch("work"), 200)
    assert bo.browser.post("/auth/logout").status_code == 204
    time.sleep(UNTIL_NOTICED_S)
    for token in (at_work, own):
        check_problem(bo.browser.get("/auth/me", headers={"Authorization": token}), 401)
    check_problem(bo.renew(), 401)


def test_deactivated_work_account_ends_both_sides(admin: Person, bo: Both) -> None:
    made(bo.switch("record"), 200)
    made(admin.http.put(f"/api/admin/accounts/{bo.work.id}", json={"role": "reception", "active": False}), 200)
    time.sleep(UNTIL_NOTICED_S)
    check_problem(bo.browser.get("/auth/me"), 401)
    check_problem(bo.renew(), 401)
    # the person left: the record and its own sign-in stay
    made(bo.record.http.get("/auth/me"), 200)


def test_sign_in_to_record_opens_no_work_account(hospital: Hospital, bo: Both) -> None:
    opened = made(bo.browser.post("/auth/login", json={"email": bo.record_email, "password": PASSWORD}), 200)
    assert opened["other_side"] is None
    refused = bo.switch("work")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_other_side")
    # the refused switch has not used the cookie
    assert made(bo.renew(), 200)["account"]["id"] == bo.record.id


def test_closed_record_is_no_other_side(admin: Person, bo: Both) -> None:
    made(admin.http.put(f"/api/admin/accounts/{bo.record.id}", json={"role": "patient", "active": False}), 200)
    assert made(bo.renew(), 200)["other_side"] is None
    assert bo.switch("record").json()["code"] == "no_other_side"


def test_record_that_became_staff_is_no_other_side(hospital: Hospital, admin: Person, bo: Both) -> None:
    change(hospital, "UPDATE accounts SET role = 'admin' WHERE id = ?", bo.record.id)
    assert bo.switch("record").json()["code"] == "no_other_side"
