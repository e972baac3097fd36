"""Labs: bookings and their specimens, and the laboratory's worklist."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from careplus_contracts.accounts import Sex
from careplus_contracts.appointments import Cancel
from careplus_contracts.booking_limits import TooManyVisits
from careplus_contracts.endpoints import SIGNED_IN, Contract, Role
from careplus_contracts.lab_catalogue import (
    ByOrder,
    CollectFrom,
    CollectUntil,
    FastingHours,
    OutsideCollection,
    TestCodes,
    UnknownTest,
)
from careplus_contracts.refusals import IllegalTransition, NotFound, OtherAppointment, PatientBusy, Refusal
from careplus_contracts.values import (
    Answer,
    Body,
    Code,
    Currency,
    DateOfBirth,
    Day,
    Filter,
    Id,
    InLanguages,
    Instant,
    MinorUnits,
    Page,
    PageFilter,
    Person,
    Query,
    Reason,
    Reference,
    Version,
)

api = Contract(service="labs", tag="labs")


Accession = Annotated[
    str,
    Field(
        description="The number on the label of a specimen, as its Code 128 and in letters; the last character is a check.",
        examples=["7K3M9Q2X4"],
    ),
]
OnlyDay = Annotated[Day | None, Field(description="Only bookings for this clinic day.")]


class LabBookingStatus(StrEnum):
    BOOKED = "booked"
    COLLECTED = "collected"
    RECEIVED = "received"
    REJECTED = "rejected"
    IN_PROGRESS = "in_progress"
    RESULTED = "resulted"
    VERIFIED = "verified"
    CANCELLED = "cancelled"


class LabPriority(StrEnum):
    """How soon a booking is worked on: `stat` is before every `routine` one."""

    ROUTINE = "routine"
    STAT = "stat"


class SpecimenStatus(StrEnum):
    EXPECTED = "expected"
    COLLECTED = "collected"
    RECEIVED = "received"
    REJECTED = "rejected"


class BookTests(Body):
    test_codes: TestCodes
    starts_at: Instant


class WaitingResult(Answer):
    """A result that waits to be verified; `normal`: each of its values is."""

    version: Version
    normal: bool


class BookedTest(Answer):
    code: Code
    name: str
    names: InLanguages
    preparation: str
    preparations: InLanguages = Field(description="`preparation` in each language.")
    price_minor: MinorUnits
    currency: Currency
    result_id: Id | None = Field(description="The result; null until the caller may see it.")
    fasting_hours: FastingHours
    collect_from: CollectFrom
    collect_until: CollectUntil
    to_verify: WaitingResult | None = Field(description="For the laboratory, while the result waits to be verified.")


class LabPatient(Person):
    date_of_birth: DateOfBirth | None
    sex: Sex


class Specimen(Answer):
    """One tube or other container with its label (FHIR Specimen).

    The tests of a booking that need one type share a specimen. A rejected specimen stays as it is, with its reason; the booking
    then expects another one of the same type, with its own accession number.
    """

    id: Id
    accession: Accession
    type: str = Field(description="The catalogue's `specimen` of its tests, at the time of booking.")
    type_names: InLanguages
    test_codes: list[Code] = Field(description="The tests of the booking that are measured in it.")
    status: SpecimenStatus
    collected_at: Instant | None
    collected_by: Person | None = Field(description="Null: not collected, or collected before specimens were recorded.")
    received_at: Instant | None
    rejected_at: Instant | None
    rejected_by: Person | None
    rejection_reason: str | None


class LabBooking(Answer):
    """A visit to the laboratory (FHIR ServiceRequest with its specimens).

    `status` follows from the specimens that are not rejected, one of each type. It is `rejected` while one of them replaces a
    rejected one and is not collected, otherwise `booked` until all are collected, `collected` until all are received, and from
    then on it follows from the results.
    """

    id: Id
    reference: Reference
    patient: LabPatient
    ordered_by: Person | None = Field(description="The doctor who ordered it; null: the patient booked it.")
    appointment_id: Id | None
    tests: list[BookedTest]
    starts_at: Instant | None
    status: LabBookingStatus
    status_reason: str | None = Field(description="The reason of the rejection or cancellation.")
    cancelled_by: Role | None = Field(
        description="Who withdrew it. Null: not cancelled, or it closed by itself because no specimen was collected."
    )
    cancelled_by_person: Person | None
    cancelled_at: Instant | None
    note: str | None
    price_minor: MinorUnits
    currency: Currency
    collected_at: Instant | None = Field(description="The last collection of one of its specimens.")
    created_at: Instant
    priority: LabPriority
    specimens: list[Specimen] = Field(description="In the order in which they were expected; also the rejected ones.")
    expected_by: Instant | None = Field(
        description="The time by which every result should be verified: the collection and the longest turnaround of its tests. "
        "Null before collection, after a rejection, and where no turnaround is known."
    )
    late: bool = Field(description="Whether that time has passed by the server's clock, and a result is not verified.")
    version: Version


class LabBookings(Page[LabBooking]):
    """The patient's own laboratory bookings, latest first."""


class UncollectedBookings(Page[LabBooking]):
    """Bookings that closed because no specimen was collected, the one that closed last first."""


class Worklist(Page[LabBooking]):
    """Bookings for the laboratory to work on: `stat` ones first, then in order of time."""


