"""Every endpoint, tried by everybody: what the contract says is what happens. Whose record it is: `tests/attacks`."""

import time
from typing import Any

import httpx
import pytest

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.everything import ENDPOINTS
from careplus_contracts.refusals import Problem
from careplus_runtime.tokens import SigningKey
from tests.world import World

GUARDED = [endpoint for endpoint in ENDPOINTS if not endpoint.public]
QUERIES = {"search_patients": "?full_name=Pia+Novak&date_of_birth=1984-05-17"}
"""What a read must be asked with."""


def named(endpoint: Endpoint[..., Any]) -> str:
    return endpoint.name


def path_of(endpoint: Endpoint[..., Any], ids: dict[str, Any]) -> str:
    return endpoint.path.format(**ids)


def send(http: httpx.Client, endpoint: Endpoint[..., Any], path: str, body: Any = None, **headers: str) -> httpx.Response:
    content = None if body is None else {"json": body}
    return http.request(endpoint.method, path, headers=headers, **(content or {}))


def check_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate({name: answer.json().get(name) for name in Problem.model_fields})
    assert problem.status == status
    assert problem.request_id == answer.headers["x-request-id"]


@pytest.mark.parametrize("endpoint", GUARDED, ids=named)
@pytest.mark.parametrize("token", [None, "garbage", "a.b.c", "expired"])
def test_nobody_gets_in_without_a_valid_token(world: World, endpoint: Endpoint[..., Any], token: str | None) -> None:
    if token == "expired":
        role = min(endpoint.roles) if not endpoint.public else Role.PATIENT  # type: ignore[arg-type]
        token = SigningKey.from_secret(world.hospital.secret).sign(1, Role(role), "s" * 20, int(time.time()) - 700)
    with world.hospital.client(token) as http:
        # a body that would be refused, to show that nobody looked at it
        answer = send(http, endpoint, path_of(endpoint, world.ids), {"unknown": True} if endpoint.body else None)
    check_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("endpoint", "role"),
    [
        pytest.param(endpoint, role, id=f"{endpoint.name}-{role}")
        for endpoint in GUARDED
        for role in Role
        if not endpoint.admits(role)
    ],
)
def test_the_wrong_role_is_refused_before_the_body(world: World, endpoint: Endpoint[..., Any], role: Role) -> None:
    person = world.people[role.value]
    check_problem(send(person.http, endpoint, path_of(endpoint, world.ids), {"unknown": True} if endpoint.body else None), 403)


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.body is not None], ids=named)
def test_the_right_role_with_a_wrong_body_is_told_what_is_wrong(world: World, endpoint: Endpoint[..., Any]) -> None:
    person = next(person for name, person in world.people.items() if endpoint.public or endpoint.admits(_role(name)))
    bodies: tuple[Any, ...] = ({"surprise": 1, **world.body(dict(endpoint.example or {}))}, [], "text", 7)
    for body in bodies:
        answer = send(person.http, endpoint, path_of(endpoint, world.ids), body)
        check_problem(answer, 422)
        assert answer.json()["errors"]
        assert all(error["field"].startswith("body") for error in answer.json()["errors"])


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.method == "GET"], ids=named)
def test_whoever_may_read_reads(world: World, endpoint: Endpoint[..., Any]) -> None:
    for name in ("patient", "doctor", "lab", "admin"):
        if endpoint.public or endpoint.admits(_role(name)):
            answer = send(world.people[name].http, endpoint, path_of(endpoint, world.ids) + QUERIES.get(endpoint.name, ""))
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"].startswith(endpoint.media_type)
            assert answer.headers["cache-control"] == "no-store"
            if endpoint.polled:
                again = send(world.people[name].http, endpoint, endpoint.path, **{"If-None-Match": answer.headers["etag"]})
                assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.versioned], ids=named)
def test_a_stale_version_is_refused(world: World, endpoint: Endpoint[..., Any]) -> None:
    name = next(name for name in ("patient", "doctor", "lab", "admin") if endpoint.admits(_role(name)))
    body = world.body(dict(endpoint.example or {})) if endpoint.example else None
    answer = send(world.people[name].http, endpoint, path_of(endpoint, world.ids), body, **{"If-Match": '"999"'})
    check_problem(answer, 412)
    assert answer.json()["version"] < 999


def _role(name: str) -> Role:
    return Role(name.removeprefix("other_"))
