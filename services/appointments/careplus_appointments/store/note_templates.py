"""Statements about note templates: a doctor's own, and the hospital's, which have no owner."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import col

from careplus_contracts.endpoints import Role
from careplus_contracts.note_templates import (
    MOST_TEMPLATES,
    NoteTemplate,
    NoteTemplates,
    TemplateKind,
    TooManyTemplates,
    WriteTemplate,
)
from careplus_contracts.values import Id, PageFilter
from careplus_runtime.http.records import Keyset, fetch_page, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.note_templates import NoteTemplateRow
from careplus_tables.people import PersonRow, people_by_id

_row = NoteTemplateRow
_IN_ORDER = Keyset((col(_row.id),), Id, lambda row: row.id)


async def list_insertable(db: ReadSession, who: Identity, wanted: PageFilter) -> NoteTemplates:
    """Return the templates that the caller may read, in the order of their creation."""
    rows, next_cursor = await fetch_page(db, _insertable(who), _IN_ORDER, wanted)
    people = await people_by_id(db, [row.edited_by_id for row in rows])
    return NoteTemplates(items=[_to_contract(row, people[row.edited_by_id]) for row in rows], next_cursor=next_cursor)


async def show(db: ReadSession, who: Identity, template_id: int) -> NoteTemplate:
    """Return a template that the caller may read. Raise NotFound."""
    return await described(db, await one_or_404(db, _insertable(who).where(col(_row.id) == template_id)))


async def lock_for_update(db: AnySession, who: Identity, template_id: int) -> NoteTemplateRow:
    """Return a template that the caller may change, locked until the transaction ends (PostgreSQL). Raise NotFound."""
    query = select(_row).where(col(_row.id) == template_id, _is_owned_by(who)).with_for_update()
    return await one_or_404(db, query)


async def add(db: WriteSession, who: Identity, body: WriteTemplate) -> NoteTemplate:
    """Insert a template of the caller. Raise TooManyTemplates."""
    count = (await db.execute(select(func.count()).select_from(_row).where(_is_owned_by(who)))).scalar_one()
    if count >= MOST_TEMPLATES:
        raise TooManyTemplates(f"There are {count} templates, and no more can be kept. Delete one first.", most=MOST_TEMPLATES)
    row = NoteTemplateRow(owner_id=_owner_of(who), edited_by_id=who.id, edited_at=this_second(), **_values(body))
    db.add(row)
    await db.flush()
    return await described(db, row)


async def change(db: WriteSession, who: Identity, row: NoteTemplateRow, body: WriteTemplate) -> NoteTemplate:
    """Store other values as the next version."""
    values = _values(body)
    if row.model_dump(include=set(values)) != values:
        row.sqlmodel_update(values)
        row.edited_by_id, row.edited_at, row.version = who.id, this_second(), row.version + 1
        await db.flush()
    return await described(db, row)


async def described(db: AnySession, row: NoteTemplateRow) -> NoteTemplate:
    """Return the contract of a row that was loaded for the caller."""
    return _to_contract(row, (await people_by_id(db, [row.edited_by_id]))[row.edited_by_id])


def _owner_of(who: Identity) -> int | None:
    """Return the owner of the caller's templates: administrators write the hospital's, which have none."""
    return None if who.role is Role.ADMIN else who.id


def _is_owned_by(who: Identity) -> ColumnElement[bool]:
    owner_id = _owner_of(who)
    return col(_row.owner_id).is_(None) if owner_id is None else col(_row.owner_id) == owner_id


def _insertable(who: Identity) -> Select[NoteTemplateRow]:
    return select(_row).where(or_(_is_owned_by(who), col(_row.owner_id).is_(None)))


def _values(body: WriteTemplate) -> dict[str, Any]:
    return {"kind": body.kind.value, "title": body.title, "text": body.text}


def _to_contract(row: NoteTemplateRow, edited_by: PersonRow) -> NoteTemplate:
    assert row.id is not None
    return NoteTemplate(
        id=row.id,
        kind=TemplateKind(row.kind),
        title=row.title,
        text=row.text,
        house=row.owner_id is None,
        edited_by=edited_by.person(),
        edited_at=row.edited_at,
        version=row.version,
    )
