"""The rows of an import in the database: known people, and new accounts with their invitations, in one transaction."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.digest import sha256_hex
from careplus_auth.crypto.vault import Vault
from careplus_auth.mail.templates import Kind as MailKind
from careplus_auth.store import mails
from careplus_auth.store.invitations import invitation_link
from careplus_cli.importing.people import Candidate, ImportedDoctor, ImportedPatient, People
from careplus_clinic.search_keys import equality_key
from careplus_contracts.accounts import Sex
from careplus_contracts.audit import IMPORT_PERSON, Kind
from careplus_contracts.doctors import BookingMode
from careplus_contracts.endpoints import Role
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, append_events
from careplus_runtime.process.clock import now, this_second
from careplus_tables.accounts import AccountRow, InvitationRow
from careplus_tables.audit import OK
from careplus_tables.availability import AvailabilityRow, OpenHoursRow
from careplus_tables.columns import core
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import WriteSession

BATCH = 500


async def compare(db: WriteSession, people: People, found: Sequence[Candidate]) -> None:
    """Mark the candidates that have an account already, and refuse the ones that another person's account contradicts."""
    named = [one for one in found if one.person is not None]
    for some in _batches(named):
        addresses = [one.email for one in some if one.email is not None]
        by_email = {account.email: account for account in await _accounts(db, col(AccountRow.email).in_(addresses))}
        same = await _accounts(db, _may_be_same(people, some))
        by_identity = {_identity(people, account): account for account in same}
        for one in some:
            known, double = by_email.get(one.email) if one.email else None, by_identity.get(one.identity)
            if known is not None:
                one.present = _is_same(people, known, one)
                if not one.present:
                    one.row.refuse("email", f"is the address of account {known.id}, which is another person or role")
            elif double is not None and one.email is None:
                one.present = True
            elif double is not None:
                address = "no address: reception invites the patient" if double.email is None else "another address"
                one.row.refuse("full_name", f"is the name of account {double.id}, which has {address}")


async def save(db: WriteSession, vault: Vault, people: People, new: Sequence[Candidate], public_url: str) -> None:
    """Insert accounts, profiles and hours of doctors, invitations by mail, and an audit event for each account."""
    at = this_second()
    rows = [_account(people, one, at) for one in new]
    db.add_all(rows)
    await db.flush()
    for one, row in zip(new, rows, strict=True):
        one.account_id = row.id
    invited = [(one, one.email, secrets.token_urlsafe(24)) for one in new if one.email is not None]
    await _insert(db, InvitationRow, [_invitation(one, code, at) for one, _, code in invited])
    await _insert(db, AvailabilityRow, [_availability(one) for one in new if isinstance(one.person, ImportedDoctor)])
    await _insert(db, OpenHoursRow, [hours for one in new for hours in _hours(one)])
    db.add_all(_profile(one) for one in new if isinstance(one.person, ImportedDoctor))
    for _, email, code in invited:
        await mails.queue(db, vault, MailKind.INVITATION, email, invitation_link(public_url, code, email))
    await append_events(db, [_event(people, one) for one in new])


def _batches(found: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    return (found[start : start + BATCH] for start in range(0, len(found), BATCH))


async def _accounts(db: WriteSession, condition: ColumnElement[bool]) -> Sequence[AccountRow]:
    return (await db.execute(select(AccountRow).where(condition))).scalars().all()


def _may_be_same(people: People, some: Sequence[Candidate]) -> ColumnElement[bool]:
    """Return the condition of accounts that may be the same people: patients with these birth dates, or all doctors."""
    is_role = col(AccountRow.role) == people.role.value
    days = {one.person.date_of_birth for one in some if isinstance(one.person, ImportedPatient)}
    return is_role & col(AccountRow.date_of_birth).in_(days) if people.role is Role.PATIENT else is_role


def _identity(people: People, account: AccountRow) -> tuple[str, Any]:
    return equality_key(account.full_name), account.date_of_birth if people.role is Role.PATIENT else None


def _is_same(people: People, account: AccountRow, one: Candidate) -> bool:
    """Return whether the account is this person's; the person may have corrected the name when it was opened."""
    if account.role != people.role.value:
        return False
    return not isinstance(one.person, ImportedPatient) or account.date_of_birth == one.person.date_of_birth


def _account(people: People, one: Candidate, at: datetime) -> AccountRow:
    assert one.person is not None
    patient = one.person if isinstance(one.person, ImportedPatient) else None
    return AccountRow(
        email=one.email,
        password_hash=None,
        full_name=one.person.full_name,
        role=people.role.value,
        date_of_birth=patient.date_of_birth if patient else None,
        sex=(patient.sex if patient else Sex.UNKNOWN).value,
        phone=one.person.phone,
        language=one.person.language.value,
        created_at=at,
    )


def _invitation(one: Candidate, code: str, at: datetime) -> dict[str, Any]:
    ends = at + rules.INVITATION_LIFETIME
    return {"account_id": one.account_id, "code_hash": sha256_hex(code), "created_at": at, "expires_at": ends}


def _availability(one: Candidate) -> dict[str, Any]:
    assert isinstance(one.person, ImportedDoctor)
    return {"doctor_id": one.account_id, "slot_minutes": one.person.slot_minutes, "place": one.person.room, "version": 1}


def _hours(one: Candidate) -> Iterator[dict[str, Any]]:
    rules_of = one.person.hours if isinstance(one.person, ImportedDoctor) else []
    for rule in rules_of:
        yield {"doctor_id": one.account_id, "weekday": rule.weekday.value, "starts": rule.starts, "ends": rule.ends}


def _profile(one: Candidate) -> DoctorRow:
    assert isinstance(one.person, ImportedDoctor)
    assert one.account_id is not None
    names = {name: getattr(one.person, name) for name in ("full_name", "specialty", "phone", "room")}
    return DoctorRow(id=one.account_id, bio="", languages=[], booking=BookingMode.ONLINE.value, **names)


async def _insert(db: WriteSession, row: type[Any], values: list[dict[str, Any]]) -> None:
    if values:
        await db.execute(insert(core(row)), values)


def _event(people: People, one: Candidate) -> Event:
    known = {"service": "auth", "action": IMPORT_PERSON, "kind": Kind.CHANGE.value, "outcome": OK}
    members = " ".join(sorted(one.person.model_fields_set)) if one.person else ""
    texts = {"request_id": f"import-{secrets.token_hex(8)}", "object_id": str(one.account_id), "members": members}
    patients = {one.account_id} if people.role is Role.PATIENT and one.account_id else set()
    return Event({**dict.fromkeys(EVENT_COLUMNS), **known, **texts, "at": now()}, patients)
