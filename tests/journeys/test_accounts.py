"""Journeys of accounts: devices, passwords, mails, second factor, and sessions that end on every service."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import segno
from pyotp import TOTP

from tests import databases
from tests.hospital import PASSWORD, Hospital, Person
from tests.mailbox import confirm_email, mails, next_mail, reset_code, text_of
from tests.test_every_endpoint import check_problem
from tests.world import made

OTHER = "nine-loud-kestrels"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ASKED = {
    "auth": "/auth/sessions",
    "appointments": "/api/appointments",
    "doctors": "/api/prescriptions",
    "labs": "/api/labs/bookings",
}
"""A path of each service that a patient may read."""


def ours(hospital: Hospital) -> dict[str, str]:
    return {"Origin": f"http://localhost:{hospital.port}", "X-CarePlus": "1"}


def sign_in(browser: httpx.Client, email: str, password: str = PASSWORD, **more: str) -> str:
    """Sign in with this browser and return the access token."""
    return str(made(browser.post("/auth/login", json={"email": email, "password": password, **more}), 200)["access_token"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def change(hospital: Hospital, statement: str, *values: object) -> None:
    """Change the database, for example to move times into the past."""
    assert databases.execute(hospital.database, statement, *values) > 0


def stored(hospital: Hospital) -> str:
    """Return all rows of sessions and secrets in the database."""
    tables = ("sessions", "refresh_tokens", "password_resets", "second_factors", "recovery_codes", "mails", "attempts")
    return str([databases.query(hospital.database, f"SELECT * FROM {table}") for table in tables])


def ago(**span: float) -> str:
    return f"{datetime.now(UTC) - timedelta(**span):%Y-%m-%dT%H:%M:%SZ}"


# end of sessions


def by_logout(hospital: Hospital, admin: Person, browser: httpx.Client, person: Person) -> None:
    assert browser.post("/auth/logout", headers=ours(hospital)).status_code == 204


def by_ending_it(hospital: Hospital, admin: Person, browser: httpx.Client, person: Person) -> None:
    with hospital.client() as other:
        token = sign_in(other, person_email(person))
        sessions = made(other.get("/auth/sessions", headers=bearer(token)), 200)["items"]
        for session in sessions:
            if not session["current"]:
                assert other.delete(f"/auth/sessions/{session['id']}", headers=bearer(token)).status_code == 204


def by_password(hospital: Hospital, admin: Person, browser: httpx.Client, person: Person) -> None:
    with hospital.client() as other:
        token = sign_in(other, person_email(person))
        body = {"current_password": PASSWORD, "new_password": OTHER}
        assert other.post("/auth/password", json=body, headers=bearer(token)).status_code == 204
        assert other.get("/auth/me", headers=bearer(token)).status_code == 200, "the caller's session stays"


def by_closing(hospital: Hospital, admin: Person, browser: httpx.Client, person: Person) -> None:
    made(admin.http.put(f"/api/admin/accounts/{person.id}", json={"role": "patient", "active": False}), 200)


def by_another_role(hospital: Hospital, admin: Person, browser: httpx.Client, person: Person) -> None:
    made(admin.http.put(f"/api/admin/accounts/{person.id}", json={"role": "lab", "active": True}), 200)


def by_a_stolen_cookie(hospital: Hospital, admin: Person, browser: httpx.Client, person: Person) -> None:
    stolen = browser.cookies["careplus-refresh"]
    made(browser.post("/auth/refresh", headers=ours(hospital)), 200)
    made(browser.post("/auth/refresh", headers=ours(hospital)), 200)
    with hospital.client() as thief:
        thief.cookies.set("careplus-refresh", stolen)
        check_problem(thief.post("/auth/refresh", headers=ours(hospital)), 401)
    check_problem(browser.post("/auth/refresh", headers=ours(hospital)), 401)


def person_email(person: Person) -> str:
    return str(made(person.http.get("/auth/me"), 200)["email"])


WAYS: list[Callable[[Hospital, Person, httpx.Client, Person], None]] = [
    *(by_logout, by_ending_it, by_password, by_closing, by_another_role, by_a_stolen_cookie)
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_ended_session_is_refused_by_all_within_a_second(
    hospital: Hospital, admin: Person, way: Callable[[Hospital, Person, httpx.Client, Person], None]
) -> None:
    email = f"{way.__name__.replace('_', '.')}@example.org"
    person = hospital.register(email, "Olga Out")
    with hospital.client() as browser:
        token = sign_in(browser, email)
        for path in ASKED.values():
            assert browser.get(path, headers=bearer(token)).status_code == 200
        way(hospital, admin, browser, person)
        time.sleep(1.0)
        answers = {
            service: browser.get(path, headers={**bearer(token), "X-Request-Id": "the-same-id"})
            for service, path in ASKED.items()
        }
        never = browser.get("/auth/sessions", headers={**bearer("a.b.c"), "X-Request-Id": "the-same-id"})
    for answer in answers.values():
        check_problem(answer, 401)
        assert answer.content == never.content
    person.http.close()


# devices


def test_devices_are_listed_and_signed_out(hospital: Hospital) -> None:
    person = hospital.register("devices@example.org", "Dora Devices")
    stranger = hospital.register("stranger@example.org", "Stan Stranger")
    with hospital.client() as browser:
        browser.headers["User-Agent"] = FIREFOX
        token = sign_in(browser, "devices@example.org")
        browser.headers.update({**bearer(token), "X-Forwarded-For": "198.51.100.7", "Forwarded": "for=198.51.100.7"})
        listed = made(browser.get("/auth/sessions"), 200)["items"]
        assert [session["current"] for session in listed] in ([True, False], [False, True])
        current = next(session for session in listed if session["current"])
        other = next(session for session in listed if not session["current"])
        assert (current["user_agent"], other["user_agent"]) == ("Firefox on Linux", "python-httpx")
        assert {session["address"] for session in listed} == {"127.0.0.1"}, "a forged forwarding header is ignored"
        first = made(browser.get("/auth/sessions", params={"limit": 1}), 200)
        second = made(browser.get("/auth/sessions", params={"limit": 1, "cursor": first["next_cursor"]}), 200)
        assert first["items"] + second["items"] == listed
        assert second["next_cursor"] is None
        check_problem(stranger.http.delete(f"/auth/sessions/{other['id']}"), 404)
        assert browser.delete(f"/auth/sessions/{other['id']}").status_code == 204
        check_problem(browser.delete(f"/auth/sessions/{other['id']}"), 404)
        assert [session["id"] for session in made(browser.get("/auth/sessions"), 200)["items"]] == [current["id"]]
    for one in (person, stranger):
        one.http.close()


def test_idle_session_ends(hospital: Hospital) -> None:
    hospital.register("idle@example.org", "Ida Idle").http.close()
    with hospital.client() as browser:
        sign_in(browser, "idle@example.org")
        sid = made(browser.get("/auth/sessions", headers=bearer(sign_in(browser, "idle@example.org"))), 200)["items"]
        current = next(session["id"] for session in sid if session["current"])
        renewed = made(browser.post("/auth/refresh", headers=ours(hospital)), 200)
        change(hospital, "UPDATE refresh_tokens SET expires_at = ? WHERE session_id = ?", ago(seconds=1), current)
        check_problem(browser.post("/auth/refresh", headers=ours(hospital)), 401)
        change(hospital, "UPDATE sessions SET last_used_at = ? WHERE id = ?", ago(days=7, seconds=1), current)
        listed = made(browser.get("/auth/sessions", headers=bearer(renewed["access_token"])), 200)["items"]
        assert current not in [session["id"] for session in listed]


def test_session_ends_at_its_maximum_age(hospital: Hospital) -> None:
    hospital.register("absolute@example.org", "Abe Absolute").http.close()
    with hospital.client() as browser:
        token = sign_in(browser, "absolute@example.org")
        current = next(
            session["id"]
            for session in made(browser.get("/auth/sessions", headers=bearer(token)), 200)["items"]
            if session["current"]
        )
        change(hospital, "UPDATE sessions SET expires_at = ? WHERE id = ?", ago(seconds=1), current)
        time.sleep(1.0)
        check_problem(browser.get("/api/appointments", headers=bearer(token)), 401)
        check_problem(browser.post("/auth/refresh", headers=ours(hospital)), 401)


def test_concurrent_refresh_shares_a_successor_late_one_ends(hospital: Hospital) -> None:
    hospital.register("tabs@example.org", "Tara Tabs").http.close()
    with hospital.client() as browser:
        sign_in(browser, "tabs@example.org")
        before = browser.cookies["careplus-refresh"]
        made(browser.post("/auth/refresh", headers=ours(hospital)), 200)
        after = browser.cookies["careplus-refresh"]
        browser.cookies.clear()
        browser.cookies.set("careplus-refresh", before)
        made(browser.post("/auth/refresh", headers=ours(hospital)), 200)
        assert {cookie.value for cookie in browser.cookies.jar if cookie.name == "careplus-refresh"} == {before, after}
        change(hospital, "UPDATE refresh_tokens SET used_at = ? WHERE used_at IS NOT NULL", ago(seconds=11))
        for token in (before, after):
            browser.cookies.clear()
            browser.cookies.set("careplus-refresh", token)
            check_problem(browser.post("/auth/refresh", headers=ours(hospital)), 401)


# passwords


def test_password_change_needs_the_current_password(hospital: Hospital) -> None:
    person = hospital.register("changes@example.org", "Cora Change")
    confirm_email(hospital, person, "changes@example.org")
    wrong = person.http.post("/auth/password", json={"current_password": OTHER, "new_password": "three-odd-words"})
    check_problem(wrong, 403)
    assert wrong.json()["code"] == "wrong_password"
    for weak in ("password1", "changes@example.org", "coracora"):
        refused = person.http.post("/auth/password", json={"current_password": PASSWORD, "new_password": weak})
        check_problem(refused, 422)
        assert refused.json()["code"] == "weak_password"
    assert person.http.post("/auth/password", json={"current_password": PASSWORD, "new_password": OTHER}).status_code == 204
    with hospital.client() as browser:
        check_problem(browser.post("/auth/login", json={"email": "changes@example.org", "password": PASSWORD}), 401)
        sign_in(browser, "changes@example.org", OTHER)
    assert "signed out on your other devices" in text_of(next_mail(hospital, "changes@example.org", "Your password was changed"))
    person.http.close()


def test_reset_code_sets_a_password_once(hospital: Hospital, admin: Person) -> None:
    person = hospital.register("forgets@example.org", "Fred Forget")
    with hospital.client() as browser:

        def ask(email: str) -> httpx.Response:
            answer = browser.post("/auth/password/forgot", json={"email": email}, headers={"X-Request-Id": "the-same-id"})
            assert answer.status_code == 204
            return answer

        def choose(code: str, password: str = OTHER) -> httpx.Response:
            return browser.post("/auth/password/reset", json={"code": code, "new_password": password})

        known, unknown = ask("FORGETS@example.org"), ask("nobody@example.org")
        dated = {"date": "", "ratelimit": ""}
        assert {**known.headers, **dated} == {**unknown.headers, **dated}
        assert known.content == unknown.content
        first = reset_code(hospital, "forgets@example.org")
        ask("forgets@example.org")
        code = reset_code(hospital, "forgets@example.org", after=1)
        check_problem(choose(first), 403)
        assert code not in stored(hospital)
        refused = choose(code, "password1")
        assert (refused.status_code, refused.json()["code"]) == (422, "weak_password"), "the link stays valid"
        assert choose(code).status_code == 204
        used, invented = choose(code), choose("q0Zk3tYw1nB8sVd5xLr7cHj2")
        assert (used.status_code, used.json()["code"]) == (403, "invalid_reset_code")
        assert used.json()["detail"] == invented.json()["detail"]
        sign_in(browser, "forgets@example.org", OTHER)
        time.sleep(1.0)
        check_problem(person.http.get("/api/appointments"), 401)
        next_mail(hospital, "forgets@example.org", "Your password was changed")
        assert mails(hospital, "nobody@example.org") == []
    person.http.close()


def test_reset_code_expires_and_needs_an_active_account(hospital: Hospital, admin: Person) -> None:
    person = hospital.register("late@example.org", "Lars Late")
    with hospital.client() as browser:
        assert browser.post("/auth/password/forgot", json={"email": "late@example.org"}).status_code == 204
        code = reset_code(hospital, "late@example.org")
        body = {"code": code, "new_password": OTHER}
        made(admin.http.put(f"/api/admin/accounts/{person.id}", json={"role": "patient", "active": False}), 200)
        check_problem(browser.post("/auth/password/reset", json=body), 403)
        made(admin.http.put(f"/api/admin/accounts/{person.id}", json={"role": "patient", "active": True}), 200)
        change(hospital, "UPDATE password_resets SET expires_at = ? WHERE account_id = ?", ago(seconds=1), person.id)
        check_problem(browser.post("/auth/password/reset", json=body), 403)
        sign_in(browser, "late@example.org")
    person.http.close()


def test_invitations_are_sent_by_mail(hospital: Hospital, admin: Person) -> None:
    made(admin.http.post("/api/admin/invitations", json={"email": "inv@example.org", "full_name": "Ines", "role": "lab"}))
    doctor = {"email": "dr.inv@example.org", "full_name": "Dr Ines Inv", "specialty": "Cardiology"}
    url = made(admin.http.post("/api/admin/doctors", json=doctor))["invitation_url"]
    assert url in text_of(next_mail(hospital, "dr.inv@example.org", "Your account at CarePlus Hospital"))
    assert "/register#invitation=" in text_of(next_mail(hospital, "inv@example.org", "Your account at CarePlus Hospital"))


# unknown addresses and guessing


def test_sign_in_hides_whether_the_email_is_known(hospital: Hospital) -> None:
    """tests/attacks/test_guessing.py measures that both take equally long."""
    hospital.register("known@example.org", "Kim Known").http.close()
    with hospital.client() as http:
        known, unknown = (
            http.post(
                "/auth/login",
                json={"email": f"{kind}@example.org", "password": "not-the-password"},
                headers={"X-Request-Id": "the-same-id"},
            )
            for kind in ("known", "unknown")
        )
    check_problem(known, 401)
    assert known.content == unknown.content


@pytest.mark.parametrize("email", ["throttled@example.org", "throttled.nobody@example.org"])
def test_owner_signs_in_while_guessing_is_slowed(hospital: Hospital, email: str) -> None:
    known = "nobody" not in email
    with hospital.client() as stranger, hospital.client() as owner:
        if known:
            hospital.register(email, "Theo Throttled").http.close()
            sign_in(owner, email)
        guesses = [stranger.post("/auth/login", json={"email": email, "password": f"wrong-{number}"}) for number in range(8)]
        statuses = [guess.status_code for guess in guesses]
        assert statuses[:5] == [401] * 5, "known and unknown accounts are answered alike"
        assert 429 in statuses[5:]
        refused = guesses[statuses.index(429)]
        check_problem(refused, 429)
        assert refused.json()["code"] == "too_many_attempts"
        assert int(refused.headers["Retry-After"]) == refused.json()["retry_after_s"] >= 1
        assert email not in stored(hospital)
        if known:
            sign_in(owner, email)


# second factor


def code_of(secret: str, steps: int = 0) -> str:
    return TOTP(secret).at(int(time.time()), counter_offset=steps)


def test_second_factor_is_enabled_used_and_disabled(hospital: Hospital) -> None:
    email = "factor@example.org"
    person = hospital.register(email, "Fay Factor")
    confirm_email(hospital, person, email)
    assert made(person.http.get("/auth/me"), 200)["second_factor"] is False
    check_problem(person.http.post("/auth/mfa", json={"password": OTHER}), 403)
    check_problem(person.http.post("/auth/mfa/confirm", json={"otp": "000000"}), 409)
    prepared = made(person.http.post("/auth/mfa", json={"password": PASSWORD}))
    assert prepared["uri"].startswith("otpauth://totp/CarePlus%20Hospital:factor%40example.org?secret=" + prepared["secret"])
    assert prepared["qr"] == ["".join(map(str, row)) for row in segno.make_qr(prepared["uri"]).matrix_iter(border=4)]
    hospital.sign_in(email).http.close()
    wrong = person.http.post("/auth/mfa/confirm", json={"otp": "12345"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_otp")
    secret = prepared["secret"]
    codes = made(person.http.post("/auth/mfa/confirm", json={"otp": code_of(secret, -1)}), 200)["codes"]
    assert len(set(codes)) == 10
    assert made(person.http.get("/auth/me"), 200)["second_factor"] is True
    assert not any(one in stored(hospital) for one in (secret, *codes))
    check_problem(person.http.post("/auth/mfa", json={"password": PASSWORD}), 409)
    check_problem(person.http.delete("/auth/mfa"), 403)
    assert_asked_for(hospital, email, secret, codes)
    again = hospital.sign_in(email, otp=codes[1].replace("-", " ").upper())
    assert again.http.delete("/auth/mfa").status_code == 204
    check_problem(again.http.delete("/auth/mfa"), 409)
    hospital.sign_in(email).http.close()
    next_mail(hospital, email, "A second factor was switched on")
    next_mail(hospital, email, "The second factor was switched off")
    for one in (person, again):
        one.http.close()


def assert_asked_for(hospital: Hospital, email: str, secret: str, codes: list[str]) -> None:
    """Check that a code is requested only after the right password, and works once."""
    with hospital.client() as browser:

        def log_in(password: str, otp: str | None = None) -> tuple[int, str]:
            answer = browser.post("/auth/login", json={"email": email, "password": password, **({"otp": otp} if otp else {})})
            return answer.status_code, "" if answer.is_success else answer.json()["code"]

        assert log_in(OTHER) == (401, "invalid_credentials")
        assert log_in(PASSWORD) == (401, "otp_required")
        now = code_of(secret)
        assert log_in(PASSWORD, now) == (200, "")
        assert log_in(PASSWORD, now) == (401, "otp_required"), "a code works once"
        assert log_in(PASSWORD, codes[0]) == (200, "")
        assert log_in(PASSWORD, codes[0]) == (401, "otp_required")


def test_totp_code_sent_twice_opens_one_session(hospital: Hospital) -> None:
    email = "race@example.org"
    person = hospital.register(email, "Rae Race")
    secret = made(person.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    made(person.http.post("/auth/mfa/confirm", json={"otp": code_of(secret, -1)}), 200)
    body = {"email": email, "password": PASSWORD, "otp": code_of(secret)}
    with ThreadPoolExecutor(4) as threads:
        statuses = list(
            threads.map(lambda _: httpx.post(f"{hospital.url}/auth/login", json=body, timeout=30).status_code, range(4))
        )
    assert sorted(statuses) == [200, 401, 401, 401]
    person.http.close()


def test_totp_attempts_are_limited_too(hospital: Hospital) -> None:
    email = "otp.pace@example.org"
    person = hospital.register(email, "Otto Pace")
    secret = made(person.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    made(person.http.post("/auth/mfa/confirm", json={"otp": code_of(secret, -1)}), 200)
    statuses = []
    with hospital.client() as thief:
        # a sign-in without a code is not counted and resets no counter
        for otp in ({"otp": "000000"}, {}) * 8:
            statuses.append(thief.post("/auth/login", json={"email": email, "password": PASSWORD, **otp}).status_code)
    assert 429 in statuses
    person.http.close()


def test_old_sign_in_cannot_disable_second_factor(hospital: Hospital) -> None:
    email = "stale@example.org"
    person = hospital.register(email, "Sten Stale")
    secret = made(person.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    codes = made(person.http.post("/auth/mfa/confirm", json={"otp": code_of(secret)}), 200)["codes"]
    again = hospital.sign_in(email, otp=codes[0])
    change(hospital, "UPDATE sessions SET created_at = ? WHERE account_id = ?", ago(minutes=5, seconds=2), person.id)
    refused = again.http.delete("/auth/mfa")
    assert (refused.status_code, refused.json()["code"]) == (403, "fresh_sign_in_required")
    for one in (person, again):
        one.http.close()


def test_admin_disables_second_factor_of_a_lost_phone(hospital: Hospital, admin: Person) -> None:
    email = "lost@example.org"
    person = hospital.register(email, "Lou Lost")
    confirm_email(hospital, person, email)
    secret = made(person.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    made(person.http.post("/auth/mfa/confirm", json={"otp": code_of(secret)}), 200)
    account = f"/api/admin/accounts/{person.id}"
    check_problem(admin.http.put(account, json={"role": "patient", "active": True, "second_factor": True}), 422)
    helped = made(admin.http.put(account, json={"role": "patient", "active": True, "second_factor": False}), 200)
    assert helped["second_factor"] is False
    time.sleep(1.0)
    check_problem(person.http.get("/api/appointments"), 401)
    hospital.sign_in(email).http.close()
    next_mail(hospital, email, "The second factor was switched off")
    person.http.close()
