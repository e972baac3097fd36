"""Every endpoint, called with every role and token: the answer is that of the contract. Records of others: `tests/attacks`."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.refusals import Problem
from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.identity.tokens import LIFETIME_S, SigningKey, public_keys, verify
from tests.acts.act import first_person
from tests.acts.catalogue import act_of
from tests.attacks.listeners import clients, listeners
from tests.hospital import Person, only_linux
from tests.world import World

GUARDED = [endpoint for endpoint in ENDPOINTS if not endpoint.public]
FOR_ROLES = [endpoint for endpoint in GUARDED if not endpoint.takes_own_token]
OF_OWN_TOKEN = [endpoint for endpoint in GUARDED if endpoint.takes_own_token]


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


def signed_ago(world: World, person: Person, seconds: int) -> str:
    """Return a token of this person's account, role and session, signed with the hospital's key as of some seconds ago."""
    key = SigningKey.from_secret(world.hospital.secret)
    who = verify(person.token, public_keys([key.public_jwk]), time.time())
    return key.sign(who.id, who.role, who.sid, int(time.time()) - seconds)


def expired(world: World, endpoint: Endpoint[..., Any]) -> list[str]:
    """Return a token of each role that may call, expired a second ago."""
    return [signed_ago(world, world.people[role.value], LIFETIME_S + 1) for role in Role if endpoint.admits(role)]


def bearing(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def refusable(endpoint: Endpoint[..., Any]) -> dict[str, bool] | None:
    """Return a body that would be refused with 422, or None where the endpoint takes none."""
    return {"unknown": True} if endpoint.body else None


@pytest.fixture(scope="module")
def ports(world: World) -> Iterator[dict[str, httpx.Client]]:
    """Yield a client for each service's own port, past the gateway."""
    with clients(listeners(world.hospital)) as opened:
        yield opened


@pytest.mark.parametrize("endpoint", GUARDED, ids=named)
def test_missing_or_invalid_token_is_401(world: World, endpoint: Endpoint[..., Any]) -> None:
    with world.hospital.client() as http:
        for token in (None, "garbage", "a.b.c", *expired(world, endpoint)):
            answer = send(http, endpoint, path_of(endpoint, world.ids), refusable(endpoint), **bearing(token))
            check_problem(answer, 401)
            assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("role", list(Role))
def test_same_tokens_are_valid_before_they_expire(world: World, role: Role) -> None:
    # the tokens above are refused for their age only
    with world.hospital.client(signed_ago(world, world.people[role.value], LIFETIME_S - 60)) as http:
        assert http.get("/auth/me").status_code == 200


@only_linux
@pytest.mark.parametrize("endpoint", GUARDED, ids=named)
def test_services_check_tokens_and_roles_themselves(
    world: World, ports: dict[str, httpx.Client], endpoint: Endpoint[..., Any]
) -> None:
    def ask(token: str | None) -> httpx.Response:
        path = path_of(endpoint, world.ids) + act_of(endpoint).query_of(world.ids)
        return send(ports[endpoint.service], endpoint, path, refusable(endpoint), **bearing(token))

    for token in (None, "garbage", "a.b.c", *expired(world, endpoint)):
        check_problem(ask(token), 401)
    for role in Role:
        token = world.people[role.value].token
        if endpoint.takes_own_token:
            check_problem(ask(token), 401)
        elif not endpoint.admits(role):
            check_problem(ask(token), 403)
        elif endpoint.body or endpoint.method == "GET":
            assert ask(token).status_code in {200, 404, 422}, "a role that may call is not refused"


@pytest.mark.parametrize(
    ("endpoint", "role"),
    [
        pytest.param(endpoint, role, id=f"{endpoint.name}-{role}")
        for endpoint in FOR_ROLES
        for role in Role
        if not endpoint.admits(role)
    ],
)
def test_wrong_role_is_refused_before_the_body_is_read(world: World, endpoint: Endpoint[..., Any], role: Role) -> None:
    person = world.people[role.value]
    check_problem(send(person.http, endpoint, path_of(endpoint, world.ids), refusable(endpoint)), 403)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("endpoint", OF_OWN_TOKEN, ids=named)
