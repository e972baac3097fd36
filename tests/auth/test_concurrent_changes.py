"""Changes committed while a password is hashed are not overwritten by the earlier request."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import Select, event, make_url
from sqlalchemy.orm import ORMExecuteState, Session

from careplus_auth.sign_in import passwords
from careplus_auth.store import accounts
from careplus_auth.store import passwords as store
from careplus_tables.engine import Database
from tests.auth.accounts_client import registered, signed_in
from tests.hospital import ADMIN, PASSWORD

MINE, OTHER = "mine@example.org", "nine-loud-kestrels"
POSTGRESQL = make_url("postgresql+psycopg://").get_dialect()()
RESET = "the hash of a password that was chosen by mail"


async def is_reset(database: Database) -> None:
    async with database.writing() as db:
        account = await accounts.by_email(db, MINE)
        assert account is not None
        await store.change(db, account, RESET, keep_session=None)


async def has_another_hash(database: Database) -> None:
    async with database.writing() as db:
        account = await accounts.by_email(db, MINE)
        assert account is not None
        account.password_hash = RESET


def meanwhile(monkeypatch: pytest.MonkeyPatch, name: str, happens: Callable[[], Awaitable[None]]) -> None:
    """Run `happens` right after the function `name` of `passwords` has returned."""
    original = getattr(passwords, name)

    async def slow(*arguments: str) -> object:
        result = await original(*arguments)
        await happens()
        return result

    monkeypatch.setattr(passwords, name, slow)


async def own_hash(database: Database) -> str | None:
    async with database.reading() as db:
        account = await accounts.by_email(db, MINE)
    assert account is not None
    return account.password_hash


@pytest.mark.parametrize(("happens", "status"), [(is_reset, 401), (has_another_hash, 403)])
@pytest.mark.parametrize(
    ("path", "body", "waits_in"),
    [
        ("/auth/password", {"current_password": PASSWORD, "new_password": OTHER}, "hash_new"),
        ("/auth/mfa", {"password": PASSWORD}, "verify_password"),
    ],
)
async def test_password_reset_wins_over_earlier_requests(
    auth: httpx.AsyncClient,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    happens: Callable[[Database], Awaitable[None]],
    status: int,
    path: str,
    body: dict[str, str],
    waits_in: str,
) -> None:
    await registered(auth, MINE)
    own = await signed_in(auth, MINE)
    meanwhile(monkeypatch, waits_in, lambda: happens(database))
    assert (await auth.post(path, json=body, headers=own)).status_code == status
    assert await own_hash(database) == RESET


async def test_sign_in_with_changed_password_is_refused(
    auth: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await registered(auth, MINE)
    meanwhile(monkeypatch, "rehash_if_needed", lambda: is_reset(database))
    answer = await auth.post("/auth/login", json={"email": MINE, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
    assert await own_hash(database) == RESET


async def test_sign_in_locks_the_account_row(auth: httpx.AsyncClient) -> None:
    statements: list[str] = []

    def listen(state: ORMExecuteState) -> None:
        if isinstance(state.statement, Select):
            statements.append(str(state.statement.compile(dialect=POSTGRESQL)))

    await registered(auth, MINE)
    event.listen(Session, "do_orm_execute", listen)
    try:
        await signed_in(auth, MINE)
    finally:
        event.remove(Session, "do_orm_execute", listen)
    account_reads = [sql for sql in statements if "FROM accounts" in sql]
    assert [sql.endswith("FOR UPDATE") for sql in account_reads] == [False, True], "checked before hashing and at the session"


async def test_demoted_admin_cannot_register_accounts(
    auth: httpx.AsyncClient, admin: dict[str, str], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def closed() -> None:
        async with database.writing() as db:
            account = await accounts.by_email(db, ADMIN)
            assert account is not None
            account.active = False

    meanwhile(monkeypatch, "hash_new", closed)
    body = {"email": "new-admin@example.org", "password": OTHER, "full_name": "New Admin", "role": "admin"}
    assert (await auth.post("/auth/register", json=body, headers=admin)).status_code == 401
    async with database.reading() as db:
        assert await accounts.by_email(db, "new-admin@example.org") is None
