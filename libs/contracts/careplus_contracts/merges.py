"""Merges: two records of one patient become one, and the undo gives each its own back."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from careplus_contracts.endpoints import DESK, Contract, Role
from careplus_contracts.patients import DeskPatient
from careplus_contracts.refusals import Malformed, NotFound, OtherAppointment, Refusal, Stale
from careplus_contracts.values import Answer, Body, Count, Filter, Id, Instant, Justification, Page, PageFilter, Person, Version

api = Contract(service="auth", tag="patients")


class Detail(StrEnum):
    """A detail of a person that two records can have in common, or differ in."""

    FULL_NAME = "full_name"
    DATE_OF_BIRTH = "date_of_birth"
    SEX = "sex"
    PHONE = "phone"
    EMAIL = "email"


class RecordKind(StrEnum):
    """A kind of entry that is counted before a merge; its parts, such as the notes of a visit, go along."""

    VISITS = "visits"
    LAB_BOOKINGS = "lab_bookings"
    LAB_RESULTS = "lab_results"
    PRESCRIPTIONS = "prescriptions"
    REFILLS = "refills"
    REFERRALS = "referrals"
    CERTIFICATES = "certificates"
    VITAL_SIGNS = "vital_signs"
    EMERGENCY_ACCESSES = "emergency_accesses"
    ALLERGIES = "allergies"
    PROBLEMS = "problems"


class KindCount(Answer):
    """How many entries of one kind."""

    kind: RecordKind
    count: Count


Counts = Annotated[list[KindCount], Field(description="Kinds without an entry are left out.")]


class LikelyRecord(Answer):
    """An older record that is likely of the same person."""

    record: DeskPatient
    same: list[Detail] = Field(description="Name, date of birth and phone, as far as they agree.")


class Duplicate(Answer):
    """A record with the older ones that are likely of the same person."""

    record: DeskPatient
    likely: list[LikelyRecord] = Field(description="Oldest first, at most 5.")


class Duplicates(Page[Duplicate]):
    """Records that have a likely duplicate, newest first."""


class MergeSide(Answer):
    """One of two records, and the number of its entries."""

    record: DeskPatient
    entries: Counts


class VisitPair(Answer):
    """An appointment of each record at one time: one person cannot keep both."""

    of_kept: OtherAppointment
    of_merged: OtherAppointment


class MergePreview(Answer):
    """Both records before a merge."""

    kept: MergeSide
    merged: MergeSide
    differs: list[Detail] = Field(description="Details with another value; one that the merged record does not have is left out.")
    overlaps: list[VisitPair] = Field(description="At most 20. Any of them prevents the merge.")


class Merge(Answer):
    """A merge, and what its undo would do."""

    kept: DeskPatient
    merged: DeskPatient
    reason: str
    merged_at: Instant
    merged_by: Person
    moved: Counts
    undo_until: Instant
    undone_at: Instant | None
    undone_by: Person | None
    stays: Counts = Field(description="Entries that were written after the merge: the undo leaves them with the kept record.")
    chart_stays: bool = Field(
        description="Whether a doctor has changed allergies or problems since: the undo leaves those of both records in the kept "
        "chart."
    )


class IntoFilter(Filter):
    into_id: Id = Field(description="The record that is kept.")


class MergeRecord(Body):
    into_id: Id = Field(description="The record that is kept.")
    version: Version = Field(description="Of the record that is merged, as the preview showed it.")
    into_version: Version = Field(description="Of the record that is kept, as the preview showed it.")
    take: Annotated[list[Detail], Field(max_length=5)] = Field(
        default=[], description="The details that come from the merged record; the kept record's own are replaced."
    )
    reason: Justification = Field(description="How it was found out that both are of one person.")


class AlreadyMerged(Refusal):
    """One of the records is closed, or was merged before.

    Choose two open records. The page of a merged record names the record that goes on.
    """

    status = 409


class AppointmentsOverlap(Refusal):
    """Both records have an appointment at the same time.

    Cancel or move one of the two appointments first. If both took place, these are two people.
    """

    status = 409
    overlaps: list[VisitPair]


class KeepsItsAddress(Refusal):
    """The kept record signs in with its own e-mail address.

    Leave `email` out of `take`, or keep the other record.
    """

    status = 409


class UndoExpired(Refusal):
    """A merge can be undone for 30 days.

    These have passed, or it was undone before.
    """

    status = 409


class NewerMerge(Refusal):
    """The kept record was merged itself afterwards.

    Undo the newer merge first.
    """

    status = 409


@api.get("/api/reception/duplicates", roles=DESK)
async def list_duplicates(query: PageFilter) -> Duplicates:
    """List records that are likely of a person with an older record, newest first.

    At least two of name, date of birth and phone agree: families share a phone, and many people a name. Names agree if their
    first and last words sound alike in any order.
    """


@api.get("/api/admin/patients/{patient_id}/merge-preview", roles={Role.ADMIN}, refuses=(NotFound,))
async def preview_merge(patient_id: Id, query: IntoFilter) -> MergePreview:
    """Read what a merge of this record into another would move. Numbers of entries only, nothing clinical."""


@api.post(
    "/api/admin/patients/{patient_id}/merge",
    location="/api/admin/merges/{merged[id]}",
    roles={Role.ADMIN},
    refuses=(NotFound, AlreadyMerged, AppointmentsOverlap, KeepsItsAddress, Stale, Malformed),
    example={
        "into_id": 1,
        "version": 1,
        "into_version": 1,
        "take": ["phone"],
        "reason": "Registered twice; identity card shown.",
    },
)
async def merge_record(patient_id: Id, body: MergeRecord) -> Merge:
    """Merge this record into another of the same person, at once and as a whole.

    Visits, prescriptions, results and every other entry get the kept record. Its chart gets the allergies and problems of both,
    and of one substance the more severe entry. Histories that are never changed stay as they are and are read with the kept
    record. The merged record's sign-in ends, its account is closed and names the kept one. `undo_merge` gives all of it back for
    30 days.
    """


@api.get("/api/admin/merges/{merged_id}", roles={Role.ADMIN}, refuses=(NotFound,))
async def show_merge(merged_id: Id) -> Merge:
    """Read the latest merge of this record into another, and what its undo would do."""


@api.post(
    "/api/admin/merges/{merged_id}/undo",
    roles={Role.ADMIN},
    status=200,
    refuses=(NotFound, UndoExpired, NewerMerge),
)
async def undo_merge(merged_id: Id) -> Merge:
    """Give the entries back that the merge moved, and open the merged record's account again.

    Entries that were written after the merge stay with the kept record; so do the allergies and problems of both, if a doctor has
    changed them since. Details that the merge took over are given back where they were not changed since.
    """