def test_own_token_is_never_that_of_an_account(world: World, endpoint: Endpoint[..., Any], role: Role) -> None:
    check_problem(send(world.people[role.value].http, endpoint, path_of(endpoint, world.ids)), 401)
    with world.hospital.client("A" * 43) as http:
        check_problem(send(http, endpoint, path_of(endpoint, world.ids)), 401)


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.body is not None], ids=named)
def test_malformed_body_names_its_errors(world: World, endpoint: Endpoint[..., Any]) -> None:
    person = next(person for name, person in world.people.items() if endpoint.public or endpoint.admits(_role(name)))
    bodies: tuple[Any, ...] = ({"surprise": 1, **world.body(dict(endpoint.example or {}))}, [], "text", 7)
    for body in bodies:
        answer = send(person.http, endpoint, path_of(endpoint, world.ids), body)
        check_problem(answer, 422)
        assert answer.json()["errors"]
        assert all(error["field"].startswith("body") for error in answer.json()["errors"])


KEPT = {"list_tests"}
"""Answers without personal data, which a browser keeps and asks about."""


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.method == "GET"], ids=named)
def test_every_get_succeeds_for_roles_that_may_call(world: World, endpoint: Endpoint[..., Any]) -> None:
    for name in ("patient", "doctor", "lab", "reception", "admin"):
        if endpoint.public or endpoint.admits(_role(name)):
            answer = send(world.people[name].http, endpoint, path_of(endpoint, world.ids) + act_of(endpoint).query_of(world.ids))
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"].startswith(endpoint.media_type)
            assert answer.headers["cache-control"] == ("private, no-cache" if endpoint.name in KEPT else "no-store")
            if endpoint.conditional:
                again = send(
                    world.people[name].http, endpoint, path_of(endpoint, world.ids), **{"If-None-Match": answer.headers["etag"]}
                )
                assert (again.status_code, again.content) == (304, b"")


ASKED = [endpoint for endpoint in ENDPOINTS if endpoint.path not in {"/health", "/ready"} and not endpoint.takes_own_token]


def refused_field(answer: httpx.Response) -> str:
    check_problem(answer, 422)
    [error] = answer.json()["errors"]
    return f"{error['field']}: {error['message']}"


@only_linux
@pytest.mark.parametrize("endpoint", ASKED, ids=named)
def test_unknown_and_repeated_parameters_are_422(
    world: World, ports: dict[str, httpx.Client], endpoint: Endpoint[..., Any]
) -> None:
    person = next(person for name, person in world.people.items() if endpoint.public or endpoint.admits(_role(name)))
    path, query = path_of(endpoint, world.ids), act_of(endpoint).query_of(world.ids)
    known = [name.rstrip("_") for name in endpoint.parameters if f"{{{name}}}" not in endpoint.path]
    for http in (person.http, ports[endpoint.service]):
        # the body would be refused too, after the query
        misspelled = send(http, endpoint, f"{path}{query or '?'}&doctr_id=7", refusable(endpoint), **bearing(person.token))
        text = refused_field(misspelled)
        assert text.startswith("query.doctr_id: unknown parameter")
        assert all(name in text for name in known)
        for name in known:
            twice = send(http, endpoint, f"{path}{query or '?'}&{name}=1&{name}=1", refusable(endpoint), **bearing(person.token))
            assert refused_field(twice) == f"query.{name}: send this parameter once"


def test_misspelled_filter_is_refused_with_the_right_name(world: World) -> None:
    answer = world.people["admin"].http.get("/api/admin/appointments?doctr_id=7")
    assert refused_field(answer).startswith("query.doctr_id: unknown parameter, did you mean doctor_id; known are doctor_id, ")


@pytest.mark.parametrize("path", ["/health", "/ready", "/openapi.json", "/docs", "/docs/problems", "/"])
def test_probes_documents_and_pages_ignore_queries(world: World, path: str) -> None:
    assert world.people["patient"].http.get(f"{path}?utm_source=mail&utm_source=mail").status_code == 200


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.versioned], ids=named)
def test_stale_version_is_refused(world: World, endpoint: Endpoint[..., Any]) -> None:
    body = world.body(dict(endpoint.example or {})) if endpoint.example else None
    answer = send(
        world.people[first_person(endpoint)].http, endpoint, path_of(endpoint, world.ids), body, **{"If-Match": '"999"'}
    )
    check_problem(answer, 412)
    assert answer.json()["version"] < 999


def _role(name: str) -> Role:
    return Role(name.removeprefix("other_"))
