"""Waitlist: patients wait for a time of a doctor or a specialty; a time that becomes free is offered to one after the other."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from careplus_contracts.appointments import Appointment, DoctorIsPatient, Practitioner, TooLate
from careplus_contracts.availability import Weekday
from careplus_contracts.booking_limits import TooManyVisits
from careplus_contracts.endpoints import DESK, Contract, Role
from careplus_contracts.reception import Arrangement, Caller
from careplus_contracts.refusals import IllegalTransition, NotFound, PatientBusy, Refusal, SlotTaken
from careplus_contracts.values import Answer, Body, Day, Id, InLanguages, Instant, Line, Page, PageFilter, Version, WallClock
from careplus_contracts.visit_types import TYPE_REFUSALS

api = Contract(service="appointments", tag="waitlist")
MOST_ENTRIES = 5
"""Entries of one patient that wait at the same time."""


class EntryStatus(StrEnum):
    """`waiting` until an offer is accepted or the entry is removed; after its last day no time is offered to it."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REMOVED = "removed"


class ReplacedVisit(Answer):
    """The visit that an accepted offer replaces."""

    id: Id
    starts_at: Instant


class WaitedVisitType(Answer):
    """The visit type that a patient waits for."""

    id: Id
    names: InLanguages


class Offer(Answer):
    """A time that is held for the patient until `offered_until`; accept or decline it by the id of the visit."""

    appointment_id: Id
    doctor: Practitioner
    starts_at: Instant
    ends_at: Instant
    place: str | None
    offered_until: Instant
    version: Version = Field(description="Of the visit; for `If-Match`.")


class WaitlistEntry(Answer):
    """The times that a patient waits for: of the doctor or of the specialty, one of which is null."""

    id: Id
    doctor: Practitioner | None
    specialty: str | None
    specialty_names: InLanguages | None
    visit_type: WaitedVisitType | None = Field(description="Null: the one that is booked when none is named.")
    first_day: Day
    last_day: Day
    weekdays: list[Weekday]
    from_time: WallClock
    to_time: WallClock
    instead_of: ReplacedVisit | None
    offer: Offer | None = Field(description="The time that the patient can accept now.")
    added_by: Role
    created_at: Instant


class WaitlistEntries(Page[WaitlistEntry]):
    """The patient's own entries that wait, longest waiting first."""


class DeskEntry(WaitlistEntry):
    """An entry, as reception sees it."""

    patient: Caller


class DeskEntries(Page[DeskEntry]):
    """The entries of all patients that wait, longest waiting first."""


Weekdays = Annotated[
    list[Weekday], Field(min_length=1, max_length=7, description="The days of the week that fit; all by default.")
]


class JoinWaitlist(Body):
    """A doctor or a specialty, and the times that fit."""

    doctor_id: Id | None = None
    specialty: Line | None = Field(default=None, description="As doctors have it in `specialty`.")
    visit_type_id: Id | None = Field(
        default=None,
        description="Only times of doctors that offer this type, as long as it takes there. Without it the type of the visit in "
        "`instead_of`, otherwise the first one that patients book.",
    )
    first_day: Day
    last_day: Day = Field(description="The entry ends after this day.")
    weekdays: Weekdays = Field(default_factory=lambda: list(Weekday))
    from_time: WallClock = Field(default="00:00", description="A visit may start from this time on.")
    to_time: WallClock = Field(default="24:00", description="A visit ends at this time at the latest.")
    instead_of: Id | None = Field(
        default=None,
        description="A booked visit of the patient: only earlier times are offered, and accepting one cancels this visit.",
    )

    @model_validator(mode="after")
    def _check_times(self) -> "JoinWaitlist":
        if (self.doctor_id is None) == (self.specialty is None):
            raise ValueError("give doctor_id or specialty")
        if self.last_day < self.first_day:
            raise ValueError("last_day must not be before first_day")
        if self.from_time >= self.to_time:
            raise ValueError("to_time must be later than from_time")
        return self


class JoinWaitlistFor(JoinWaitlist):
    patient_id: Id


class WaitlistFilter(PageFilter):
    patient_id: Id | None = None
    doctor_id: Id | None = Field(default=None, description="Only entries that wait for this doctor, not for the specialty.")


