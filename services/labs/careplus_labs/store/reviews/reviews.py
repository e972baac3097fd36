"""Statements of the doctor's review: marks, comments, and releases of one result or of all normal ones."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlmodel import col

from careplus_contracts.refusals import NotFound
from careplus_contracts.results import ResultStatus
from careplus_contracts.reviews import (
    LeftReason,
    LeftResult,
    NotResponsible,
    ReleasedNormal,
    ReleaseNormal,
    ResultToReview,
    ReviewResult,
)
from careplus_labs.rules import reviews as rules
from careplus_labs.store.results import comments, result_notices
from careplus_labs.store.reviews import inbox, inbox_statements
from careplus_labs.store.reviews.review_records import to_review
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.handovers import HandoverRow
from careplus_tables.labs import LabResultRow
from careplus_tables.people import people_by_id
from careplus_tables.reviews import ResultReviewRow


async def show(db: AnySession, who: Identity, row: LabResultRow) -> ResultToReview:
    """Return one result that the doctor may read."""
    [result] = await to_review(db, who, (await inbox.reader(db, who)).owners, [row])
    return result


async def review(db: WriteSession, who: Identity, row: LabResultRow, body: ReviewResult, zone: ZoneInfo) -> ResultToReview:
    """Store a comment and a release as the next version, and the doctor's mark beside it. Raise NotResponsible, SeenEarlier."""
    at = this_second()
    changes = _changes(who, row, body.comment, at, release=body.release)
    if changes:
        await _check_responsible(db, who, row)
        await _apply(db, who, [(row, changes)], at)
    if body.seen:
        await _mark(db, who, [row], at)
    else:
        await _take_back(db, who, row, at, zone)
    return await show(db, who, row)


async def release_normal(db: WriteSession, who: Identity, body: ReleaseNormal) -> tuple[ReleasedNormal, Collection[int]]:
    """Release and mark the named results that are unchanged and normal. Also return their patients.

    Raise NotFound where a result is not the caller's.
    """
    at, by = this_second(), await inbox.reader(db, who)
    wanted = {one.result_id: one.version for one in body.results}
    owned = [col(LabResultRow.id).in_(wanted), col(LabResultRow.ordered_by_id).in_(by.owners)]
    query = select(LabResultRow).where(*owned, col(LabResultRow.status).in_(inbox_statements.VERIFIED))
    rows = {row.id: row for row in (await db.execute(query.order_by(col(LabResultRow.id)).with_for_update())).scalars()}
    if rows.keys() != wanted.keys():
        raise NotFound(NOTHING_HERE)
    query_normal = select(col(LabResultRow.id)).where(
        *owned, *inbox_statements.is_releasable(by.owners), inbox_statements.is_normal()
    )
    normal = set((await db.execute(query_normal)).scalars())
    takes = {id_ for id_, version in wanted.items() if rows[id_].version == version and id_ in normal}
    left = [LeftResult(result_id=id_, reason=_reason(rows[id_], wanted[id_])) for id_ in wanted if id_ not in takes]
    taken = [row for id_, row in rows.items() if id_ in takes]
    changes = [(row, _changes(who, row, body.comment, at, release=True)) for row in taken]
    released = await _apply(db, who, changes, at)
    seen = await _mark(db, who, taken, at)
    return ReleasedNormal(released=released, seen=seen, left=left, comment=body.comment), {row.patient_id for row in taken}


def _reason(row: LabResultRow, version: int) -> LeftReason:
    if row.version != version:
        return LeftReason.CHANGED
    return LeftReason.NOT_NORMAL if row.corrected_at is None else LeftReason.CORRECTED


async def _apply(db: WriteSession, who: Identity, changed: Sequence[tuple[LabResultRow, dict[str, Any]]], at: datetime) -> int:
    """Make the changes the next versions of the results, keep the comments, and return the number of releases."""
    by = (await people_by_id(db, [who.id]))[who.id].person()
    for row, changes in changed:
        if "comment" in changes:
            comments.add(db, row, changes["comment"], by, at)
        if "released_at" in changes:
            row.released_by_name = by.full_name
        if changes:
            row.sqlmodel_update({**changes, "version": row.version + 1})
    await db.flush()
    released = [row for row, changes in changed if "released_at" in changes]
    await result_notices.tell_released(db, released)
    return len(released)


def _changes(who: Identity, row: LabResultRow, comment: str | None, at: datetime, *, release: bool) -> dict[str, Any]:
    """Return the columns that a comment and a release change."""
    changes: dict[str, Any] = {}
    if comment is not None and comment != row.comment:
        changes["comment"] = comment
    if release and row.status == ResultStatus.VERIFIED:
        changes |= {"status": ResultStatus.RELEASED.value, "released_at": at, "released_by_id": who.id}
    return changes


async def _check_responsible(db: WriteSession, who: Identity, row: LabResultRow) -> None:
    """Raise NotResponsible with the ordering doctor, or the colleague that took that doctor's work over."""
    if rules.is_responsible(row.ordered_by_id, (await inbox.reader(db, who)).owners):
        return
    query = select(col(HandoverRow.colleague_id)).where(col(HandoverRow.doctor_id) == row.ordered_by_id)
    responsible_id = (await db.execute(query)).scalar_one_or_none() or row.ordered_by_id
    assert responsible_id is not None
    doctor = (await people_by_id(db, [responsible_id]))[responsible_id].person()
    name = doctor.full_name
    detail = f"{name} is responsible for this result: ask {name} to comment on it or to release it."
    raise NotResponsible(detail, responsible=doctor)


async def _mark(db: WriteSession, who: Identity, rows: Sequence[LabResultRow], at: datetime) -> int:
    """Mark results as seen by the caller, and return the number of new marks; a mark on older values is replaced."""
    query = select(ResultReviewRow).where(
        col(ResultReviewRow.result_id).in_([row.id for row in rows]), col(ResultReviewRow.doctor_id) == who.id
    )
    marks = {mark.result_id: mark for mark in (await db.execute(query)).scalars()}
    marked = 0
    for row in rows:
        assert row.id is not None
        assert row.verified_at is not None
        seen: dict[str, Any] = {"seen_at": at, "verified_at": row.verified_at, "result_version": row.version}
        mark = marks.get(row.id)
        if mark is not None and mark.verified_at == row.verified_at:
            continue
        marked += 1
        if mark is None:
            db.add(ResultReviewRow(result_id=row.id, doctor_id=who.id, **seen))
        else:
            mark.sqlmodel_update(seen)
    await db.flush()
    return marked


async def _take_back(db: WriteSession, who: Identity, row: LabResultRow, at: datetime, zone: ZoneInfo) -> None:
    """Delete the caller's mark of this clinic day. Raise SeenEarlier; no effect without a mark on the present values."""
    own = (col(ResultReviewRow.result_id) == row.id, col(ResultReviewRow.doctor_id) == who.id)
    mark = (await db.execute(select(ResultReviewRow).where(*own))).scalar_one_or_none()
    if mark is not None and mark.verified_at == row.verified_at:
        rules.check_same_day(mark.seen_at, at, zone)
        await db.execute(delete(ResultReviewRow).where(*own))
