"""Rules about two records of one patient. Pure functions."""

from datetime import date, datetime, timedelta
from typing import Any

from careplus_contracts.merges import (
    AlreadyMerged,
    AppointmentsOverlap,
    Detail,
    KeepsItsAddress,
    MergeRecord,
    NewerMerge,
    RecordKind,
    UndoExpired,
    VisitPair,
)
from careplus_contracts.refusals import Stale
from careplus_runtime.http.problems import malformed
from careplus_tables.accounts import AccountRow

UNDO_LIFETIME = timedelta(days=30)
TABLES = {
    RecordKind.VISITS: "appointments",
    RecordKind.LAB_BOOKINGS: "lab_bookings",
    RecordKind.LAB_RESULTS: "lab_results",
    RecordKind.PRESCRIPTIONS: "prescriptions",
    RecordKind.REFILLS: "refills",
    RecordKind.REFERRALS: "referrals",
    RecordKind.CERTIFICATES: "certificates",
    RecordKind.VITAL_SIGNS: "vital_signs",
    RecordKind.EMERGENCY_ACCESSES: "chart_access",
    RecordKind.ALLERGIES: "allergies",
    RecordKind.PROBLEMS: "problems",
}
CHART = {"allergies", "problems"}
"""Tables of which the entries are written to the kept chart; the others move."""


def check_two_records(patient_id: int, into_id: int) -> None:
    """Raise Malformed for one record twice."""
    if patient_id == into_id:
        raise malformed([{"loc": ("into_id",), "msg": "name another record than the merged one"}])


def check_mergeable(kept: AccountRow, merged: AccountRow, body: MergeRecord) -> None:
    """Raise AlreadyMerged for a closed record, Stale for one that is not as the preview showed it, and KeepsItsAddress."""
    if not (kept.active and merged.active):
        raise AlreadyMerged("One of these records is closed. Choose two that are open.")
    for row, seen in ((merged, body.version), (kept, body.into_version)):
        if row.version != seen:
            raise Stale.at(row.version)
    if Detail.EMAIL in body.take and kept.password_hash is not None:
        raise KeepsItsAddress("Leave the e-mail address as it is, or keep the other record.")


def check_no_overlap(overlaps: list[VisitPair]) -> None:
    """Raise AppointmentsOverlap where both records have an appointment at one time."""
    if overlaps:
        raise AppointmentsOverlap("Cancel or move one of the two appointments first.", overlaps=overlaps)


def check_undoable(merged_at: datetime, undone_at: datetime | None, now: datetime, kept_merged_into: int | None) -> None:
    """Raise UndoExpired after 30 days or an undo, NewerMerge where the kept record was merged itself."""
    if undone_at is not None or now >= merged_at + UNDO_LIFETIME:
        raise UndoExpired("This merge can no longer be undone.")
    if kept_merged_into is not None:
        raise NewerMerge("Undo the newer merge first.")


def differing(kept: AccountRow, merged: AccountRow) -> list[Detail]:
    """Return the details of which the merged record has another value."""
    values = {detail: (getattr(kept, detail.value), getattr(merged, detail.value)) for detail in Detail}
    return [detail for detail, (one, other) in values.items() if other not in (None, one)]


def in_common(one: AccountRow, other: AccountRow) -> list[Detail]:
    """Return the details by which two records are likely of one person."""
    pairs = {
        Detail.FULL_NAME: (one.likeness_key, other.likeness_key),
        Detail.DATE_OF_BIRTH: (one.date_of_birth, other.date_of_birth),
        Detail.PHONE: (one.phone_key, other.phone_key),
    }
    return [detail for detail, (first, second) in pairs.items() if first is not None and first == second]


def as_json(value: Any) -> Any:
    """Return a detail as the merge keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def from_json(detail: Detail, value: Any) -> Any:
    """Return the detail that `as_json` has written."""
    return date.fromisoformat(value) if value is not None and detail is Detail.DATE_OF_BIRTH else value