class TooManyEntries(Refusal):
    """The patient waits for five times already.

    Remove one of the entries first.
    """

    status = 409


class AlreadyWaiting(Refusal):
    """The patient waits for an earlier time than this visit already.

    Remove that entry first if other times shall be offered.
    """

    status = 409


class NoDayAhead(Refusal):
    """The last day has passed.

    Choose a later last day.
    """

    status = 409


class OfferOver(Refusal):
    """This time is offered to you no longer.

    The entry of the waitlist stays: the next time that fits is offered to you.
    """

    status = 409


EXAMPLE = {"doctor_id": 7, "first_day": "2030-01-07", "last_day": "2030-01-31", "weekdays": ["mon", "thu"], "from_time": "08:00"}


@api.get("/api/waitlist", roles={Role.PATIENT}, conditional=True)
async def list_entries(query: PageFilter) -> WaitlistEntries:
    """List your entries that wait, longest waiting first, with the time that is offered to you now."""


@api.post(
    "/api/waitlist",
    roles={Role.PATIENT},
    refuses=(NotFound, DoctorIsPatient, TooManyEntries, AlreadyWaiting, NoDayAhead, IllegalTransition, TooLate, *TYPE_REFUSALS),
    example=EXAMPLE,
)
async def join_waitlist(body: JoinWaitlist) -> WaitlistEntry:
    """Wait for a time of a doctor or of any doctor of a specialty: at most five entries of a patient wait.

    A time that becomes free - a cancelled or moved visit, or new hours of the doctor - is offered to the entry that fits and
    waits longest, for 30 minutes between 8 and 20 o'clock, and until two hours before it at the latest. A free time that
    nobody gives up is not offered: book it.
    """


@api.delete("/api/waitlist/{entry_id}", roles={Role.PATIENT}, refuses=(NotFound,))
async def leave_waitlist(entry_id: Id) -> None:
    """Remove one of your entries. A time that is offered to it is offered to the next patient."""


@api.put(
    "/api/appointments/{appointment_id}/accept",
    roles={Role.PATIENT},
    refuses=(NotFound, OfferOver, IllegalTransition, SlotTaken, PatientBusy, TooManyVisits),
    versioned=True,
)
async def accept_offer(appointment_id: Id) -> Appointment:
    """Accept a time that is offered to you: it is booked, and the visit that the entry replaces is cancelled with it.

    Accepting again has no effect and the same answer.
    """


@api.put(
    "/api/appointments/{appointment_id}/decline",
    roles={Role.PATIENT},
    refuses=(NotFound, OfferOver, IllegalTransition),
    versioned=True,
)
async def decline_offer(appointment_id: Id) -> Appointment:
    """Decline a time that is offered to you. The entry stays, and this time is not offered to it again.

    Declining again has no effect and the same answer.
    """


@api.get("/api/reception/waitlist", roles=DESK)
async def list_desk_entries(query: WaitlistFilter) -> DeskEntries:
    """List the entries of all patients that wait, longest waiting first."""


@api.post(
    "/api/reception/waitlist",
    roles=DESK,
    refuses=(NotFound, DoctorIsPatient, TooManyEntries, AlreadyWaiting, NoDayAhead, IllegalTransition, TooLate, *TYPE_REFUSALS),
    example={"patient_id": 12, **EXAMPLE},
)
async def join_waitlist_for(body: JoinWaitlistFor) -> DeskEntry:
    """Put a patient on the waitlist, as `join_waitlist` does. An accepted offer then has no limit of online booking."""


@api.delete("/api/reception/waitlist/{entry_id}", roles=DESK, refuses=(NotFound,))
async def remove_entry(entry_id: Id) -> None:
    """Remove an entry of a patient. A time that is offered to it is offered to the next patient."""


@api.put(
    "/api/reception/appointments/{appointment_id}/withdraw",
    roles=DESK,
    refuses=(NotFound, OfferOver, IllegalTransition),
    versioned=True,
)
async def withdraw_offer(appointment_id: Id) -> Arrangement:
    """Withdraw an offer, so that its time can be booked for another patient. It is not offered to the next one.

    The patient's entry stays. Withdrawing again has no effect and the same answer.
    """
