"""Whoever was signed out, closed or given another role is nobody within a second, at every endpoint of every service."""

import secrets
import time
from collections.abc import Callable

import httpx
import pytest

from careplus_contracts.endpoints import Role
from careplus_contracts.everything import ENDPOINTS
from tests.hospital import PASSWORD, Hospital, Person
from tests.world import World, made

WITHIN_S = 1.0


def sign_out(world: World, person: Person, browser: httpx.Client) -> None:
    ours = {"Origin": f"http://localhost:{world.hospital.port}", "X-CarePlus": "1"}
    assert browser.post("/auth/logout", headers=ours).status_code == 204


def close(world: World, person: Person, browser: httpx.Client) -> None:
    _update(world, person, role=person.http.get("/auth/me").json()["role"], active=False)


def give_another_role(world: World, person: Person, browser: httpx.Client) -> None:
    role = person.http.get("/auth/me").json()["role"]
    _update(world, person, role="lab" if role == "patient" else "patient", active=True)


def close_and_open_again(world: World, person: Person, browser: httpx.Client) -> None:
    """The account is as it was, its sessions are not."""
    close(world, person, browser)
    account = world.people["admin"].http.get(f"/api/admin/accounts/{person.id}").json()
    _update(world, person, role=account["role"], active=True)


def _update(world: World, person: Person, *, role: str, active: bool) -> None:
    made(world.people["admin"].http.put(f"/api/admin/accounts/{person.id}", json={"role": role, "active": active}), 200)


def newcomer(hospital: Hospital, admin: Person, role: Role) -> Person:
    email, name = f"{secrets.token_hex(6)}@example.org", "Rea Revoked"
    return hospital.register(email, name) if role is Role.PATIENT else hospital.invite(admin, email, name, role.value)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("end", [sign_out, close, give_another_role, close_and_open_again], ids=lambda end: end.__name__)
def test_a_session_that_ended_opens_nothing(world: World, role: Role, end: Callable[[World, Person, httpx.Client], None]) -> None:
    person = newcomer(world.hospital, world.people["admin"], role)
    email = person.http.get("/auth/me").json()["email"]
    with world.hospital.client() as browser:
        token = made(browser.post("/auth/login", json={"email": email, "password": PASSWORD}), 200)["access_token"]
        guarded = [endpoint for endpoint in ENDPOINTS if not endpoint.public and endpoint.admits(role)]
        with world.hospital.client(token) as http:
            # every service has seen it while it was good
            for service in {endpoint.service for endpoint in guarded}:
                read = next(one for one in guarded if one.service == service and one.method == "GET" and "{" not in one.path)
                assert http.get(read.path).status_code == 200
            end(world, person, browser)
            time.sleep(WITHIN_S)
            opened = []
            for endpoint in guarded:
                answer = http.request(
                    endpoint.method, endpoint.path.format(**world.ids), json={"unknown": True} if endpoint.body else None
                )
                if (answer.status_code, answer.json().get("code")) != (401, "unauthenticated"):
                    opened.append((endpoint.name, answer.status_code))
            assert opened == []
    person.http.close()
