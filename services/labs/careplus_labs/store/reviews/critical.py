"""Statements about critical results: opened by verification or correction, closed by an acknowledgement or a call."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlmodel import col

from careplus_contracts.critical import Acknowledge, CommunicationKind, CriticalResult, CriticalResults, NoteCall
from careplus_contracts.endpoints import Role
from careplus_contracts.results import ResultStatus
from careplus_contracts.values import Id, Instant, PageFilter
from careplus_labs.rules import critical as rules
from careplus_labs.store.results import result_notices
from careplus_labs.store.reviews.critical_records import case_of, to_critical_results
from careplus_runtime.http.records import Keyset, fetch_page, one_or_404
from careplus_runtime.identity.acting import acting_doctors
from careplus_runtime.identity.care import patients_in_care
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now, this_second
from careplus_tables.colleagues import is_or_is_done_by
from careplus_tables.critical import IS_OPEN, CommunicationRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.labs import LabBookingRow, LabResultRow
from careplus_tables.people import name_of, people_by_id
from careplus_tables.result_records import to_lab_results

CROSS_PATIENT = "the laboratory works on the results of all patients"
_LONGEST_FIRST = Keyset(
    (col(LabResultRow.critical_since), col(LabResultRow.id)),
    tuple[Instant, Id],
    lambda row: (row.critical_since, row.id),
)


def open_again(row: LabResultRow) -> None:
    """Open a critical result: call it at the verification, and after each correction of a verified result.

    A correction that leaves no critical value closes it in the name of the person who verified that; the reports stay readable.
    """
    if row.critical:
        row.critical_since, row.critical_closed_at, row.critical_closed_by_id = this_second(), None, None
    elif is_open(row):
        row.critical_closed_at, row.critical_closed_by_id = row.verified_at, row.verified_by_id


def is_open(row: LabResultRow) -> bool:
    """Return whether a critical value waits for an answer."""
    return row.critical_since is not None and row.critical_closed_at is None


async def list_open(db: ReadSession, who: Identity, wanted: PageFilter, delay: timedelta) -> CriticalResults:
    """Return the open ones that belong to the doctor, or all for the laboratory, the one that waits longest first."""
    query = select(LabResultRow).where(IS_OPEN)
    if who.role is Role.DOCTOR:
        query = query.where(_belongs_to(who, now() - delay))
    else:
        query = query.execution_options(cross_patient=CROSS_PATIENT)
    rows, next_cursor = await fetch_page(db, query, _LONGEST_FIRST, wanted)
    return CriticalResults(items=await to_critical_results(db, rows, delay), next_cursor=next_cursor)


async def lock_for_update(db: AnySession, who: Identity, result_id: int) -> LabResultRow:
    """Return a critical result, open or closed, that the caller may read, locked. Raise NotFound."""
    is_critical = col(LabResultRow.critical_since).is_not(None)
    query = select(LabResultRow).where(col(LabResultRow.id) == result_id, is_critical).with_for_update()
    if who.role is Role.DOCTOR:
        in_care = col(LabResultRow.patient_id).in_(patients_in_care(who))
        query = query.where(or_(_is_own(who), in_care))
    else:
        query = query.execution_options(cross_patient=CROSS_PATIENT)
    return await one_or_404(db, query)


async def acknowledge(db: WriteSession, who: Identity, row: LabResultRow, body: Acknowledge, delay: timedelta) -> None:
    """Close the result with the doctor's action. Raise BelongsToAnother and CriticalClosed."""
    [result] = await to_lab_results(db, [row])
    case = case_of(row, result)
    acting = (await acting_doctors(db, [case], now(), delay))[case.result_id]
    people = await people_by_id(db, [*acting.responsible, row.critical_closed_by_id])
    responsible = [people[id_].person() for id_ in acting.responsible]
    rules.check_may_act(who.id, {*acting.responsible, *acting.in_care}, responsible, case.since + delay)
    if row.critical_closed_by_id == who.id and await _has_said(db, who, row, body.action):
        return
    closed_by = people.get(row.critical_closed_by_id or 0)
    rules.check_open(row.critical_closed_at, closed_by.person() if closed_by else None)
    db.add(_report(who, row, CommunicationKind.ACKNOWLEDGED, body.action))
    await _close(
        db, who, row, released_by_id=who.id if result.ordered_by is None else None, ordered=result.ordered_by is not None
    )


async def note_call(db: WriteSession, who: Identity, booking: LabBookingRow, row: LabResultRow, body: NoteCall) -> None:
    """Record a call or an attempt; a call closes an open result. Raise NotCritical."""
    rules.check_critical(row.critical_since if row.critical else None)
    kind = CommunicationKind.CALLED if body.reached else CommunicationKind.NOT_REACHED
    report = _report(who, row, kind, body.note)
    report.person_called, report.party, report.phone = body.person_called, body.party.value, body.phone
    db.add(report)
    if body.reached and is_open(row):
        await _close(db, who, row, released_by_id=None, ordered=booking.ordered_by_id is not None)
    await db.flush()


async def show(db: AnySession, row: LabResultRow, delay: timedelta) -> CriticalResult:
    """Return one critical result with its doctors and reports."""
    [result] = await to_critical_results(db, [row], delay)
    return result


async def _close(db: WriteSession, who: Identity, row: LabResultRow, *, released_by_id: int | None, ordered: bool) -> None:
    at = this_second()
    row.critical_closed_at, row.critical_closed_by_id = at, who.id
    # no doctor would release the patient's own booking later
    if not ordered and row.status == ResultStatus.VERIFIED:
        row.status, row.released_at, row.released_by_id = ResultStatus.RELEASED.value, at, released_by_id
        row.released_by_name = None if released_by_id is None else await name_of(db, released_by_id)
        await result_notices.tell_released(db, [row])
    row.version += 1
    await db.flush()


async def _has_said(db: AnySession, who: Identity, row: LabResultRow, action: str) -> bool:
    said = select(col(CommunicationRow.id)).where(
        col(CommunicationRow.result_id) == row.id,
        col(CommunicationRow.by_id) == who.id,
        col(CommunicationRow.kind) == CommunicationKind.ACKNOWLEDGED.value,
        col(CommunicationRow.text) == action,
    )
    return (await db.execute(said.limit(1))).first() is not None


def _report(who: Identity, row: LabResultRow, kind: CommunicationKind, text: str | None) -> CommunicationRow:
    assert row.id is not None
    return CommunicationRow(
        result_id=row.id, patient_id=row.patient_id, kind=kind.value, at=this_second(), by_id=who.id, text=text
    )


def _belongs_to(who: Identity, escalated_before: datetime) -> ColumnElement[bool]:
    """Return the condition of results that the doctor can acknowledge."""
    of_result = and_(
        col(LabBookingRow.id) == col(LabResultRow.booking_id), col(LabBookingRow.patient_id) == col(LabResultRow.patient_id)
    )
    without_order = exists().where(of_result, col(LabBookingRow.ordered_by_id).is_(None))
    in_care = col(LabResultRow.patient_id).in_(patients_in_care(who))
    return or_(_is_own(who), and_(in_care, or_(col(LabResultRow.critical_since) <= escalated_before, without_order)))


def _is_own(who: Identity) -> ColumnElement[bool]:
    ordered = select(col(LabBookingRow.id)).where(is_or_is_done_by(col(LabBookingRow.ordered_by_id), who.id))
    return col(LabResultRow.booking_id).in_(ordered)
