"""Statements about calendar feeds and the visits that they show."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import col

from careplus_clinic.calendar_file import CalendarEvent
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.calendar_feeds import (
    AHEAD_DAYS,
    MOST_EVENTS,
    MOST_FEEDS,
    PAST_DAYS,
    AddFeed,
    CalendarFeed,
    CalendarFeeds,
    FeedDetail,
    FeedRevoked,
    NewCalendarFeed,
    TooManyFeeds,
)
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import PortalLanguage
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.calendar_feeds import CalendarFeedRow
from careplus_tables.engine import ReadSession, WriteSession
from careplus_tables.visit_records import VisitRecord, select_visits

_row = CalendarFeedRow
_SHOWN = tuple(
    one.value
    for one in (
        *(AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED),
        *(AppointmentStatus.IN_PROGRESS, AppointmentStatus.COMPLETED),
    )
)
BUSY = {PortalLanguage.EN: "Visit", PortalLanguage.DE: "Besuch"}
"""The text of a visit without the name of its patient."""


async def list_own(db: ReadSession, who: Identity) -> CalendarFeeds:
    """Return the caller's feeds that are not revoked, oldest first."""
    rows = await db.scalars(_owned_by(who).order_by(col(_row.id)))
    return CalendarFeeds(items=[CalendarFeed.model_validate(_members(row)) for row in rows])


async def add(db: WriteSession, who: Identity, body: AddFeed, settings: Settings) -> NewCalendarFeed:
    """Insert a feed with a new token. Raise TooManyFeeds."""
    # one at a time for each account, so that the limit holds
    await db.execute(select(col(AccountRow.id)).where(col(AccountRow.id) == who.id).with_for_update())
    count = (await db.execute(select(func.count()).select_from(_owned_by(who).subquery()))).scalar_one()
    if count >= MOST_FEEDS:
        raise TooManyFeeds(f"You have {count} calendar feeds, and no more can be kept. Revoke one first.", most=MOST_FEEDS)
    token = secrets.token_urlsafe(32)
    row = CalendarFeedRow(
        account_id=who.id,
        role=who.role.value,
        name=body.name,
        detail=body.detail.value,
        token_hash=_digest(token),
        created_at=this_second(),
    )
    db.add(row)
    await db.flush()
    return NewCalendarFeed.model_validate({**_members(row), "address": f"{settings.public_url}/api/calendar-feeds/{token}"})


async def revoke(db: WriteSession, who: Identity, feed_id: int) -> None:
    """Revoke a feed of the caller. Raise NotFound."""
    row: CalendarFeedRow = await one_or_404(db, _owned_by(who).where(col(_row.id) == feed_id).with_for_update())
    row.revoked_at = now()


async def find(db: ReadSession, token: str) -> tuple[CalendarFeedRow, AccountRow]:
    """Return the feed of a token and its owner. Raise NotFound for an unknown token, FeedRevoked for a revoked one."""
    query = (
        select(_row, AccountRow)
        .join(AccountRow, col(AccountRow.id) == col(_row.account_id))
        .where(col(_row.token_hash) == _digest(token))
    )
    if (found := (await db.execute(query)).first()) is None:
        raise NotFound(NOTHING_HERE)
    feed, owner = found
    if feed.revoked_at is not None or not owner.active or owner.role != feed.role:
        raise FeedRevoked("This calendar feed was revoked. Remove it from the calendar program.")
    return feed, owner


async def visits_of(db: ReadSession, feed: CalendarFeedRow) -> list[VisitRecord]:
    """Return the visits that a feed shows, in order of time, at most MOST_EVENTS."""
    at = now()
    owner = AppointmentRow.patient_id if feed.role == Role.PATIENT.value else AppointmentRow.doctor_id
    query = (
        select_visits()
        .where(
            col(owner) == feed.account_id,
            col(AppointmentRow.starts_at) >= at - timedelta(days=PAST_DAYS),
            col(AppointmentRow.starts_at) < at + timedelta(days=AHEAD_DAYS),
            col(AppointmentRow.status).in_(_SHOWN),
        )
        .order_by(col(AppointmentRow.starts_at), col(AppointmentRow.id))
        .limit(MOST_EVENTS)
    )
    return [VisitRecord(*row) for row in await db.execute(query)]


def event_of(visit: VisitRecord, feed: CalendarFeedRow, owner: AccountRow, settings: Settings) -> CalendarEvent:
    """Return a visit as the feed shows it: without its reason, and to a doctor with the patient's name only by choice."""
    is_patient = feed.role == Role.PATIENT.value
    page = f"/appointments/{visit.id}" if is_patient else f"/doctor/visits/{visit.id}"
    return CalendarEvent(
        reference=visit.reference,
        version=visit.version,
        # a stamp of the present would give each read another ETag
        stamp=visit.created_at,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        summary=f"{settings.hospital}: {visit.doctor_name}" if is_patient else _title(visit, feed, owner),
        location=visit.place or settings.hospital,
        url=f"{settings.public_url}{page}",
    )


def names_patients(feed: CalendarFeedRow) -> bool:
    """Whether the feed shows a doctor the names of patients."""
    return feed.role == Role.DOCTOR.value and feed.detail == FeedDetail.NAMES.value


def _title(visit: VisitRecord, feed: CalendarFeedRow, owner: AccountRow) -> str:
    return visit.patient_name if names_patients(feed) else BUSY[PortalLanguage(owner.language)]


def _owned_by(who: Identity) -> Select[Any]:
    return select(_row).where(col(_row.account_id) == who.id, col(_row.role) == who.role.value, col(_row.revoked_at).is_(None))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _members(row: CalendarFeedRow) -> dict[str, Any]:
    return row.model_dump(include={"id", "name", "detail", "created_at"})
