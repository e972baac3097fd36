"""Statements that read the audit trail."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select, true, union_all
from sqlmodel import col

from careplus_contracts.audit import Access, Accesses, AccessFilter, AuditEvent, AuditEvents, AuditFilter, AuditPageFilter, Kind
from careplus_contracts.charts import open_chart
from careplus_contracts.endpoints import Role
from careplus_contracts.values import MAX_ID, Person
from careplus_runtime.http.records import fetch_page, newest_first
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.audit import OK, AuditEventRow, AuditPatientRow
from careplus_tables.audit_links import AuditLinkRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import ReadSession
from careplus_tables.merges import same_person
from careplus_tables.people import display_name

SKEW = timedelta(minutes=1)
"""Ids follow commit order; `at` may differ from that order by less than this."""
BATCH = 500
UNKNOWN = ""
"""The name of an account id that does not exist."""
_id, _at = col(AuditEventRow.id), col(AuditEventRow.at)
_name = display_name(AccountRow)
_NEWEST_FIRST = newest_first(_id, lambda row: row[0].id)


async def list_all(db: ReadSession, who: Identity, wanted: AuditPageFilter) -> AuditEvents:
    """Return a page of events, newest first."""
    rows, next_cursor = await fetch_page(db, _events(who, wanted), _NEWEST_FIRST, wanted)
    return AuditEvents(items=await _to_contract(db, rows), next_cursor=next_cursor)


async def walk(db: ReadSession, who: Identity, wanted: AuditFilter, limit: int) -> AsyncIterator[AuditEvent]:
    """Yield the newest `limit` events, newest first."""
    query, last = _events(who, wanted).order_by(_id.desc()), MAX_ID
    while limit > 0 and (rows := (await db.execute(query.where(_id < last).limit(min(limit, BATCH)))).all()):
        for event in await _to_contract(db, rows):
            yield event
        limit, last = limit - len(rows), rows[-1][0].id


async def list_accesses(db: ReadSession, who: Identity, wanted: AccessFilter) -> Accesses:
    """Return accesses to the patient's record by others, newest first; with `own` also the patient's own."""
    query = _named(select(AuditEventRow, _name)).where(col(AuditEventRow.outcome) == OK)
    if wanted.emergency:
        query = query.where(col(AuditEventRow.action) == open_chart.name, col(AuditEventRow.reason).is_not(None))
    about = _about(who.id) if wanted.own else _by_others(who.id)
    query = query.where(_id.in_(about))
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return Accesses(items=[_access(*row) for row in rows], next_cursor=next_cursor)


def _events(who: Identity, wanted: AuditFilter) -> Select[*tuple[Any, ...]]:
    query = _named(select(AuditEventRow, _name, col(AuditLinkRow.number)))
    query = query.outerjoin(AuditLinkRow, col(AuditLinkRow.event_id) == _id)
    return query.where(*_conditions(wanted), true() if who.role is Role.ADMIN else false())


def _named(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join the name of the actor: the profile name for doctors, otherwise the account's."""
    query = query.outerjoin(AccountRow, col(AccountRow.id) == col(AuditEventRow.account_id))
    return query.outerjoin(DoctorRow, col(DoctorRow.id) == col(AuditEventRow.account_id))


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    exact = (("account_id", wanted.account_id), ("action", wanted.action), ("outcome", wanted.outcome))
    found: list[ColumnElement[bool]] = [col(getattr(AuditEventRow, name)) == value for name, value in exact if value is not None]
    if wanted.outcome not in (None, OK):
        # Redundant condition, so that the planner uses the partial index of refusals.
        found.append(col(AuditEventRow.outcome) != OK)
    if wanted.patient_id is not None:
        found.append(_id.in_(_about(wanted.patient_id)))
    if wanted.from_ is not None:
        before = select(_id).where(_at < wanted.from_ - SKEW).order_by(_at.desc(), _id.desc()).limit(1).scalar_subquery()
        found += [_at >= wanted.from_, _id > func.coalesce(before, 0)]
    if wanted.to is not None:
        beyond = select(_id).where(_at >= wanted.to + SKEW).order_by(_at, _id).limit(1).scalar_subquery()
        found += [_at < wanted.to, _id < func.coalesce(beyond, MAX_ID)]
    return found


def _about(patient_id: int) -> Any:
    """Select the ids of events about a patient: by other people and by the patient."""
    own = (same_person(AuditEventRow.account_id, patient_id), col(AuditEventRow.role) == Role.PATIENT.value)
    return union_all(_by_others(patient_id), select(_id).where(*own))


def _by_others(patient_id: int) -> Select[*tuple[Any, ...]]:
    """Select the ids of events about a patient by other people."""
    return select(col(AuditPatientRow.event_id)).where(same_person(AuditPatientRow.patient_id, patient_id))


async def _to_contract(db: ReadSession, rows: Sequence[Any]) -> list[AuditEvent]:
    patients = await _patients(db, [row[0].id for row in rows])
    return [_event(row[0], row[1], row[2], patients[row[0].id]) for row in rows]


async def _patients(db: ReadSession, event_ids: Sequence[int]) -> dict[int, list[Person]]:
    query: Select[*tuple[Any, ...]] = (
        select(col(AuditPatientRow.event_id), col(AuditPatientRow.patient_id), col(AccountRow.full_name))
        .outerjoin(AccountRow, col(AccountRow.id) == col(AuditPatientRow.patient_id))
        .where(col(AuditPatientRow.event_id).in_(event_ids))
        .order_by(col(AuditPatientRow.event_id), col(AuditPatientRow.patient_id))
    )
    found: dict[int, list[Person]] = defaultdict(list)
    for event_id, patient_id, full_name in (await db.execute(query)).all():
        found[event_id].append(Person(id=patient_id, full_name=full_name or UNKNOWN))
    return found


def _event(row: AuditEventRow, name: str | None, seal: int | None, patients: list[Person]) -> AuditEvent:
    by = _actor(row, name)
    return AuditEvent(
        **row.model_dump(exclude={"account_id", "role", "kind", "members"}),
        account=by,
        role=None if row.role is None else Role(row.role),
        kind=Kind(row.kind),
        patients=[by] if by and row.role == Role.PATIENT.value else patients,
        members=(row.members or "").split(),
        seal=seal,
    )


def _access(row: AuditEventRow, name: str | None) -> Access:
    return Access(
        **row.model_dump(include={"id", "at", "action", "reason"}),
        by=_actor(row, name),
        role=None if row.role is None else Role(row.role),
        kind=Kind(row.kind),
    )


def _actor(row: AuditEventRow, name: str | None) -> Person | None:
    return None if row.account_id is None else Person(id=row.account_id, full_name=name or UNKNOWN)
