"""Statements that verify results: one, or many normal ones."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from careplus_contracts.results import Flag, ResultStatus
from careplus_contracts.verification import LeftBecause, ResultToVerify, UnverifiedResult, VerifiedNormal, VerifiedResult
from careplus_labs.rules import observations as rules
from careplus_labs.rules.verification import Policy, check_second_person, needs_second_person
from careplus_labs.store.results import corrections, entry
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import WriteSession
from careplus_tables.labs import LabBookingRow, LabResultRow, ObservationRow

CROSS_PATIENT = "the laboratory verifies the results of all patients"


async def verify(
    db: WriteSession, who: Identity, booking: LabBookingRow, row: LabResultRow, note: str | None, settings: Settings
) -> None:
    """Verify a result or the correction that waits; again has no effect. Raise IllegalTransition and SecondPersonRequired."""
    if row.correction_waits_since is not None:
        await corrections.confirm(db, who, booking, row, note, settings)
    elif not rules.is_verified_with(ResultStatus(row.status), row.note, note):
        rules.check_correctable(ResultStatus(row.status))
        policy, by = settings.lab_second_verification, row.entered_by_id
        check_second_person(policy, is_critical=row.critical, entered_by=by, verified_by=who.id)
        await entry.verify(db, who, booking, row, note)


async def verify_normal(db: WriteSession, who: Identity, wanted: Sequence[ResultToVerify], policy: Policy) -> VerifiedNormal:
    """Verify the normal ones of these results; bookings are locked before their results, each in the order of ids."""
    ids = [one.result_id for one in wanted]
    bookings = await _lock_bookings(db, ids)
    rows = await _lock_results(db, ids)
    flags = await _flags(db, rows)
    verified: list[VerifiedResult] = []
    left: list[UnverifiedResult] = []
    for one in wanted:
        row = rows.get(one.result_id)
        reason = _reason_to_leave(row, one.version, flags.get(one.result_id, []), who, policy)
        if reason is not None or row is None:
            left.append(UnverifiedResult(result_id=one.result_id, reason=reason or LeftBecause.NOT_FOUND))
            continue
        await entry.verify(db, who, bookings[row.booking_id], row, None)
        verified.append(VerifiedResult(result_id=one.result_id, patient_id=row.patient_id, version=row.version))
    return VerifiedNormal(verified=verified, left=left)


def _reason_to_leave(
    row: LabResultRow | None, version: int, flags: Sequence[Flag], who: Identity, policy: Policy
) -> LeftBecause | None:
    if row is None:
        return LeftBecause.NOT_FOUND
    if row.status != ResultStatus.RESULTED:
        return LeftBecause.CLOSED
    if row.version != version:
        return LeftBecause.CHANGED
    if not rules.is_normal(flags):
        return LeftBecause.NOT_NORMAL
    is_own = row.entered_by_id == who.id and needs_second_person(policy, is_critical=row.critical)
    return LeftBecause.SECOND_PERSON if is_own else None


async def _lock_bookings(db: WriteSession, result_ids: Sequence[int]) -> dict[int, LabBookingRow]:
    of_results = select(col(LabResultRow.booking_id)).where(col(LabResultRow.id).in_(result_ids))
    of_results = of_results.execution_options(cross_patient=CROSS_PATIENT)
    query = select(LabBookingRow).where(col(LabBookingRow.id).in_(of_results)).order_by(col(LabBookingRow.id))
    query = query.with_for_update().execution_options(cross_patient=CROSS_PATIENT)
    rows = (await db.execute(query)).scalars().all()
    return {row.id: row for row in rows if row.id is not None}


async def _lock_results(db: WriteSession, ids: Sequence[int]) -> dict[int, LabResultRow]:
    query = select(LabResultRow).where(col(LabResultRow.id).in_(ids)).order_by(col(LabResultRow.id))
    query = query.with_for_update().execution_options(cross_patient=CROSS_PATIENT)
    rows = (await db.execute(query)).scalars().all()
    return {row.id: row for row in rows if row.id is not None}


async def _flags(db: WriteSession, rows: dict[int, LabResultRow]) -> dict[int, list[Flag]]:
    query = select(col(ObservationRow.result_id), col(ObservationRow.flag)).where(col(ObservationRow.result_id).in_(list(rows)))
    found: dict[int, list[Flag]] = {}
    for result_id, flag in (await db.execute(query)).all():
        found.setdefault(result_id, []).append(Flag(flag))
    return found
