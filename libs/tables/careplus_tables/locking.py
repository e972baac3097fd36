"""Locks of PostgreSQL, where several transactions write at the same time. On SQLite, which has one writer, they do nothing.

A transaction locks in this order, or it can deadlock: accounts by id, then visits and laboratory bookings, then other rows.
Locks end with the transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, or_, select, text
from sqlmodel import col

from careplus_tables.accounts import AccountRow
from careplus_tables.compiled import CompiledStatement
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession, WriteSession, is_sqlite, sync_engine
from careplus_tables.migrations.schema_locks import key_of

_id = col(AccountRow.id)


class Work(IntEnum):
    """Work that one process at a time does, by the key of its advisory lock."""

    MIGRATE = 4242
    LINK_EVENTS = 4243
    PURGE = 4244
    QUEUE_MAILS = 4245
    KEEP_OFFERED_TIME = 4246
    PREPARE = 4247
    BACK_UP = 4248


_KEY = f"CAST({key_of('current_schema()')} AS bigint) << 32 | CAST(:work AS bigint)"
"""The schema in the upper half: advisory locks belong to a database, and hospitals of one database do not wait for each other."""
TRY_TURN = text(f"SELECT pg_try_advisory_xact_lock({_KEY})")
WAIT_FOR_TURN = text(f"SELECT pg_advisory_xact_lock({_KEY})")
_ACCOUNTS = CompiledStatement(
    # NO KEY UPDATE: rows that reference the account can be inserted meanwhile
    select(_id).where(_id.in_(bindparam("accounts", expanding=True))).order_by(_id).with_for_update(key_share=True)
)
_BOOKING = CompiledStatement(
    select(_id)
    .where(or_(_id == bindparam("patient"), (_id == bindparam("doctor")) & exists().where(col(DoctorRow.id) == _id)))
    .order_by(_id)
    .with_for_update(key_share=True)
)


async def lock_accounts(db: WriteSession, *account_ids: int) -> None:
    """Lock accounts by id, so that one transaction at a time reads and changes their calendars."""
    if is_postgresql(db) and (wanted := sorted(set(account_ids) - _held(db))):
        await _ACCOUNTS.all(db, accounts=wanted)
        _held(db).update(wanted)


async def lock_doctor_and_patient(db: WriteSession, doctor_id: int, patient_id: int) -> None:
    """Lock the accounts of both before a booking.

    An id that is no doctor's is not locked, so that no caller delays that account.
    """
    if is_postgresql(db) and not {doctor_id, patient_id} <= _held(db):
        _held(db).update(id_ for [id_] in await _BOOKING.all(db, doctor=doctor_id, patient=patient_id))


async def lock_people_of(db: WriteSession, record: Select[*tuple[Any, ...]], *account_ids: int) -> None:
    """Lock the accounts that are the columns of a record, and these too, before the record itself is locked.

    The statement finds the record for its owner only: where it finds none, no row is locked, so that a caller who is refused
    delays no other.
    """
    if is_postgresql(db) and (people := (await db.execute(record)).one_or_none()) is not None:
        await lock_accounts(db, *people, *account_ids)


async def takes_turn(db: WriteSession, work: Work) -> bool:
    """Return whether no other process does this work now. If so, none can begin it until the transaction ends."""
    if not is_postgresql(db):
        return True
    return bool((await db.execute(TRY_TURN, {"work": int(work)})).scalar_one())


async def wait_for_turn(db: WriteSession, work: Work) -> None:
    """Wait until no other process does this work, for commands; background work uses `takes_turn`."""
    if is_postgresql(db):
        await db.execute(WAIT_FOR_TURN, {"work": int(work)})


@contextmanager
def alone(url: str, work: Work) -> Iterator[None]:
    """Let one process at a time run the block, which uses connections of its own."""
    if is_sqlite(url):
        yield
        return
    with _idle_connection(url) as connection:
        connection.execute(WAIT_FOR_TURN, {"work": int(work)})
        yield


@contextmanager
def alone_or_not(url: str, work: Work) -> Iterator[bool]:
    """Yield whether no other process does this work now; if so, none can begin it until the block ends. On PostgreSQL only."""
    with _idle_connection(url) as connection:
        yield bool(connection.execute(TRY_TURN, {"work": int(work)}).scalar_one())


@contextmanager
def _idle_connection(url: str) -> Iterator[Connection]:
    """Yield a connection in a transaction that may be idle, and wait for locks, without a limit."""
    engine = sync_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            yield connection
    finally:
        engine.dispose()


def is_postgresql(db: AnySession) -> bool:
    return db.get_bind().dialect.name == "postgresql"


def _held(db: WriteSession) -> set[int]:
    """Return the accounts that this session, which is one transaction, has locked."""
    held: set[int] = db.info.setdefault("locked_accounts", set())
    return held
