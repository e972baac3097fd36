"""Statements about emergency accesses of all doctors: their number in an hour, and their review by administrators."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from careplus_contracts.emergency import (
    EmergencyAccess,
    EmergencyAccesses,
    EmergencyFilter,
    EmergencyReview,
    ReviewAccess,
    TooManyOpened,
)
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Person
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import fetch_page, newest_first, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.accounts import AccountRow
from careplus_tables.charts import ChartAccessRow
from careplus_tables.emergency import AccessReviewRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.people import doctor_name

HOUR = timedelta(hours=1)
CROSS_PATIENT = "administrators review the emergency accesses to all charts"
_access, _review, _patient = ChartAccessRow, AccessReviewRow, aliased(AccountRow)
_NEWEST_FIRST = newest_first(col(_access.id))


async def check_hourly(db: WriteSession, who: Identity, most: int) -> None:
    """Raise TooManyOpened where the doctor opened the most charts within the last hour. Lock the doctor's account."""
    await db.execute(select(col(AccountRow.id)).where(col(AccountRow.id) == who.id).with_for_update())
    opened = (
        select(col(_access.opened_at))
        .where(col(_access.doctor_id) == who.id, col(_access.opened_at) > now() - HOUR)
        .order_by(col(_access.opened_at).desc(), col(_access.id).desc())
        .limit(most)
    )
    found = (await db.execute(opened)).scalars().all()
    if len(found) == most:
        detail = f"You opened {most} charts within an hour. Wait, or ask a colleague to open this one."
        raise TooManyOpened(detail, most=most, possible_from=found[-1] + HOUR)


async def list_all(db: ReadSession, who: Identity, wanted: EmergencyFilter) -> EmergencyAccesses:
    """Return the emergency accesses of all doctors, newest first."""
    query = _select(who)
    if wanted.reviewed is not None:
        has_review = col(_review.access_id).is_not(None)
        query = query.where(has_review if wanted.reviewed else ~has_review)
    rows, next_cursor = await fetch_page(db, query, _NEWEST_FIRST, wanted)
    return EmergencyAccesses(items=[_to_contract(*row) for row in rows], next_cursor=next_cursor)


async def find(db: AnySession, who: Identity, access_id: int) -> EmergencyAccess:
    """Return one emergency access. Raise NotFound."""
    row = (await db.execute(_select(who).where(col(_access.id) == access_id))).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return _to_contract(*row)


async def lock(db: WriteSession, who: Identity, access_id: int) -> EmergencyAccess:
    """Return an emergency access, locked: two first reviews must not insert two rows. Raise NotFound."""
    query = select(col(_access.id)).where(col(_access.id) == access_id, _is_admin(who)).with_for_update()
    await one_or_404(db, query.execution_options(cross_patient=CROSS_PATIENT))
    return await find(db, who, access_id)


async def review(db: WriteSession, who: Identity, access: EmergencyAccess, body: ReviewAccess) -> EmergencyAccess:
    """Store the review of a locked access in the place of an earlier one."""
    await db.merge(
        AccessReviewRow(
            access_id=access.id,
            justified=body.justified,
            comment=body.comment,
            reviewed_by_id=who.id,
            reviewed_at=this_second(),
            version=access.version + 1,
        )
    )
    await db.flush()
    return await find(db, who, access.id)


def _select(who: Identity) -> Select[*tuple[Any, ...]]:
    doctor, reviewer = doctor_name(col(_access.doctor_id)), doctor_name(col(_review.reviewed_by_id))
    members = (col(_access.id), col(_access.patient_id), col(_patient.full_name), col(_access.doctor_id), doctor)
    times = (col(_access.reason), col(_access.opened_at), col(_access.until))
    judged = (col(_review.justified), col(_review.comment), col(_review.reviewed_by_id), reviewer, col(_review.reviewed_at))
    version = func.coalesce(col(_review.version), 1)
    return (
        select(*members, *times, *judged, version)
        .join(_patient, col(_patient.id) == col(_access.patient_id))
        .outerjoin(_review, col(_review.access_id) == col(_access.id))
        .where(_is_admin(who))
        .execution_options(cross_patient=CROSS_PATIENT)
    )


def _is_admin(who: Identity) -> ColumnElement[bool]:
    return true() if who.role is Role.ADMIN else false()


def _to_contract(
    id_: int,
    patient_id: int,
    patient: str,
    doctor_id: int,
    doctor: str,
    reason: str,
    opened_at: datetime,
    until: datetime,
    justified: bool | None,
    comment: str | None,
    reviewer_id: int | None,
    reviewer: str | None,
    reviewed_at: datetime | None,
    version: int,
) -> EmergencyAccess:
    judged = None
    if justified is not None and reviewer_id is not None and reviewed_at is not None:
        by = Person(id=reviewer_id, full_name=reviewer or "")
        judged = EmergencyReview(justified=justified, comment=comment, reviewed_by=by, reviewed_at=reviewed_at)
    return EmergencyAccess(
        id=id_,
        patient=Person(id=patient_id, full_name=patient),
        doctor=Person(id=doctor_id, full_name=doctor),
        reason=reason,
        opened_at=opened_at,
        until=until,
        review=judged,
        version=version,
    )
