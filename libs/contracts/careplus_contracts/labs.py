"""Labs: the catalogue of tests, bookings and their specimens, and the laboratory's worklist."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from careplus_contracts.accounts import Sex
from careplus_contracts.appointments import Cancel
from careplus_contracts.endpoints import SIGNED_IN, Contract, Role
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
    Instant,
    Justification,
    Line,
    MinorUnits,
    OptionalWords,
    Page,
    PageFilter,
    Person,
    Query,
    Reason,
    Reference,
    Version,
)

api = Contract(service="labs", tag="labs")


def _each_once(codes: list[str]) -> list[str]:
    if len(set(codes)) != len(codes):
        raise ValueError("name each code once")
    return codes


TestCodes = Annotated[
    list[Code], Field(min_length=1, max_length=20, json_schema_extra={"uniqueItems": True}), AfterValidator(_each_once)
]
AnalyteCodes = Annotated[list[Code], Field(max_length=60, json_schema_extra={"uniqueItems": True}), AfterValidator(_each_once)]
Loinc = Annotated[str, Field(pattern=r"^[0-9]{1,7}-[0-9]$", description="LOINC code.", examples=["718-7"])]


OnlyDay = Annotated[Day | None, Field(description="Only bookings for this clinic day.")]


class AnalyteKind(StrEnum):
    QUANTITY = "quantity"
    TEXT = "text"


class LabBookingStatus(StrEnum):
    BOOKED = "booked"
    COLLECTED = "collected"
    RECEIVED = "received"
    REJECTED = "rejected"
    IN_PROGRESS = "in_progress"
    RESULTED = "resulted"
    VERIFIED = "verified"
    CANCELLED = "cancelled"


class ReferenceRange(Answer):
    """The usual values for a sex and an age; a null bound is open. Ages are in days, `[age_from_days, age_to_days)`."""

    sex: Sex | None = Field(description="Null: any.")
    age_from_days: int
    age_to_days: int | None
    low: float | None
    high: float | None
    critical_low: float | None
    critical_high: float | None


class Analyte(Answer):
    """One quantity or text that a test measures (FHIR ObservationDefinition)."""

    code: Code
    name: str
    loinc: Loinc
    kind: AnalyteKind
    unit: str | None = Field(description="UCUM; null for text.")
    decimals: int = Field(description="Digits to show after the point.")
    plain: str = Field(description="An explanation in plain words.")
    usual: list[str] = Field(description="For text: the usual values.")
    choices: list[str] = Field(description="For text: the values that can be entered; empty: any.")
    ranges: list[ReferenceRange] = Field(description="Empty: no reference range.")


class LabTest(Answer):
    code: Code
    name: str
    loinc: Loinc | None
    category: str
    specimen: str
    preparation: str
    plain: str = Field(description="The purpose of the test in plain words.")
    turnaround_hours: int
    price_minor: MinorUnits
    currency: Currency
    active: bool
    analytes: list[Analyte]
    version: Version


class LabTests(Page[LabTest]):
    """Tests by code."""


class DescribeTest(Body):
    name: Line
    category: Line
    specimen: Line
    preparation: OptionalWords = ""
    plain: OptionalWords = ""
    loinc: Loinc | None = None
    turnaround_hours: Annotated[int, Field(ge=1, le=2160)]
    price_minor: MinorUnits
    currency: Currency = "EUR"
    analytes: AnalyteCodes = Field(
        default=[], description="Codes of analytes in the catalogue, in the order to show them; empty: any can be entered."
    )
    active: bool = True


class AddTest(DescribeTest):
    code: Code


class BookTests(Body):
    test_codes: TestCodes
    starts_at: Instant


class OrderTests(Body):
    patient_id: Id
    test_codes: TestCodes
    appointment_id: Id | None = None
    starts_at: Instant | None = Field(default=None, description="Null: the patient comes without an appointment.")
    note: OptionalWords | None = None


class BookedTest(Answer):
    code: Code
    name: str
    preparation: str
    price_minor: MinorUnits
    currency: Currency
    result_id: Id | None = Field(description="The result; null until the caller may see it.")


class LabPatient(Person):
    date_of_birth: DateOfBirth | None
    sex: Sex


class LabBooking(Answer):
    """A visit to the laboratory (FHIR ServiceRequest with its specimen)."""

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
    collected_at: Instant | None
    created_at: Instant
    version: Version


class LabBookings(Page[LabBooking]):
    """The patient's own laboratory bookings, latest first."""


class LabOrders(Page[LabBooking]):
    """The doctor's own orders, latest first."""


class UncollectedBookings(Page[LabBooking]):
    """Bookings that closed because no specimen was collected, the one that closed last first."""


class Worklist(Page[LabBooking]):
    """Bookings for the laboratory to work on, in order of time."""


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


class WithdrawOrder(Body):
    """The patient and the laboratory read the reason, so it is required."""

    reason: Justification


