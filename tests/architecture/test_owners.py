"""Every store function takes the caller or gives a reason, and answers hold the members of the contract only."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic_core import PydanticSerializationError

from careplus_contracts.endpoints import EVERYONE, Contract
from careplus_contracts.values import Answer, Id
from careplus_runtime.http.handlers import BoundHandler
from careplus_tables.accounts import AccountRow

SERVICES = Path(__file__).parents[2] / "services"
NOBODYS = {
    "auth.accounts.by_email": "whoever signs in, is invited or gets a mail: nobody is known yet",
    "auth.accounts.add": "the newcomer's own",
    "auth.invitations.accept": "the code says who was invited",
    "auth.invitations.invite": "people who have no account yet, for administrators",
    "auth.invitations.list_all": "the same",
    "auth.mails": "what waits to be sent: nobody asks for it",
    "auth.passwords.account_of": "the code of the mail says whose password",
    "auth.passwords.new_reset_code": "whose mail is about to leave",
    "auth.passwords.forget_resets": "whose password was just changed, or whose mail is about to leave",
    "auth.purging": "what is over, whoever's it was",
    "auth.seals": "the chain over all events: nothing of them leaves",
    "auth.second_factors.accepts": "whoever signs in, and had the right password",
    "auth.sessions.rotate": "the refresh token says whose session",
    "auth.sessions.owner": "the same",
    "auth.sessions.end": "the same",
    "auth.sessions.end_all": "of an account that was loaded for whoever changes it",
    "appointments.finding": "doctors and their free times are for everybody",
    "appointments.calendars": "whether a time is free is for everybody; nothing of what takes it leaves",
    "appointments.appointments.book": "the patient is the caller, or whom reception was called by",
    "appointments.appointments.show": "what was loaded for somebody, or made, just before",
    "appointments.appointments.show_visit": "the same",
    "doctors.doctors.list_all": "profiles of doctors, for administrators",
    "doctors.stats": "numbers without anybody in them",
    "labs.catalogue": "the catalogue is for everybody",
    "labs.capacity": "how many places are free is for everybody",
}
"""Store functions that take no `who`, with the reason."""


def careless(source: str) -> Iterator[str]:
    """Yield public store functions that take neither the caller nor a row that was loaded for one."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
            taken = [*node.args.args, *node.args.kwonlyargs]
            asks = any(one.arg == "who" for one in taken) and "who" in {
                inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)
            }
            if not asks and not any(one.annotation and "Row" in ast.unparse(one.annotation) for one in taken):
                yield node.name


def test_store_statements_filter_by_owner() -> None:
    found = {
        (path.parts[-4], path.stem, name)
        for path in SERVICES.glob("*/careplus_*/store/*.py")
        for name in careless(path.read_text())
    }
    declared = {name: {".".join(name[:length]) for length in (1, 2, 3)} & NOBODYS.keys() for name in found}
    assert [name for name, reasons in declared.items() if not reasons] == [], "take `who`, or say above whose it is"
    assert NOBODYS.keys() == set().union(*declared.values()), "a reason that nobody needs"


def test_store_function_without_owner_is_found() -> None:
    planted = """
async def find(db: AsyncSession, result_id: int) -> LabResultRow: ...
async def own(db: AsyncSession, who: Identity, result_id: int) -> LabResultRow: return await _find(db, who.id, result_id)
async def forgetful(db: AsyncSession, who: Identity, result_id: int) -> LabResultRow: return await _find(db, result_id)
async def show(db: AsyncSession, rows: Sequence[LabResultRow]) -> LabResult: ...
async def _hidden(db: AsyncSession, result_id: int) -> LabResultRow: ...
"""
    assert list(careless(planted)) == ["find", "forgetful"]


api = Contract(service="tests", tag="tests")


class Shown(Answer):
    id: Id
    full_name: str


class ShownWithMore(Shown):
    password_hash: str


@api.get("/people", roles=EVERYONE)
async def show_person() -> Shown:
    """Show a person."""
    raise NotImplementedError


async def asked(handler: Any) -> httpx.Response:
    app = FastAPI()
    app.add_api_route("/people", BoundHandler(show_person, handler, None), response_model=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        return await http.get("/people")


async def test_members_outside_the_contract_are_not_sent() -> None:
    person: dict[str, Any] = {"id": 1, "full_name": "Pia Novak", "password_hash": "$argon2id$"}

    async def with_a_row() -> Any:
        return AccountRow(**person)

    async def with_more() -> Shown:
        return ShownWithMore.model_validate(person)

    async def with_anything() -> Any:
        return person

    for handler in (with_a_row, with_more):
        assert (await asked(handler)).json() == {"id": 1, "full_name": "Pia Novak"}
    with pytest.raises(PydanticSerializationError):
        await asked(with_anything)
