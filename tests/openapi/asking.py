"""Asks as somebody who may, and looks whether the answer is one that the document has."""

from typing import Any

from careplus_contracts.endpoints import Endpoint, Role
from careplus_runtime.http.openapi import document
from tests.world import World

PATHS = document()["paths"]


def send(world: World, endpoint: Endpoint[..., Any], query: str = "", ids: dict[str, Any] | None = None, **more: Any) -> int:
    """The status, after looking whether it is a documented one."""
    role = next(role for role in Role if endpoint.admits(role))
    path = endpoint.path.format(**{**world.ids, **(ids or {})})
    answer = world.people[role].http.request(endpoint.method, f"{path}?{query}" if query else path, **more)
    documented = PATHS[endpoint.path][endpoint.method.lower()]["responses"]
    assert answer.status_code < 500, (query or ids or more, answer.text)
    assert str(answer.status_code) in documented, (query or ids or more, answer.text)
    if answer.is_error:
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
    return answer.status_code


def example(endpoint: Endpoint[..., Any], world: World) -> dict[str, Any] | None:
    """A body that is right here; None: it takes no body."""
    return world.body(dict(endpoint.example)) if endpoint.example else None