class LabSlot(Answer):
    starts_at: Instant
    ends_at: Instant
    free: int = Field(description="Number of places that are free.")
    other: OtherAppointment | None = Field(
        description="The appointment that the patient has at that time, for the patient and for a doctor who names the patient; "
        "nothing can be booked then. Otherwise null."
    )


class LabSlots(Page[LabSlot]):
    """Times of one day at which the laboratory takes specimens."""


class SetBookingStatus(Body):
    status: LabBookingStatus
    reason: Reason | None = Field(default=None, description="Required with `rejected` and `cancelled`.")


class LabFull(Refusal):
    """The laboratory cannot take you at that time.

    Choose one of `alternatives`, the nearest free times, or another one of `GET /api/labs/slots`.
    """

    status = 409
    alternatives: list[Instant]


CodeList = Annotated[
    str,
    Field(
        max_length=820,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}(,[A-Za-z0-9][A-Za-z0-9._-]{0,39}){0,19}$",
        description="Codes of tests with commas between them: only the times at which all of their specimens are taken.",
        examples=["CBC,CORT"],
    ),
]


class LabSlotFilter(Filter):
    day: Day | None = None
    patient_id: Id | None = Field(default=None, description="A patient in the doctor's care, whose appointments `other` names.")
    test_codes: CodeList | None = None


@api.get("/api/labs/slots", roles=SIGNED_IN, refuses=(NotFound, UnknownTest))
async def list_lab_slots(query: LabSlotFilter) -> LabSlots:
    """List the times of one clinic day, by default today, for specimens. Times in between can be booked too.

    Some tests have a time of day (`collect_from`); with `test_codes`, other times are left out. Patients see in `other` where
    they have an appointment already, doctors where the patient of `patient_id` has one.
    """


@api.post(
    "/api/labs/bookings",
    location="/api/labs/bookings/{id}",
    roles={Role.PATIENT},
    refuses=(UnknownTest, ByOrder, OutsideCollection, LabFull, PatientBusy, TooManyVisits),
    example={"test_codes": ["CBC", "LIPID"], "starts_at": "2030-01-07T07:30:00Z"},
)
async def book_tests(body: BookTests) -> LabBooking:
    """Book tests for yourself. A patient has one place at a time, and none during a visit to a doctor.

    Tests that are `by_order_only` are refused, and a time outside `collect_from` and `collect_until` of one of the tests. The
    hospital limits the online bookings of a patient: by default 2 upcoming bookings, 8 upcoming appointments in all with visits
    to doctors, and 4 bookings a day.
    """


class LabBookingFilter(PageFilter):
    status: LabBookingStatus | None = None


@api.get("/api/labs/bookings", roles={Role.PATIENT}, conditional=True)
async def list_lab_bookings(query: LabBookingFilter) -> LabBookings:
    """List your laboratory bookings, latest first: by the booked time, otherwise by that of the collection or the order."""


@api.get("/api/labs/bookings/{booking_id}", roles={Role.PATIENT, Role.LAB}, refuses=(NotFound,))
async def show_lab_booking(booking_id: Id) -> LabBooking:
    """Read one of your laboratory bookings; the laboratory can read every booking."""


@api.put(
    "/api/labs/bookings/{booking_id}/cancel",
    roles={Role.PATIENT},
    refuses=(NotFound, IllegalTransition),
    versioned=True,
    example={"reason": "I cannot fast that day"},
)
async def cancel_lab_booking(booking_id: Id, body: Cancel | None = None) -> LabBooking:
    """Cancel one of your bookings while a specimen of it is not collected, or is rejected, and none is being measured.

    Cancelling again has no effect and the same answer.
    """


Search = Annotated[
    Query | None,
    Field(
        description="An accession number, the reference of a booking, or words of a patient's name and a date of birth as "
        "1984-05-17. Numbers are found in small letters and without hyphens too."
    ),
]


class WorklistFilter(PageFilter):
    status: LabBookingStatus | None = None
    day: OnlyDay = None
    q: Search = None


@api.get("/api/labs/worklist", roles={Role.LAB}, conditional=True)
async def list_worklist(query: WorklistFilter) -> Worklist:
    """List bookings, `stat` ones first, then in order of time; without `status`, the bookings that still need work.

    An accession number or a reference in `q` finds its booking in every status, because a tube or a paper may come late.
    """


@api.get("/api/labs/uncollected", roles={Role.LAB}, conditional=True)
async def list_uncollected(query: PageFilter) -> UncollectedBookings:
    """List bookings that closed by themselves, the one that closed last first.

    A booking closes 30 days after its booked time, or 90 days after the order where it has none, if no specimen was collected
    until then; the days are settings. A rejected specimen that was not collected again closes 30 days after its collection.
    """


@api.put(
    "/api/labs/bookings/{booking_id}/status",
    roles={Role.LAB},
    refuses=(NotFound, IllegalTransition),
    versioned=True,
    example={"status": "collected"},
)
async def set_booking_status(booking_id: Id, body: SetBookingStatus) -> LabBooking:
    """Record a step of all specimens of a booking, start measuring, or withdraw the booking.

    `collected` collects every expected specimen, `received` receives every collected one, `rejected` rejects every collected or
    received one that is not verified: its results are deleted, and a new specimen is expected. For one specimen see
    `set_specimen_status`. `cancelled` is possible while a specimen is not collected and none is being measured; the patient and
    the doctor read the reason. `resulted` and `verified` follow from the results. Setting the present status has no effect and
    the same answer.
    """
