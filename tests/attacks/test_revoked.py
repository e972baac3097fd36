"""Within a second after a session ends, every endpoint of every service refuses its token.

Sign-out, deactivation, another role, another password or second factor, by the owner or an administrator, end sessions.
"""

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest
from pyotp import TOTP

from careplus_contracts.endpoints import Role
from careplus_contracts.registry import ENDPOINTS
from tests.attacks.listeners import clients, listeners
from tests.hospital import PASSWORD, Person, only_linux
from tests.mailbox import reset_code
from tests.world import World, made

pytestmark = only_linux

WITHIN_S = 1.0
NEW_PASSWORD = "nine-loud-kestrels"


@dataclass
class SessionToEnd:
    """A session to be ended, in its own browser, and its person signed in on another device."""

    world: World
    person: Person
    browser: httpx.Client
    email: str
    role: Role

    def update(self, **changed: object) -> None:
        """Change the account as an administrator."""
        body = {"role": self.role.value, "active": True, **changed}
        made(self.world.people["admin"].http.put(f"/api/admin/accounts/{self.person.id}", json=body), 200)


FinalStep = Callable[[], object]
"""The step that ends the session. Its preparation may take longer than a second, so it runs before."""


def sign_out(session: SessionToEnd) -> FinalStep:
    same_origin = {"Origin": f"http://localhost:{session.world.hospital.port}", "X-CarePlus": "1"}
    return lambda: session.browser.post("/auth/logout", headers=same_origin).raise_for_status()


def sign_out_from_device_list(session: SessionToEnd) -> FinalStep:
    """End the session from the list of devices, on another device."""
    sessions = made(session.browser.get("/auth/sessions"), 200)["items"]
    [current] = [session["id"] for session in sessions if session["current"]]
    return lambda: session.person.http.delete(f"/auth/sessions/{current}").raise_for_status()


def deactivate_account(session: SessionToEnd) -> FinalStep:
    return lambda: session.update(active=False)


def change_role(session: SessionToEnd) -> FinalStep:
    return lambda: session.update(role="lab" if session.role is Role.PATIENT else "patient")


def deactivate_and_reactivate(session: SessionToEnd) -> FinalStep:
    """Deactivate and reactivate the account, which must not restore its sessions."""

    def final_step() -> None:
        session.update(active=False)
        session.update(active=True)

    return final_step


def change_password(session: SessionToEnd) -> FinalStep:
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}

    def final_step() -> None:
        session.person.http.post("/auth/password", json=body).raise_for_status()
        assert session.person.http.get("/auth/me").status_code == 200, "the session that changed the password stays"

    return final_step


def reset_password(session: SessionToEnd) -> FinalStep:
    session.browser.post("/auth/password/forgot", json={"email": session.email}).raise_for_status()
    body = {"code": reset_code(session.world.hospital, session.email), "new_password": NEW_PASSWORD}
    return lambda: session.browser.post("/auth/password/reset", json=body).raise_for_status()


def remove_second_factor(session: SessionToEnd) -> FinalStep:
    """Disable the second factor as an administrator, as for a lost phone.

    Switching it on ended the session of the browser, so that the browser signs in again with a recovery code.
    """
    secret = made(session.person.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    codes = made(session.person.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).now()}), 200)["codes"]
    sign_in(session.browser, session.email, otp=codes[0])
    return lambda: session.update(second_factor=False)


ENDINGS = (
    *(sign_out, sign_out_from_device_list, deactivate_account, change_role, deactivate_and_reactivate),
    *(change_password, reset_password, remove_second_factor),
)


def sign_in(browser: httpx.Client, email: str, **more: str) -> None:
    token = made(browser.post("/auth/login", json={"email": email, "password": PASSWORD, **more}), 200)["access_token"]
    browser.headers["Authorization"] = f"Bearer {token}"


def new_account(world: World, email: str, role: Role) -> Person:
    hospital, name = world.hospital, "Rea Revoked"
    return hospital.register(email, name) if role is Role.PATIENT else hospital.invite(world.people["admin"], email, name, role)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__)
def test_ended_session_is_401_at_every_endpoint(world: World, ending: Callable[[SessionToEnd], FinalStep]) -> None:
    with ThreadPoolExecutor(len(Role)) as at_once:
        accepted = dict(zip(Role, at_once.map(lambda role: accepted_after(world, role, ending), Role), strict=True))
    assert accepted == {role: [] for role in Role}


def accepted_after(world: World, role: Role, ending: Callable[[SessionToEnd], FinalStep]) -> list[tuple[str, str, int]]:
    """Return the process, endpoint and status of each request that a token could make a second after its session ended."""
    email = f"{secrets.token_hex(6)}@example.org"
    person = new_account(world, email, role)
    endpoints = [endpoint for endpoint in ENDPOINTS if not endpoint.public and endpoint.admits(role)]
    accepted = []
    with world.hospital.client() as browser, clients(listeners(world.hospital)) as http_clients:
        sign_in(browser, email)
        final_step = ending(SessionToEnd(world, person, browser, email, role))
        for client in http_clients.values():
            client.headers["Authorization"] = browser.headers["Authorization"]
        # each service has just cached the session as valid
        for service in {endpoint.service for endpoint in endpoints}:
            read = next(one for one in endpoints if one.service == service and one.method == "GET" and "{" not in one.path)
            for name in (service, "gateway"):
                assert http_clients[name].get(read.path).status_code == 200
        final_step()
        time.sleep(WITHIN_S)
        for endpoint in endpoints:
            for name in (endpoint.service, "gateway"):
                answer = http_clients[name].request(
                    endpoint.method, endpoint.path.format(**world.ids), json={"unknown": True} if endpoint.body else None
                )
                if answer.status_code != 401 or answer.json()["code"] != "unauthenticated":
                    accepted.append((name, endpoint.name, answer.status_code))
    person.http.close()
    return accepted
