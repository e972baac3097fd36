"""Board: one clinic day at the desk, the visits of all doctors side by side, and visits of passed days without an outcome."""

from typing import Annotated

from pydantic import Field

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import DESK, Contract
from careplus_contracts.reception import Arrangements, DeskDoctor
from careplus_contracts.values import Answer, DateOfBirth, Day, Filter, Id, Instant, Page, PageFilter, Person, Reference, Version

api = Contract(service="appointments", tag="reception")

BoardDay = Annotated[Day | None, Field(description="The clinic day; today by default.")]
UNFINISHED_DAYS = 30


class BoardPatient(Person):
    """The patient, with the date that tells namesakes apart."""

    date_of_birth: DateOfBirth | None


class BoardVisit(Answer):
    """A visit without reason and notes."""

    id: Id
    reference: Reference
    patient: BoardPatient
    starts_at: Instant
    ends_at: Instant
    status: AppointmentStatus
    late: bool = Field(description="The visit should have started, and the patient has not arrived.")
    arrived_at: Instant | None = Field(description="When the patient was marked as arrived; null before, or unknown.")
    started_at: Instant | None = Field(description="When the visit started; null before, or unknown.")
    completed_at: Instant | None
    offered_until: Instant | None = Field(description="Of an offer of the waitlist: until when the patient can accept it.")
    version: Version


class OfferedSpan(Answer):
    """A part of the day in which the doctor takes appointments."""

    starts_at: Instant
    ends_at: Instant


class BoardDoctor(Answer):
    """A doctor's day; cancelled visits are left out."""

    change: str = Field(description="Another text after each change of the visits or hours; `show_board_changes` answers it too.")

    doctor: DeskDoctor
    hours: list[OfferedSpan] = Field(description="The hours of the day without time off, in order of time; none on a closed day.")
    next_free: Instant | None = Field(description="The first time of this day that the desk can book now; null: there is none.")
    visits: list[BoardVisit] = Field(description="In order of time.")


class Board(Page[BoardDoctor]):
    """Doctors by name: all that take appointments, and the others that have visits on this day."""

    day: Day


class DoctorChange(Answer):
    doctor_id: Id
    change: str = Field(description="The same text as in the board while the doctor's visits and hours of this day are the same.")


class BoardChanges(Answer):
    """A text for each doctor with visits or hours, which differs from the board's after a change of these on the day."""

    day: Day
    doctors: list[DoctorChange] = Field(description="By id; the text of the others is empty.")


class BoardFilter(PageFilter):
    day: BoardDay = None
    doctor_id: Id | None = Field(default=None, description="Only this doctor.")


class BoardChangesFilter(Filter):
    day: BoardDay = None


@api.get("/api/reception/board", roles=DESK, conditional=True, always_audited=True)
async def show_board(query: BoardFilter) -> Board:
    """Read one clinic day of all doctors, page by page by the doctors' names, or of one doctor.

    Each read is an entry in the access log of its patients: read again only the doctors that `show_board_changes` names.
    """


@api.get("/api/reception/board/changes", roles=DESK, conditional=True)
async def show_board_changes(query: BoardChangesFilter) -> BoardChanges:
    """Ask at which doctors a visit of the day was booked, moved or changed, or the hours: a cheap read, every two seconds.

    It names no patient. Changed weekly hours, extra hours, time off and closed days change texts; passing time changes none.
    """


@api.get("/api/reception/board/unfinished", roles=DESK, conditional=True)
async def list_unfinished(query: PageFilter) -> Arrangements:
    """List the visits of the last 30 passed days that were neither completed nor missed nor cancelled, in order of time."""
