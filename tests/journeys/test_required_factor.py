"""Roles that need a second factor: without one, a sign-in serves only to switch it on."""

import re
from collections.abc import Iterator

import pytest
from pyotp import TOTP

from careplus_contracts.endpoints import Role
from careplus_contracts.registry import ENDPOINTS
from tests.attacks.listeners import clients, listeners
from tests.authenticator import register, request_of
from tests.hospital import ADMIN, PASSWORD, Hospital
from tests.journeys.test_accounts import ago, bearer, change, ours, sign_in
from tests.test_every_endpoint import check_problem
from tests.world import made

PEOPLE = "/api/admin/accounts"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """Run a hospital that demands a second factor of administrators and doctors."""
    folder = tmp_path_factory.mktemp("strict")
    with Hospital(folder, extra={"CAREPLUS_SECOND_FACTOR_ROLES": "admin, doctor"}).running_with_admin() as running:
        yield running


def test_token_without_demanded_factor_is_refused_everywhere(strict: Hospital) -> None:
    with strict.client() as browser, clients(listeners(strict)) as processes:
        own = bearer(sign_in(browser, ADMIN))
        for endpoint in ENDPOINTS:
            if endpoint.public or not endpoint.admits(Role.ADMIN) or endpoint.while_enrolling or endpoint.service == "gateway":
                continue
            path = re.sub(r"{\w+}", "1", endpoint.path)
            for process in ("gateway", endpoint.service):
                refused = processes[process].request(endpoint.method, path, headers=own)
                check_problem(refused, 403)
                assert "needs a second factor" in refused.json()["detail"], (process, endpoint.name)


def test_switched_on_factor_opens_the_role(strict: Hospital) -> None:
    with strict.client() as browser:
        answer = made(browser.post("/auth/login", json={"email": ADMIN, "password": PASSWORD}), 200)
        assert answer["must_enrol"] is True
        own = bearer(answer["access_token"])
        # a public endpoint does not take the token for an administrator's either
        staff = {"email": "lab@example.org", "password": PASSWORD, "full_name": "Lea Labor", "role": "lab"}
        check_problem(browser.post("/auth/register", json=staff, headers=own), 403)
        secret = made(browser.post("/auth/mfa", json={"password": PASSWORD}, headers=own))["secret"]
        made(browser.post("/auth/mfa/confirm", json={"otp": TOTP(secret).now()}, headers=own), 200)
        check_problem(browser.get(PEOPLE, headers=own), 403)
        renewed = made(browser.post("/auth/refresh", headers=ours(strict)), 200)
        assert renewed["must_enrol"] is False
        assert browser.get(PEOPLE, headers=bearer(renewed["access_token"])).status_code == 200


def test_link_without_demanded_factor_opens_no_record(strict: Hospital) -> None:
    email = "linked.admin@example.org"
    created = strict.careplus("admin", "create", "--email", email, "--name", "Ada Linked", stdin=f"{PASSWORD}\n")
    assert created.returncode == 0, created.stderr
    record = strict.register("linked.record@example.org", "Ada Linked")
    with strict.client() as browser:
        opened = made(browser.post("/auth/login", json={"email": email, "password": PASSWORD}), 200)
        link = "INSERT INTO linked_records (work_account_id, record_account_id, linked_at) VALUES (?, ?, ?)"
        change(strict, link, opened["account"]["id"], record.id, ago(seconds=0))
        check_problem(browser.post("/auth/switch", json={"to": "record"}, headers=ours(strict)), 403)
    record.http.close()


def test_passkey_opens_the_role(strict: Hospital) -> None:
    email = "second.admin@example.org"
    created = strict.careplus("admin", "create", "--email", email, "--name", "Abe Admin", stdin=f"{PASSWORD}\n")
    assert created.returncode == 0, created.stderr
    person = strict.sign_in(email)
    check_problem(person.http.get(PEOPLE), 403)
    passkey, registered = register(strict, person)
    assert len(registered["codes"]) == 10
    again = strict.sign_in(email, passkey=passkey.get(request_of(strict, email)))
    assert again.http.get(PEOPLE).status_code == 200
    # without it the role needs one again
    assert again.http.delete(f"/auth/passkeys/{registered['passkey']['id']}").status_code == 204
    after = strict.sign_in(email)
    check_problem(after.http.get(PEOPLE), 403)
    for one in (person, again, after):
        one.http.close()


def test_role_without_demand_signs_in_as_before(strict: Hospital) -> None:
    person = strict.register("free@example.org", "Pat Free")
    assert person.http.get("/api/appointments").status_code == 200
    person.http.close()


def test_enrolment_opens_the_own_account_only() -> None:
    assert {endpoint.name for endpoint in ENDPOINTS if endpoint.while_enrolling} == {
        *("me", "choose_language", "list_sessions", "end_session", "change_password"),
        *("prepare_second_factor", "confirm_second_factor"),
        *("show_second_factor", "prepare_passkey", "register_passkey"),
    }
