"""Passkeys as second factor: registered, used at sign-in, removed, beside an app and recovery codes."""

import time
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from pyotp import TOTP

from tests.audit.audit_rows import of_request
from tests.authenticator import Passkey, PrivateKey, base64url, new_passkey, options_of, register, request_of
from tests.hospital import PASSWORD, Hospital, Person
from tests.journeys.test_accounts import ago, change, stored
from tests.journeys.test_wrong_codes import SUBJECT, confirmed, switch_on
from tests.mailbox import mails, next_mail, reset_code
from tests.test_every_endpoint import check_problem
from tests.world import made


def sign_in(hospital: Hospital, email: str, passkey: Passkey) -> Person:
    return hospital.sign_in(email, passkey=passkey.get(request_of(hospital, email)))


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Return the problem of a refusal."""
    check_problem(answer, status)
    problem: dict[str, Any] = answer.json()
    return problem


def passkeys_of(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made(person.http.get("/auth/mfa"), 200)["passkeys"]
    return found


def test_first_passkey_is_second_factor_of_account(hospital: Hospital) -> None:
    email = "first@passkey.example"
    person, other = confirmed(hospital, email), hospital.sign_in(email)
    assert made(person.http.get("/auth/mfa"), 200) == {"app": False, "passkeys": []}
    passkey, registered = register(hospital, person, "Phone")
    assert len(set(registered["codes"])) == 10
    assert not any(code in stored(hospital) for code in registered["codes"])
    assert made(person.http.get("/auth/me"), 200)["second_factor"] is True
    time.sleep(1.0)
    with hospital.client(other.token) as old:
        check_problem(old.get("/auth/me"), 401)
    next_mail(hospital, email, "A second factor was switched on")
    again = sign_in(hospital, email, passkey)
    [listed] = passkeys_of(again)
    assert (listed["name"], listed["last_used_at"] is None) == ("Phone", False)
    for one in (person, other, again):
        one.http.close()


@pytest.mark.parametrize(
    "key", [ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048)], ids=["EdDSA", "RS256"]
)
def test_passkey_of_each_algorithm_signs_in(hospital: Hospital, key: PrivateKey) -> None:
    email = f"{type(key).__name__.lower()}@passkey.example"
    person = hospital.register(email, "Alma Algorithm")
    passkey, _ = register(hospital, person, key=key)
    for one in (person, sign_in(hospital, email, passkey)):
        one.http.close()


def test_passkey_without_counter_signs_in_again(hospital: Hospital) -> None:
    email = "synced@passkey.example"
    person = hospital.register(email, "Sina Synced")
    passkey, _ = register(hospital, person, counter=None)
    for one in (person, sign_in(hospital, email, passkey), sign_in(hospital, email, passkey)):
        one.http.close()


def test_recovery_code_replaces_passkey_once(hospital: Hospital) -> None:
    email = "recover@passkey.example"
    person = hospital.register(email, "Rita Recover")
    _, registered = register(hospital, person)
    code = {"email": email, "password": PASSWORD, "otp": registered["codes"][3]}
    with hospital.client() as browser:
        made(browser.post("/auth/login", json=code), 200)
        problem = refused(browser.post("/auth/login", json=code), 401)
    assert (problem["app"], len(problem["passkey"]["credentials"])) == (False, 1)
    person.http.close()


def test_further_factor_needs_sign_in_with_the_first(hospital: Hospital) -> None:
    email = "second@passkey.example"
    person = confirmed(hospital, email)
    passkey, _ = register(hospital, person)
    for path in ("/auth/passkeys/options", "/auth/mfa"):
        assert refused(person.http.post(path, json={"password": PASSWORD}), 403)["code"] == "fresh_sign_in_required"
    again = sign_in(hospital, email, passkey)
    assert [one["credential"] for one in options_of(again)["registered"]] == [base64url(passkey.credential)]
    key, registered = register(hospital, again, "Security key")
    assert registered["codes"] == []
    next_mail(hospital, email, "A passkey or an app was added")
    assert switch_on(again) == []
    assert made(again.http.get("/auth/mfa"), 200)["app"] is True
    # a further factor ends no session
    made(person.http.get("/auth/me"), 200)
    third = sign_in(hospital, email, key)
    assert [one["name"] for one in passkeys_of(third)] == ["Phone", "Security key"]
    for one in (person, again, third):
        one.http.close()


def test_removed_passkey_leaves_other_factors(hospital: Hospital) -> None:
    email = "removed@passkey.example"
    person = confirmed(hospital, email)
    codes = switch_on(person)
    again = hospital.sign_in(email, otp=codes[0])
    passkey, registered = register(hospital, again)
    path = f"/auth/passkeys/{registered['passkey']['id']}"
    check_problem(person.http.delete(path), 403)
    change(hospital, "UPDATE sessions SET created_at = ? WHERE account_id = ?", ago(minutes=5, seconds=2), person.id)
    check_problem(again.http.delete(path), 403)
    fresh = sign_in(hospital, email, passkey)
    assert fresh.http.delete(path).status_code == 204
    check_problem(fresh.http.delete(path), 404)
    next_mail(hospital, email, "A passkey or the app was removed")
    assert made(fresh.http.get("/auth/me"), 200)["second_factor"] is True
    with hospital.client() as browser:
        problem = refused(browser.post("/auth/login", json={"email": email, "password": PASSWORD}), 401)
    assert (problem["app"], problem["passkey"]) == (True, None)
    hospital.sign_in(email, otp=codes[1]).http.close()
    for one in (person, again, fresh):
        one.http.close()


def test_app_is_removed_beside_a_passkey(hospital: Hospital) -> None:
    email = "beside@passkey.example"
    person = confirmed(hospital, email)
    secret = made(person.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    codes = made(person.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).at(int(time.time()) - 30)}), 200)["codes"]
    again = hospital.sign_in(email, otp=codes[0])
    passkey, _ = register(hospital, again)
    assert again.http.delete("/auth/mfa").status_code == 204
    check_problem(again.http.delete("/auth/mfa"), 409)
    assert made(again.http.get("/auth/me"), 200)["second_factor"] is True
    with hospital.client() as browser:
        code = {"email": email, "password": PASSWORD, "otp": TOTP(secret).now()}
        assert refused(browser.post("/auth/login", json=code), 401)["app"] is False
    # recovery codes belong to both
    hospital.sign_in(email, otp=codes[1]).http.close()
    for one in (person, again, sign_in(hospital, email, passkey)):
        one.http.close()


def test_last_passkey_removed_switches_factor_off(hospital: Hospital) -> None:
    email = "last@passkey.example"
    person = confirmed(hospital, email)
    passkey, registered = register(hospital, person)
    fresh = sign_in(hospital, email, passkey)
    assert fresh.http.delete(f"/auth/passkeys/{registered['passkey']['id']}").status_code == 204
    next_mail(hospital, email, "The second factor was switched off")
    assert made(fresh.http.get("/auth/me"), 200)["second_factor"] is False
    hospital.sign_in(email).http.close()
    # the next first one gives codes again
    assert len(register(hospital, fresh)[1]["codes"]) == 10
    for one in (person, fresh):
        one.http.close()


def test_admin_removes_passkeys_of_a_lost_phone(hospital: Hospital, admin: Person) -> None:
    email = "lost@passkey.example"
    person = confirmed(hospital, email)
    register(hospital, person)
    body = {"role": "patient", "active": True, "second_factor": False}
    assert made(admin.http.put(f"/api/admin/accounts/{person.id}", json=body), 200)["second_factor"] is False
    again = hospital.sign_in(email)
    assert passkeys_of(again) == []
    next_mail(hospital, email, "The second factor was switched off")
    for one in (person, again):
        one.http.close()


def test_reset_by_mail_removes_a_squatters_passkey(hospital: Hospital) -> None:
    email = "squatted@passkey.example"
    squatter = hospital.register(email, "Sid Squatter")
    register(hospital, squatter)
    with hospital.client() as owner:
        assert owner.post("/auth/password/forgot", json={"email": email}).status_code == 204
        chosen = {"code": reset_code(hospital, email), "new_password": "nine-loud-kestrels"}
        assert owner.post("/auth/password/reset", json=chosen).status_code == 204
        made(owner.post("/auth/login", json={"email": email, "password": "nine-loud-kestrels"}), 200)
    squatter.http.close()


def test_eleventh_passkey_is_refused(hospital: Hospital) -> None:
    email = "eleven@passkey.example"
    person = hospital.register(email, "Ella Eleven")
    passkey, _ = register(hospital, person)
    fresh = sign_in(hospital, email, passkey)
    body = {"name": "One too many", **new_passkey(hospital).create(options_of(fresh))}
    for number in range(9):
        register(hospital, fresh, f"Key {number}")
    assert refused(fresh.http.post("/auth/passkeys", json=body), 409)["code"] == "too_many_passkeys"
    asked = fresh.http.post("/auth/passkeys/options", json={"password": PASSWORD})
    assert refused(asked, 409)["code"] == "too_many_passkeys"
    for one in (person, fresh):
        one.http.close()


def test_set_up_begun_before_first_factor_ends(hospital: Hospital) -> None:
    """A thief of the token, who prepared an app and a passkey, adds none after the owner has switched a passkey on."""
    person = hospital.register("prepared@passkey.example", "Petra Prepared")
    secret = made(person.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    late = {"name": "Late", **new_passkey(hospital).create(options_of(person))}
    register(hospital, person)
    check_problem(person.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).now()}), 409)
    check_problem(person.http.post("/auth/passkeys", json=late), 403)
    assert len(passkeys_of(person)) == 1
    person.http.close()


def test_owner_is_told_of_a_wrong_passkey(hospital: Hospital) -> None:
    email = "told@passkey.example"
    person = confirmed(hospital, email)
    passkey, _ = register(hospital, person)
    stranger = new_passkey(hospital, credential=passkey.credential)
    with hospital.client() as thief:
        for number in range(2):
            body = {"email": email, "password": PASSWORD, "passkey": stranger.get(request_of(hospital, email))}
            answer = thief.post("/auth/login", json=body, headers={"X-Request-Id": f"wrong-passkey-{number}"})
            assert "passkey is not valid" in refused(answer, 401)["detail"]
    next_mail(hospital, email, SUBJECT)
    assert len([mail for mail in mails(hospital, email) if mail["Subject"] == SUBJECT]) == 1
    reasons = [of_request(hospital, f"wrong-passkey-{number}")[0]["reason"] for number in range(2)]
    assert reasons == ["right password, wrong passkey"] * 2
    person.http.close()


def test_wrong_passkeys_are_limited_as_codes_are(hospital: Hospital) -> None:
    email = "pace@passkey.example"
    person = hospital.register(email, "Paul Pace")
    passkey, _ = register(hospital, person)
    answer = new_passkey(hospital, credential=passkey.credential).get(request_of(hospital, email))
    body = {"email": email, "password": PASSWORD, "passkey": answer}
    with hospital.client() as thief:
        statuses = [thief.post("/auth/login", json=body).status_code for _ in range(8)]
    assert 429 in statuses
    person.http.close()
