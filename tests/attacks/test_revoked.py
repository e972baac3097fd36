"""An ended session opens no endpoint of any service within a second.

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
from tests.attacks.listeners import clients, gates
from tests.hospital import PASSWORD, Person, only_linux
from tests.mailbox import reset_code
from tests.world import World, made

pytestmark = only_linux

WITHIN_S = 1.0
OTHER = "nine-loud-kestrels"


@dataclass
class Ending:
    """A session that is about to end, in its own browser, and its person on another device."""

    world: World
    person: Person
    browser: httpx.Client
    email: str
    role: Role

    def update(self, **changed: object) -> None:
        """As an administrator."""
        body = {"role": self.role.value, "active": True, **changed}
        made(self.world.people["admin"].http.put(f"/api/admin/accounts/{self.person.id}", json=body), 200)


Last = Callable[[], object]
"""The step that ends the session, after its preparation, which may take longer than a second."""


def sign_out(ending: Ending) -> Last:
    ours = {"Origin": f"http://localhost:{ending.world.hospital.port}", "X-CarePlus": "1"}
    return lambda: ending.browser.post("/auth/logout", headers=ours).raise_for_status()


def sign_out_elsewhere(ending: Ending) -> Last:
    """From the list of devices that one is signed in on."""
    sessions = made(ending.browser.get("/auth/sessions"), 200)["items"]
    [current] = [session["id"] for session in sessions if session["current"]]
    return lambda: ending.person.http.delete(f"/auth/sessions/{current}").raise_for_status()


def close(ending: Ending) -> Last:
    return lambda: ending.update(active=False)


def give_another_role(ending: Ending) -> Last:
    return lambda: ending.update(role="lab" if ending.role is Role.PATIENT else "patient")


def close_and_open_again(ending: Ending) -> Last:
    """The account is as it was, its sessions are not."""

    def last() -> None:
        ending.update(active=False)
        ending.update(active=True)

    return last


def change_the_password(ending: Ending) -> Last:
    body = {"current_password": PASSWORD, "new_password": OTHER}

    def last() -> None:
        ending.person.http.post("/auth/password", json=body).raise_for_status()
        assert ending.person.http.get("/auth/me").status_code == 200, "who changed it stays"

    return last


def choose_a_password_by_mail(ending: Ending) -> Last:
    ending.browser.post("/auth/password/forgot", json={"email": ending.email}).raise_for_status()
    body = {"code": reset_code(ending.world.hospital, ending.email), "new_password": OTHER}
    return lambda: ending.browser.post("/auth/password/reset", json=body).raise_for_status()


def take_the_second_factor_away(ending: Ending) -> Last:
    """An administrator removes it for a person with a lost phone."""
    secret = made(ending.person.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    made(ending.person.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).now()}), 200)
    return lambda: ending.update(second_factor=False)


WAYS = (
    *(sign_out, sign_out_elsewhere, close, give_another_role, close_and_open_again),
    *(change_the_password, choose_a_password_by_mail, take_the_second_factor_away),
)


def newcomer(world: World, email: str, role: Role) -> Person:
    hospital, name = world.hospital, "Rea Revoked"
    return hospital.register(email, name) if role is Role.PATIENT else hospital.invite(world.people["admin"], email, name, role)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_ended_session_is_401_at_every_endpoint(world: World, way: Callable[[Ending], Last]) -> None:
    with ThreadPoolExecutor(len(Role)) as at_once:
        opened = dict(zip(Role, at_once.map(lambda role: opened_after(world, role, way), Role), strict=True))
    assert opened == {role: [] for role in Role}


def opened_after(world: World, role: Role, way: Callable[[Ending], Last]) -> list[tuple[str, str, int]]:
    """Return the process, endpoint and status of each request that a token could make a second after its session ended."""
    email = f"{secrets.token_hex(6)}@example.org"
    person = newcomer(world, email, role)
    guarded = [endpoint for endpoint in ENDPOINTS if not endpoint.public and endpoint.admits(role)]
    opened = []
    with world.hospital.client() as browser, clients(gates(world.hospital)) as doors:
        token = made(browser.post("/auth/login", json={"email": email, "password": PASSWORD}), 200)["access_token"]
        browser.headers["Authorization"] = f"Bearer {token}"
        last = way(Ending(world, person, browser, email, role))
        for door in doors.values():
            door.headers["Authorization"] = f"Bearer {token}"
        # every service has seen it just now, while it was good
        for service in {endpoint.service for endpoint in guarded}:
            read = next(one for one in guarded if one.service == service and one.method == "GET" and "{" not in one.path)
            for name in (service, "gateway"):
                assert doors[name].get(read.path).status_code == 200
        last()
        time.sleep(WITHIN_S)
        for endpoint in guarded:
            for name in (endpoint.service, "gateway"):
                answer = doors[name].request(
                    endpoint.method, endpoint.path.format(**world.ids), json={"unknown": True} if endpoint.body else None
                )
                if answer.status_code != 401 or answer.json()["code"] != "unauthenticated":
                    opened.append((name, endpoint.name, answer.status_code))
    person.http.close()
    return opened
