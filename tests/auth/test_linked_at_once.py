"""An identity whose address changes between two sign-ons at once belongs to the first account; the second is refused."""

import asyncio
from typing import Any

from careplus_auth.store import identities
from careplus_contracts.sign_on import SignOnFailed
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import Database
from tests.templates import migrated_database

ISSUER, SUBJECT = "https://id.example.org", "u-1"


async def link(database: Database, account_id: int, found_none: asyncio.Event, other: asyncio.Event) -> None:
    """Sign on as the routes do: the identity is known to neither when both look for its account."""
    async with database.writing() as db:
        account = await db.get_one(AccountRow, account_id, with_for_update=True)
        assert await identities.account_of(db, ISSUER, SUBJECT) is None
        found_none.set()
        await other.wait()
        await identities.link(db, ISSUER, SUBJECT, account)


async def test_second_account_of_an_identity_is_refused(server: str) -> None:
    """On SQLite the second sign-on begins after the first one ends, and finds its account."""
    database = Database(migrated_database(server, "linked_at_once"))
    async with database.writing() as db:
        for id_ in (1, 2):
            about: dict[str, Any] = {"date_of_birth": None, "phone": None, "sex": "unknown", "created_at": this_second()}
            who: dict[str, Any] = {"full_name": "Dr Ama Osei", "password_hash": None, "role": "doctor"}
            db.add(AccountRow(id=id_, email=f"{id_}@x.example", **who, **about))
    first, second = asyncio.Event(), asyncio.Event()
    ends = await asyncio.gather(link(database, 1, first, second), link(database, 2, second, first), return_exceptions=True)
    [refusal] = [end for end in ends if end is not None]
    assert isinstance(refusal, SignOnFailed), refusal
    async with database.reading() as db:
        known = await identities.account_of(db, ISSUER, SUBJECT)
        assert known is not None
        assert known.id == (1 if ends[0] is None else 2)
    await database.close()
