"""Members that only the server sets, sent with every body: refused by name, and no row changes."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.registry import ENDPOINTS
from tests.attacks.db_assertions import contents
from tests.world import World

SERVER_SET: dict[str, Any] = {
    # identity and permissions
    **{"id": 1, "sub": "1", "account_id": 1, "user_id": 1, "role": "admin", "roles": ["admin"], "is_admin": True},
    **{"active": True, "account_active": True, "email_verified": True, "verified": True, "mfa": False, "sid": "s" * 24},
    **{"email_confirmed": True, "email_confirmed_at": "2030-01-07T09:00:00Z"},
    **{"password": "seven-quiet-herons", "password_hash": "$argon2id$v=19$m=8,t=1,p=1$YWFhYWFhYWE$YWFh", "permissions": ["*"]},
    # owner
    **{"patient_id": 1, "doctor_id": 1, "from_doctor_id": 1, "ordered_by_id": 1, "author_id": 1, "owner": 1, "tenant_id": 1},
    # state
    **{"version": 99, "status": "completed", "reference": "CP-0000-0000", "created_at": "2030-01-07T09:00:00Z"},
    **{"updated_at": "2030-01-07T09:00:00Z", "signed_at": "2030-01-07T09:00:00Z", "released_at": "2030-01-07T09:00:00Z"},
    **{"verified_by": 1, "cancelled_by": "admin", "flag": "normal", "critical": False, "price": 0, "price_minor": 0},
    # members that other frameworks interpret
    **{"_id": 1, "__proto__": {"role": "admin"}, "constructor": {}, "$set": {"role": "admin"}, "Role": "admin", "ROLE": "admin"},
}
WITH_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.body is not None and endpoint.example]


def test_server_set_members_are_over_40() -> None:
    assert len(SERVER_SET) >= 40
    assert {endpoint.name for endpoint in ENDPOINTS if endpoint.body is not None} == {one.name for one in WITH_BODY}


def model_of(endpoint: Endpoint[..., Any]) -> type[BaseModel]:
    assert endpoint.body is not None
    kinds = [endpoint.body.annotation, *get_args(endpoint.body.annotation)]
    return next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))


def objects(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of each object in a body, the body itself included."""
    if isinstance(value, dict):
        yield at
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from objects(value[key], (*at, key))


def test_server_set_members_are_refused(world: World) -> None:
    for person in world.people.values():
        person.signed_in.renew()
    before = contents(world.hospital)
    for endpoint in WITH_BODY:
        person = next(person for name, person in world.people.items() if endpoint.admits(Role(name.removeprefix("other_"))))
        own = set(model_of(endpoint).model_fields)
        path = endpoint.path.format(**world.ids)
        for at in objects(world.body(dict(endpoint.example or {}))):
            body = json.loads(json.dumps(world.body(dict(endpoint.example or {}))))
            target = body
            for step in at:
                target = target[step]
            extra = {name: value for name, value in SERVER_SET.items() if name not in target and name not in own}
            assert len(extra) >= 30
            target.update(extra)
            answer = person.http.request(endpoint.method, path, json=body)
            assert answer.status_code == 422, f"{endpoint.name}: {answer.text}"
            refused = {error["field"] for error in answer.json()["errors"]}
            assert refused >= {".".join(map(str, ("body", *at, name))) for name in extra}, endpoint.name
    assert contents(world.hospital) == before


@pytest.mark.parametrize("name", ["role", "active", "version", "id", "email_confirmed"])
def test_single_server_set_member_is_refused(world: World, name: str) -> None:
    patient = world.people["patient"].http
    before = patient.get("/auth/me").json()
    answer = patient.put("/auth/me", json={"phone": "+49 30 5550 1234", name: SERVER_SET[name]})
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [f"body.{name}"])
    assert patient.get("/auth/me").json() == before
