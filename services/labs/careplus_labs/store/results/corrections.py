"""Statements about corrections: new values in the old ones' place, the replaced versions, and proposed corrections."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, literal, select
from sqlmodel import col

from careplus_contracts.corrections import CorrectResult
from careplus_contracts.results import Observation, ResultStatus
from careplus_labs.rules import observations as rules
from careplus_labs.rules.verification import check_second_person, needs_second_person
from careplus_labs.store.bookings import booking_status
from careplus_labs.store.results import comments, entry, release, result_notices
from careplus_labs.store.reviews import critical
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_runtime.process.settings import Settings
from careplus_tables.corrections import ProposedCorrectionRow, ResultVersionRow, VersionObservationRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.labs import LabBookingRow, LabResultRow, ObservationRow, ObservedColumns
from careplus_tables.people import people_by_id
from careplus_tables.reviews import ResultReviewRow

_KEPT = (
    *("note", "comment", "outside_range", "critical"),
    *("entered_by_id", "entered_at", "verified_by_id", "verified_by_name", "verified_at"),
)


class _Correction(NamedTuple):
    """The person, time and reason of a correction, and its values."""

    by_id: int
    at: datetime
    reason: str
    note: str | None
    observations: list[Observation]


async def correct(
    db: WriteSession, who: Identity, booking: LabBookingRow, row: LabResultRow, body: CorrectResult, settings: Settings
) -> None:
    """Correct a verified result, or keep the correction for a second person. Raise Malformed and WrongUnit."""
    rules.check_verified(ResultStatus(row.status))
    observations = await entry.observed(db, row, row.test_code, body.observations, row.specimen_at, settings.clinic_zone)
    await _delete_proposal(db, row)
    if needs_second_person(settings.lab_second_verification, is_critical=row.critical or rules.is_critical(observations)):
        await _propose(db, who, booking, row, body)
    else:
        change = _Correction(who.id, this_second(), body.reason, body.note, observations)
        await _apply(db, booking, row, change, who.id)


async def confirm(
    db: WriteSession, who: Identity, booking: LabBookingRow, row: LabResultRow, note: str | None, settings: Settings
) -> None:
    """Apply the correction that waits. Raise SecondPersonRequired for the proposer."""
    proposed = await proposal_of(db, row)
    assert proposed is not None
    check_second_person("always", is_critical=True, entered_by=proposed.proposed_by_id, verified_by=who.id)
    body = to_body(proposed)
    observations = await entry.observed(db, row, row.test_code, body.observations, row.specimen_at, settings.clinic_zone)
    note = body.note if note is None else note
    await _delete_proposal(db, row)
    change = _Correction(proposed.proposed_by_id, proposed.proposed_at, body.reason, note, observations)
    await _apply(db, booking, row, change, who.id)


async def proposal_of(db: AnySession, row: LabResultRow) -> ProposedCorrectionRow | None:
    """Return the correction of a result that waits, or None."""
    query = select(ProposedCorrectionRow).where(col(ProposedCorrectionRow.result_id) == row.id)
    return (await db.execute(query)).scalar_one_or_none()


def to_body(proposed: ProposedCorrectionRow) -> CorrectResult:
    """Return the body with which a correction was proposed."""
    members = {"observations": proposed.observations, "reason": proposed.reason, "note": proposed.note}
    return CorrectResult.model_validate(members, strict=False)


async def _propose(db: WriteSession, who: Identity, booking: LabBookingRow, row: LabResultRow, body: CorrectResult) -> None:
    assert row.id is not None
    at = this_second()
    values = [one.model_dump(mode="json") for one in body.observations]
    change: dict[str, Any] = {"proposed_by_id": who.id, "proposed_at": at, "reason": body.reason, "note": body.note}
    db.add(ProposedCorrectionRow(result_id=row.id, patient_id=row.patient_id, observations=values, **change))
    row.correction_waits_since = at
    row.version += 1
    await db.flush()
    await booking_status.update(db, booking)


async def _delete_proposal(db: WriteSession, row: LabResultRow) -> None:
    if row.correction_waits_since is not None:
        await db.execute(delete(ProposedCorrectionRow).where(col(ProposedCorrectionRow.result_id) == row.id))
        row.correction_waits_since = None


async def _apply(db: WriteSession, booking: LabBookingRow, row: LabResultRow, change: _Correction, verified_by_id: int) -> None:
    """Keep the present version and put the corrected values in its place, verified and unseen; the status stays."""
    at = this_second()
    people = await people_by_id(db, [change.by_id, verified_by_id])
    by_name = people[change.by_id].full_name
    await _keep_version(db, row, change, at, by_name)
    if row.comment:
        comments.add(db, row, None, people[verified_by_id].person(), at)
    row.sqlmodel_update(
        {
            **entry.judged(change.observations),
            "note": row.note if change.note is None else change.note,
            # it was written about the old values
            "comment": None,
            "entered_by_id": change.by_id,
            "entered_at": change.at,
            "corrected_by_id": change.by_id,
            "corrected_by_name": by_name,
            "corrected_at": at,
            "correction_reason": change.reason,
            "version": row.version + 1,
        }
    )
    await entry.set_verified(db, row, verified_by_id, at)
    critical.open_again(row)
    if row.status == ResultStatus.RELEASED:
        await result_notices.tell_corrected(db, row)
    # the patient's own booking was held back while it was critical
    elif await release.is_due_at_verification(db, row):
        row.status, row.released_at = ResultStatus.RELEASED.value, at
        await result_notices.tell_released(db, [row])
    # the time alone does not tell: the first verification may be of the same second
    await db.execute(delete(ResultReviewRow).where(col(ResultReviewRow.result_id) == row.id))
    await entry.replace_observations(db, row, change.observations)
    await booking_status.update(db, booking)


async def _keep_version(db: WriteSession, row: LabResultRow, change: _Correction, at: datetime, by_name: str) -> None:
    """Copy the present values of a result to its versions."""
    assert row.id is not None
    kept = row.model_dump(include={*_KEPT, "version", "patient_id", "released_at"})
    replaced: dict[str, Any] = {
        "replaced_by_id": change.by_id,
        "replaced_by_name": by_name,
        "replaced_at": at,
        "reason": change.reason,
    }
    db.add(ResultVersionRow(result_id=row.id, **kept, **replaced))
    await db.flush()
    names = ["result_id", "position", *ObservedColumns.model_fields]
    present = select(*(col(getattr(ObservationRow, name)) for name in names), literal(row.version))
    present = present.where(col(ObservationRow.result_id) == row.id)
    await db.execute(insert(VersionObservationRow).from_select([*names, "version"], present))
