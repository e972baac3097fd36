"""Statements about screens: their tokens, and the patients that wait."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_appointments.rules import screens as rules
from careplus_appointments.store.reception import is_desk
from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import NotFound, Unauthenticated
from careplus_contracts.screens import (
    MOST_SHOWN,
    CreateScreen,
    NewScreen,
    Screen,
    ScreenContent,
    ScreenLanguage,
    Screens,
    ShownState,
    ShownVisit,
)
from careplus_contracts.values import PageFilter
from careplus_runtime.http.records import fetch_page, newest_first, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.people import PersonRow, display_name, people_by_id
from careplus_tables.screens import ScreenDoctorRow, ScreenRow

CROSS_PATIENT = "a screen shows the ends of the references of a day, and the desk calls in all patients"
REVOKED = "This screen is not valid, or was revoked. Ask the desk for a new address."
_row, _visit, _patient, _doctor = ScreenRow, AppointmentRow, aliased(AccountRow), aliased(AccountRow)
_NEWEST_FIRST = newest_first(col(_row.id))


class DayVisit(NamedTuple):
    """A visit of the day, as screens and check-ins read it."""

    reference: str
    status: str
    starts_at: datetime
    started_at: datetime | None
    place: str | None
    doctor_id: int
    doctor: str
    room: str | None


async def create(db: WriteSession, who: Identity, body: CreateScreen, public_url: str) -> NewScreen:
    """Insert a screen and return it with its token. Raise NotFound for an id that is no doctor's."""
    token, doctor_ids = secrets.token_urlsafe(32), sorted(set(body.doctor_ids))
    await _check_doctors(db, doctor_ids)
    row = ScreenRow(
        name=body.name,
        language=body.language.value,
        token_hash=_hash(token),
        created_by_id=who.id,
        created_at=this_second(),
    )
    db.add(row)
    await db.flush()
    assert row.id is not None
    db.add_all(ScreenDoctorRow(screen_id=row.id, doctor_id=id_) for id_ in doctor_ids)
    await db.flush()
    [screen] = await _described(db, [row])
    return NewScreen(**vars(screen), token=token, url=f"{public_url}/screen#token={token}")


async def list_all(db: ReadSession, who: Identity, wanted: PageFilter) -> Screens:
    """Return all screens, newest first."""
    rows, next_cursor = await fetch_page(db, select(_row).where(is_desk(who)), _NEWEST_FIRST, wanted)
    return Screens(items=await _described(db, rows), next_cursor=next_cursor)


async def revoke(db: WriteSession, who: Identity, screen_id: int) -> Screen:
    """Revoke the token of a screen, once. Raise NotFound."""
    row = await one_or_404(db, select(_row).where(is_desk(who), col(_row.id) == screen_id).with_for_update())
    row.revoked_at = row.revoked_at or this_second()
    await db.flush()
    return (await _described(db, [row]))[0]


async def of_token(db: AnySession, token: str) -> ScreenRow:
    """Return the screen with this token. Raise Unauthenticated where there is none, or it was revoked."""
    query = select(_row).where(col(_row.token_hash) == _hash(token), col(_row.revoked_at).is_(None))
    if (row := (await db.execute(query)).scalar_one_or_none()) is None:
        raise Unauthenticated(REVOKED)
    return row


async def content(db: ReadSession, screen: ScreenRow, day: Span, now: datetime) -> ScreenContent:
    """Return the waiting room of a screen: called patients, the last one first, then the others by the time of their visit."""
    visits, shown_doctors = await of_day(db, day), await _doctor_ids(db, screen)
    tails = rules.tails(visit.reference for visit in visits)
    shown: dict[ShownState, list[DayVisit]] = {state: [] for state in ShownState}
    for visit in visits:
        state = rules.shown_state(AppointmentStatus(visit.status), visit.started_at, now)
        if state is not None and (not shown_doctors or visit.doctor_id in shown_doctors):
            shown[state].append(visit)
    shown[ShownState.CALLED].sort(key=lambda visit: visit.started_at or now, reverse=True)
    in_order = [(visit, state) for state in (ShownState.CALLED, ShownState.WAITING) for visit in shown[state]]
    items = [
        ShownVisit(tail=tails[visit.reference], doctor=visit.doctor, room=visit.room or visit.place, state=state)
        for visit, state in in_order[:MOST_SHOWN]
    ]
    language = ScreenLanguage(screen.language)
    return ScreenContent(name=screen.name, language=language, items=items, more=len(in_order) - len(items))


