"""The first administrator of an empty hospital, created from the command line without a running service."""

import asyncio
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from careplus_auth.sign_in import passwords
from careplus_auth.store import accounts, invitations
from careplus_contracts.accounts import Register, register
from careplus_contracts.audit import Kind
from careplus_contracts.endpoints import Role
from careplus_contracts.invitations import Invite
from careplus_runtime.audit.group_commit import Event, append_events
from careplus_runtime.process.clock import now
from careplus_tables.accounts import AccountRow
from careplus_tables.audit import OK
from careplus_tables.engine import Database

FIRST_EMAIL = "administrator@localhost"


def create_admin(url: str, email: str, full_name: str, password: str, hospital: str = "CarePlus") -> None:
    """Add an administrator and its audit event. Raise EmailTaken, WeakPassword, and pydantic's ValidationError."""

    async def create() -> None:
        body = Register(email=email, password=password, full_name=full_name, role=Role.ADMIN)
        passwords.check_strength(password, email, full_name, hospital)
        database = Database(url)
        try:
            async with database.writing() as db:
                account = await accounts.add(db, body, passwords.hash_now(password), confirmed=True)
                await append_events(db, [_registered(account, body)])
        finally:
            await database.close()

    asyncio.run(create())


def invite_first_admin(url: str, public_url: str, asked_at: datetime) -> str | None:
    """Return a one-time link for the first administrator, or None when an administrator with a password exists.

    Also None when another process has made a link since `asked_at`: a second link would end the first.
    """

    async def invite() -> str | None:
        database = Database(url)
        async with database.writing() as db:
            found = select(col(AccountRow.id)).where(
                col(AccountRow.role) == Role.ADMIN.value, col(AccountRow.password_hash).is_not(None)
            )
            if (await db.execute(found.limit(1))).first() or await invitations.has_open(db, FIRST_EMAIL, asked_at):
                link = None
            else:
                body = Invite(email=FIRST_EMAIL, full_name="Administrator", role=Role.ADMIN)
                link = (await invitations.invite(db, body, public_url)).url
        await database.close()
        return link

    return asyncio.run(invite())


def _registered(account: AccountRow, body: Register) -> Event:
    """Return the audit event of a registration, without actor and address: the command line authenticates no one."""
    row = {
        "at": now(),
        "request_id": f"admin-create-{secrets.token_hex(8)}",
        "account_id": None,
        "role": None,
        "session_id": None,
        "address": None,
        "service": register.service,
        "action": register.name,
        "kind": Kind.CHANGE.value,
        "object_id": str(account.id),
        "outcome": OK,
        "reason": None,
        "members": " ".join(sorted(body.model_fields_set)),
    }
    return Event(row)
