"""Two administrators decide the same request at once: the second waits for the first and is refused, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from careplus_auth.store import accounts, approvals
from careplus_contracts.approvals import AlreadyDecided, ApprovalKind, ApprovalState
from careplus_contracts.endpoints import Role
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.approvals import AccountApprovalRow
from careplus_tables.engine import Database, WriteSession
from tests.templates import migrated_of

ADA, BEA, CARL, PERSON = 1, 2, 3, 4
ROLES = {ADA: Role.ADMIN, BEA: Role.ADMIN, CARL: Role.ADMIN, PERSON: Role.PATIENT}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return migrated_of(request, tmp_path)


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url)
    about: dict[str, Any] = {"date_of_birth": None, "phone": None, "sex": "unknown", "created_at": this_second()}
    who: dict[str, Any] = {"full_name": "Ada", "password_hash": "hash"}
    async with opened.writing() as db:
        db.add_all(AccountRow(id=id_, email=f"{id_}@x.example", role=role.value, **who, **about) for id_, role in ROLES.items())
        await db.flush()
        kind, role = ApprovalKind.ROLE.value, Role.LAB.value
        db.add(AccountApprovalRow(id=1, account_id=PERSON, kind=kind, role=role, asked_by_id=ADA, asked_at=this_second()))
    yield opened
    await opened.close()


def admin(id_: int) -> Identity:
    return Identity(id_, Role.ADMIN, "s" * 20, 2**40)


async def approve(database: Database, who: Identity, claimed: asyncio.Event, may_end: asyncio.Event) -> None:
    async with database.writing() as db:
        row, _ = await approvals.claim(db, who, 1)
        claimed.set()
        await may_end.wait()
        approvals.decide(row, who, ApprovalState.APPROVED)


async def test_second_decision_waits_and_is_refused(url: str, database: Database) -> None:
    other = Database(url)
    claimed, may_end, too = asyncio.Event(), asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(approve(database, admin(BEA), claimed, may_end))
    await claimed.wait()
    second = asyncio.create_task(approve(other, admin(CARL), too, may_end))
    await asyncio.sleep(1.0)
    assert not too.is_set(), "the second has read the request while the first decides"
    may_end.set()
    await first
    with pytest.raises(AlreadyDecided):
        await second
    await other.close()


async def test_decisions_about_each_other_do_not_deadlock(url: str, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    other, locks = Database(url), accounts.current_account

    async def lock_slowly(db: WriteSession, who: Identity) -> AccountRow:
        account = await locks(db, who)
        # the other administrator locks as much as it can meanwhile
        await asyncio.sleep(0.5)
        return account

    async def decide(of: Database, who: Identity, approval_id: int) -> None:
        async with of.writing() as db:
            row, _ = await approvals.claim(db, who, approval_id)
            approvals.decide(row, who, ApprovalState.APPROVED)

    kind, role = ApprovalKind.ROLE.value, Role.LAB.value
    async with database.writing() as db:
        db.add_all(
            AccountApprovalRow(id=id_, account_id=about, kind=kind, role=role, asked_by_id=CARL, asked_at=this_second())
            for id_, about in ((2, BEA), (3, ADA))
        )
    monkeypatch.setattr(accounts, "current_account", lock_slowly)
    await asyncio.gather(decide(database, admin(ADA), 2), decide(other, admin(BEA), 3))
    await other.close()
