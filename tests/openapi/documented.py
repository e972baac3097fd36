"""Sends a request with an admitted role and checks that the OpenAPI document has the status of the answer."""

import json
from pathlib import Path
from typing import Any

from careplus_contracts.endpoints import Endpoint, Role
from tests.world import World

COMMITTED = Path(__file__).parents[2] / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(COMMITTED.read_text(encoding="utf-8"))
"""The committed document, which test_released.py compares with the contracts: building it takes seconds in each worker.

Tests change only copies.
"""
PATHS = DOCUMENT["paths"]


def send(world: World, endpoint: Endpoint[..., Any], query: str = "", ids: dict[str, Any] | None = None, **more: Any) -> int:
    """Send a request, check that its status is documented and below 500, and return the status."""
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
    """Return a valid body with ids of this world; None for an endpoint without a body."""
    return world.body(dict(endpoint.example)) if endpoint.example else None