async def of_day(db: AnySession, day: Span) -> list[DayVisit]:
    """Return the visits of a day that were not cancelled, in order of time."""
    query = (
        select(
            *(col(_patient.reference), col(_visit.status), col(_visit.starts_at), col(_visit.started_at), col(_visit.place)),
            *(col(_visit.doctor_id), display_name(_doctor), col(DoctorRow.room)),
        )
        .join(_patient, col(_patient.id) == col(_visit.patient_id))
        .join(_doctor, col(_doctor.id) == col(_visit.doctor_id))
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(_visit.doctor_id))
        .where(*_in_day(day), col(_visit.status) != AppointmentStatus.CANCELLED.value)
        .order_by(col(_visit.starts_at), col(_visit.id))
        .execution_options(cross_patient=CROSS_PATIENT)
    )
    return [DayVisit(*row) for row in (await db.execute(query)).all()]


async def references_of_day(db: AnySession, day: Span) -> Sequence[str]:
    """Return the references of the patients with a visit on the day."""
    query = (
        select(col(_patient.reference))
        .join(_visit, col(_visit.patient_id) == col(_patient.id))
        .where(*_in_day(day), col(_visit.status) != AppointmentStatus.CANCELLED.value)
        .execution_options(cross_patient=CROSS_PATIENT)
    )
    return (await db.execute(query)).scalars().all()


async def mark_seen(db: WriteSession, seen: dict[int, datetime]) -> None:
    """Store when screens asked last; another process may have stored a later time."""
    for screen_id, at in sorted(seen.items()):
        is_later = or_(col(_row.last_seen_at).is_(None), col(_row.last_seen_at) < at)
        await db.execute(update(_row).where(col(_row.id) == screen_id, is_later).values(last_seen_at=at))


def _in_day(day: Span) -> tuple[ColumnElement[bool], ...]:
    return col(_visit.starts_at) >= day[0], col(_visit.starts_at) < day[1]


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


async def _check_doctors(db: WriteSession, ids: Sequence[int]) -> None:
    query = select(col(AccountRow.id)).where(col(AccountRow.id).in_(ids), col(AccountRow.role) == Role.DOCTOR.value)
    if len((await db.execute(query)).scalars().all()) < len(ids):
        raise NotFound("One of these ids is not that of a doctor.")


async def _doctor_ids(db: AnySession, screen: ScreenRow) -> frozenset[int]:
    query = select(col(ScreenDoctorRow.doctor_id)).where(col(ScreenDoctorRow.screen_id) == screen.id)
    return frozenset((await db.execute(query)).scalars().all())


async def _described(db: AnySession, rows: Sequence[ScreenRow]) -> list[Screen]:
    query = select(ScreenDoctorRow).where(col(ScreenDoctorRow.screen_id).in_([row.id for row in rows]))
    shown = (await db.execute(query)).scalars().all()
    people = await people_by_id(db, [*(one.doctor_id for one in shown), *(row.created_by_id for row in rows)])
    return [_to_contract(row, [people[one.doctor_id] for one in shown if one.screen_id == row.id], people) for row in rows]


def _to_contract(row: ScreenRow, doctors: list[PersonRow], people: dict[int, PersonRow]) -> Screen:
    assert row.id is not None
    return Screen(
        id=row.id,
        name=row.name,
        language=ScreenLanguage(row.language),
        doctors=[doctor.person() for doctor in doctors],
        created_by=people[row.created_by_id].person(),
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        revoked_at=row.revoked_at,
    )
