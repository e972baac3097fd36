"""Statements about patients, for the desk."""

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from careplus_auth.patient_rules import is_same_name, typed_date
from careplus_auth.store.accounts import change_contact, contact_of
from careplus_clinic.accessions import ALPHABET, compact
from careplus_contracts.accounts import Sex
from careplus_contracts.endpoints import DESK, Role
from careplus_contracts.patients import DeskPatient, DeskPatients, PatientSearch, RegisterPatient
from careplus_contracts.texts import normal_email
from careplus_contracts.values import PortalLanguage
from careplus_runtime.http.records import by_name, fetch_page, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.people import has_words

MOST_CANDIDATES, MOST_BORN_ON_A_DAY = 10, 1000
FEWEST_DIGITS = 4
"""A search with fewer digits is no phone number."""
FEWEST_CHARACTERS = 4
"""A search with fewer characters is no end of a reference."""
_SEPARATORS = (" ", "-", "/", "(", ")", ".")
_BY_NAME = by_name(col(AccountRow.sort_key), col(AccountRow.id), lambda row: (row.sort_key, row.id))


async def search(db: ReadSession, who: Identity, wanted: PatientSearch) -> DeskPatients:
    """Return patients by name that match the search in any detail."""
    query = of_desk(who).where(_matches(wanted.q.strip()))
    rows, next_cursor = await fetch_page(db, query, _BY_NAME, wanted)
    return DeskPatients(items=[to_contract(row) for row in rows], next_cursor=next_cursor)


async def find(db: AnySession, who: Identity, patient_id: int) -> AccountRow:
    """Return a patient, locked. Raise NotFound."""
    return await one_or_404(db, of_desk(who).where(col(AccountRow.id) == patient_id).with_for_update(key_share=True))


async def candidates(db: AnySession, who: Identity, body: RegisterPatient) -> list[DeskPatient]:
    """Return the patients with this date of birth and name: one name has all words of the other, in any order."""
    born = of_desk(who).where(col(AccountRow.date_of_birth) == body.date_of_birth, col(AccountRow.merged_into_id).is_(None))
    born = born.order_by(col(AccountRow.id))
    rows = (await db.execute(born.limit(MOST_BORN_ON_A_DAY))).scalars().all()
    return [to_contract(row) for row in rows if is_same_name(row.full_name, body.full_name)][:MOST_CANDIDATES]


async def add(db: WriteSession, body: RegisterPatient, language: PortalLanguage) -> AccountRow:
    """Insert a patient who cannot sign in; `language` is the one of a body without."""
    account = AccountRow(
        email=None,
        password_hash=None,
        full_name=body.full_name,
        role=Role.PATIENT.value,
        date_of_birth=body.date_of_birth,
        sex=body.sex.value,
        phone=body.phone,
        language=(body.language or language).value,
        created_at=this_second(),
    )
    change_contact(account, body.contact)
    db.add(account)
    await db.flush()
    return account


def to_contract(row: AccountRow) -> DeskPatient:
    assert row.id is not None
    return DeskPatient(
        id=row.id,
        full_name=row.full_name,
        date_of_birth=row.date_of_birth,
        sex=Sex(row.sex),
        phone=row.phone,
        reference=row.reference,
        contact=contact_of(row),
        email=row.email,
        can_sign_in=row.password_hash is not None,
        active=row.active,
        merged_into_id=row.merged_into_id,
        created_at=row.created_at,
        version=row.version,
    )


def of_desk(who: Identity) -> Select[AccountRow]:
    """Select the patients that the caller may see at the desk."""
    is_desk = true() if who.role in DESK else false()
    return select(AccountRow).where(col(AccountRow.role) == Role.PATIENT.value, is_desk)


def _matches(text: str) -> ColumnElement[bool]:
    in_email = col(AccountRow.email).contains(normal_email(text), autoescape=True)
    if (born := typed_date(text)) is not None:
        return col(AccountRow.date_of_birth) == born
    found = or_(has_words(col(AccountRow.search_key), text), in_email, *_has_reference(text))
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) < FEWEST_DIGITS or re.search(r"[^\W\d_]", text):
        return found
    return or_(found, _without(col(AccountRow.phone), _SEPARATORS).contains(digits.removeprefix("0"), autoescape=True))


def _has_reference(text: str) -> Iterator[ColumnElement[bool]]:
    """Yield the condition of patients whose reference is the text, or ends with it."""
    code = compact(text).removeprefix("PT")
    if len(code) >= FEWEST_CHARACTERS and set(code) <= set(ALPHABET):
        yield _without(col(AccountRow.reference), ("-",)).endswith(code, autoescape=True)


def _without(column: SQLCoreOperations[str | None], marks: Iterable[str]) -> SQLCoreOperations[str | None]:
    for mark in marks:
        column = func.replace(column, mark, "")
    return column