class UnknownTest(Refusal):
    """The catalogue has no such test.

    Leave out `codes`, or take other ones of `GET /api/labs/tests`.
    """

    status = 422
    codes: list[str]


class LabFull(Refusal):
    """The laboratory cannot take you at that time.

    Choose one of `alternatives`, the nearest free times, or another one of `GET /api/labs/slots`.
    """

    status = 409
    alternatives: list[Instant]


class CodeTaken(Refusal):
    """There is a test with this code already.

    Change the test that has this code, or choose another code.
    """

    status = 409


class LabTestFilter(PageFilter):
    q: Query | None = None


@api.get("/api/labs/tests", roles=SIGNED_IN)
async def list_tests(query: LabTestFilter) -> LabTests:
    """List the catalogue by code; `q` searches codes, names, categories and explanations for every word.

    Administrators and the laboratory see inactive tests too.
    """


@api.post(
    "/api/labs/tests",
    location="/api/labs/tests/{code}",
    roles={Role.ADMIN},
    refuses=(CodeTaken, UnknownTest),
    example={
        "code": "K",
        "name": "Potassium",
        "category": "clinical chemistry",
        "specimen": "serum",
        "turnaround_hours": 4,
        "price_minor": 450,
        "analytes": ["potassium"],
    },
)
async def add_test(body: AddTest) -> LabTest:
    """Add a test to the catalogue."""


@api.put(
    "/api/labs/tests/{code}",
    roles={Role.ADMIN},
    refuses=(NotFound, UnknownTest),
    versioned=True,
    example={
        "name": "Potassium",
        "category": "clinical chemistry",
        "specimen": "serum",
        "turnaround_hours": 4,
        "price_minor": 450,
        "analytes": ["potassium"],
        "active": False,
    },
)
async def update_test(code: Code, body: DescribeTest) -> LabTest:
    """Change a test, or end its bookability with `active: false`."""


class LabSlotFilter(Filter):
    day: Day | None = None
    patient_id: Id | None = Field(default=None, description="A patient in the doctor's care, whose appointments `other` names.")


@api.get("/api/labs/slots", roles=SIGNED_IN, refuses=(NotFound,))
async def list_lab_slots(query: LabSlotFilter) -> LabSlots:
    """List the times of one clinic day, by default today, for specimens. Times in between can be booked too.

    Patients see in `other` where they have an appointment already, doctors where the patient of `patient_id` has one.
    """


@api.post(
    "/api/labs/bookings",
    location="/api/labs/bookings/{id}",
    roles={Role.PATIENT},
    refuses=(UnknownTest, LabFull, PatientBusy),
    example={"test_codes": ["CBC", "LIPID"], "starts_at": "2030-01-07T07:30:00Z"},
)
async def book_tests(body: BookTests) -> LabBooking:
    """Book tests for yourself. A patient has one place at a time, and none during a visit to a doctor."""


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
    """Cancel one of your bookings while its specimen is not collected, or is rejected.

    Cancelling again has no effect and the same answer.
    """


@api.post(
    "/api/doctor/lab-orders",
    roles={Role.DOCTOR},
    refuses=(NotFound, UnknownTest, LabFull, PatientBusy),
    example={"patient_id": 12, "test_codes": ["CBC"], "note": "Tired for a month"},
)
async def order_tests(body: OrderTests) -> LabBooking:
    """Order tests for a patient in your care."""


class LabOrderFilter(PageFilter):
    status: LabBookingStatus | None = None
    patient_id: Id | None = None


@api.get("/api/doctor/lab-orders", roles={Role.DOCTOR}, conditional=True)
async def list_lab_orders(query: LabOrderFilter) -> LabOrders:
    """List the tests that you ordered, latest first; also those that were withdrawn or closed, with the reason.

    With the orders of a doctor whose work you do (see `list_taken_over`).
    """


@api.put(
    "/api/doctor/lab-orders/{booking_id}/cancel",
    roles={Role.DOCTOR},
    refuses=(NotFound, IllegalTransition),
    versioned=True,
    example={"reason": "Measured last week at the practice"},
)
async def withdraw_lab_order(booking_id: Id, body: WithdrawOrder) -> LabBooking:
    """Withdraw one of your orders, or of a doctor whose work you do, while its specimen is not collected, or is rejected.

    Withdrawing again has no effect and the same answer.
    """


class WorklistFilter(PageFilter):
    status: LabBookingStatus | None = None
    day: OnlyDay = None


@api.get("/api/labs/worklist", roles={Role.LAB}, conditional=True)
async def list_worklist(query: WorklistFilter) -> Worklist:
    """List bookings in order of time; without `status`, the bookings that still need work."""


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
    """Record that the specimen was collected, received, started, rejected or recollected, or withdraw the booking.

    `cancelled` is possible while the specimen is not collected, or is rejected; the patient and the doctor read the reason.
    `resulted` and `verified` follow from the results. Rejecting a specimen deletes its results that are not verified. Setting
    the present status has no effect and the same answer.
    """
