"""Sign-on of a running hospital with a certified provider, and without it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.audit.audit_rows import of_request
from tests.auth.real_provider import RealProvider, needs_provider, prove_identity, running
from tests.hospital import ADMIN, PASSWORD, Hospital, Person
from tests.journeys.test_accounts import bearer, ours
from tests.mailbox import next_mail
from tests.world import made

pytestmark = [needs_provider, pytest.mark.process]
OSEI = "osei@example.org"
ACCOUNTS = {
    "osei": {"email": OSEI, "email_verified": True, "groups": ["doctors"]},
    "unverified": {"email": OSEI, "email_verified": False, "groups": ["doctors"]},
    "retired": {"email": OSEI, "email_verified": True, "groups": ["retired"]},
}


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    return Hospital(tmp_path_factory.mktemp("hospital"))


@pytest.fixture(scope="module")
def provider(hospital: Hospital) -> Iterator[RealProvider]:
    with running(hospital, ACCOUNTS) as found:
        hospital.extra = {**found.settings, "CAREPLUS_ORIGINS": hospital.url}
        with hospital.running_with_admin():
            yield found


@pytest.fixture(scope="module")
def admin(hospital: Hospital, provider: RealProvider) -> Iterator[Person]:
    person = hospital.sign_in(ADMIN)
    hospital.add_doctor(person, OSEI, "Dr Ama Osei", "Cardiology").http.close()
    yield person
    person.http.close()


def from_portal(hospital: Hospital) -> dict[str, str]:
    return {**ours(hospital), "Origin": hospital.url}


def signed_on(hospital: Hospital, browser: httpx.Client, login: str, request_id: str) -> httpx.Response:
    address = made(browser.post("/auth/oidc/start", headers=from_portal(hospital)), 200)["url"]
    body = prove_identity(address, login, f"{hospital.url}/sign-in")
    return browser.post("/auth/oidc/callback", json=body, headers={**from_portal(hospital), "X-Request-Id": request_id})


def event_of(hospital: Hospital, request_id: str) -> dict[str, Any]:
    """Wait for the event of a refused request: on a busy machine it follows the answer."""
    deadline = time.monotonic() + 20
    while not (found := of_request(hospital, request_id)):
        assert time.monotonic() < deadline, "the refusal left no event"
        time.sleep(0.1)
    [event] = found
    return event


def test_sign_on_opens_an_ordinary_session(hospital: Hospital, provider: RealProvider, admin: Person) -> None:
    with hospital.client() as browser:
        assert browser.get("/api/config").json()["sign_on"] == "Clinic account"
        opened = made(signed_on(hospital, browser, "osei", "sign-on-journey-1"), 200)
        own = bearer(opened["access_token"])
        assert browser.get("/api/doctor/appointments", headers=own).status_code == 200
        [event] = of_request(hospital, "sign-on-journey-1")
        assert (event["action"], event["outcome"], event["account_id"]) == ("sign_on", "ok", opened["account"]["id"])
        assert event["session_id"] in {one["id"] for one in made(browser.get("/auth/sessions", headers=own), 200)["items"]}
        next_mail(hospital, OSEI, "Your account was linked to the hospital's sign-on")
        made(browser.post("/auth/refresh", headers=from_portal(hospital)), 200)
        # an administrator ends it like any other
        sessions = f"/api/admin/accounts/{opened['account']['id']}/sessions"
        assert admin.http.delete(f"{sessions}/{event['session_id']}").status_code == 204
        assert browser.post("/auth/refresh", headers=from_portal(hospital)).status_code == 401


@pytest.mark.parametrize(("login", "cause"), [("unverified", "email_unverified"), ("retired", "role")])
def test_identity_without_right_is_refused_and_audited(
    hospital: Hospital, provider: RealProvider, admin: Person, login: str, cause: str
) -> None:
    with hospital.client() as browser:
        refused = signed_on(hospital, browser, login, f"sign-on-{login}")
        assert (refused.status_code, refused.json()["cause"]) == (403, cause)
        event = event_of(hospital, f"sign-on-{login}")
        assert (event["action"], event["outcome"], event["reason"]) == ("sign_on", "sign_on_refused", cause)
        assert "careplus-refresh" not in browser.cookies


def test_sign_on_secrets_are_in_no_log(hospital: Hospital, provider: RealProvider, admin: Person) -> None:
    with hospital.client() as browser:
        opened = made(signed_on(hospital, browser, "osei", "sign-on-journey-2"), 200)
        logged = Path(hospital.log).read_text()
        for secret in (OSEI, "subject-osei", opened["access_token"], provider.settings["CAREPLUS_OIDC_CLIENT_SECRET"]):
            assert secret not in logged


def test_provider_down_leaves_the_password(hospital: Hospital, provider: RealProvider, admin: Person, tmp_path: Path) -> None:
    # a hospital that never reached its provider
    alone = Hospital(tmp_path)
    alone.extra = {**hospital.extra, "CAREPLUS_OIDC_ISSUER": "http://127.0.0.1:9", "CAREPLUS_ORIGINS": alone.url}
    with alone.running_with_admin(), alone.client() as browser:
        begun = time.monotonic()
        refused = browser.post("/auth/oidc/start", headers=from_portal(alone))
        assert (refused.status_code, refused.json()["code"]) == (503, "sign_on_unavailable")
        assert time.monotonic() - begun < 5
        assert refused.headers["retry-after"] == "10"
        made(browser.post("/auth/login", json={"email": ADMIN, "password": PASSWORD}), 200)
