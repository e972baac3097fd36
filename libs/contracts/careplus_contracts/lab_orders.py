"""Laboratory orders: a doctor orders tests for a patient, follows them, changes and withdraws them."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.lab_catalogue import OutsideCollection, TestCodes, UnknownTest
from careplus_contracts.labs import LabBooking, LabBookingStatus, LabFull, LabPriority
from careplus_contracts.refusals import IllegalTransition, NotFound, PatientBusy
from careplus_contracts.results import LabResult
from careplus_contracts.values import (
    Answer,
    Body,
    Code,
    Count,
    Filter,
    Id,
    InLanguages,
    Instant,
    Justification,
    OptionalWords,
    Page,
    PageFilter,
    Person,
    Reference,
)

api = Contract(service="labs", tag="labs")


def _few_codes(value: str) -> str:
    codes = value.split(",")
    if len(codes) > 20 or len(set(codes)) != len(codes):
        raise ValueError("name up to 20 codes, each once")
    return value


CodeList = Annotated[
    str,
    StringConstraints(max_length=820, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}(,[A-Za-z0-9][A-Za-z0-9._-]{0,39})*$"),
    AfterValidator(_few_codes),
    Field(description="Codes of tests with commas between them.", examples=["HBA1C,TSH"]),
]
"""Codes in a query, where a parameter stands once."""


class OrderTests(Body):
    patient_id: Id
    test_codes: TestCodes
    appointment_id: Id | None = None
    starts_at: Instant | None = Field(default=None, description="Null: the patient comes without an appointment.")
    note: OptionalWords | None = None
    priority: LabPriority = LabPriority.ROUTINE


class ChangeOrder(Body):
    """The order as it should be; `starts_at` may be left out, the other members replace the present ones."""

    test_codes: TestCodes
    priority: LabPriority
    note: OptionalWords | None
    starts_at: Instant | None = Field(
        default=None, description="Left out: the time stays. Null: the patient comes without an appointment."
    )


class LabOrders(Page[LabBooking]):
    """The doctor's own orders, latest first."""


class PatientOrders(Page[LabBooking]):
    """Laboratory bookings of a patient, latest first."""


class OrderCounts(Answer):
    """Counts of the doctor's own orders, over all of them."""

    late: Count = Field(description="A result is not verified although its time has passed.")
    rejected: Count = Field(description="The specimen was rejected, and is not collected again.")


class RepeatedTest(Answer):
    """A test that the patient had, or will have, less than its repeat interval ago."""

    code: Code
    name: str
    names: InLanguages
    repeat_after_days: int
    booking_id: Id
    reference: Reference
    status: LabBookingStatus
    at: Instant = Field(description="The collection; before it the booked time, or the order where no time is booked.")
    again_from: Instant = Field(description="The end of the interval.")
    ordered_by: Person | None = Field(description="The doctor who ordered it; null: the patient booked it.")
    result: LabResult | None = Field(description="Null: not verified yet.")


class Repeats(Page[RepeatedTest]):
    """Tests within their repeat interval, in the order asked for. Ordering them is still possible."""


class WithdrawOrder(Body):
    """The patient and the laboratory read the reason, so it is required."""

    reason: Justification


@api.post(
    "/api/doctor/lab-orders",
    roles={Role.DOCTOR},
    refuses=(NotFound, UnknownTest, OutsideCollection, LabFull, PatientBusy),
    example={"patient_id": 12, "test_codes": ["CBC"], "note": "Tired for a month", "priority": "stat"},
)
async def order_tests(body: OrderTests) -> LabBooking:
    """Order tests for a patient in your care; the laboratory works on `stat` orders first."""


class LabOrderFilter(PageFilter):
    status: LabBookingStatus | None = None
    patient_id: Id | None = None
    appointment_id: Id | None = Field(default=None, description="Only tests ordered at this visit.")
    late: bool | None = None


@api.get("/api/doctor/lab-orders", roles={Role.DOCTOR}, conditional=True)
async def list_lab_orders(query: LabOrderFilter) -> LabOrders:
    """List the tests that you ordered, latest first; also withdrawn and closed ones, with the reason.

    With the orders of a doctor that you replace (see `list_taken_over`).
    """


@api.get("/api/doctor/lab-orders/counts", roles={Role.DOCTOR}, conditional=True)
async def count_lab_orders() -> OrderCounts:
    """Count your late orders, and orders with a rejected specimen; with the orders of a doctor that you replace."""


class RepeatFilter(Filter):
    patient_id: Id
    test_codes: CodeList
    booking_id: Id | None = Field(default=None, description="An order to leave out: the one that is being changed.")


@api.get("/api/doctor/lab-orders/repeats", roles={Role.DOCTOR}, refuses=(NotFound,))
async def list_repeats(query: RepeatFilter) -> Repeats:
    """List which of these tests a patient in your care had within their repeat interval, each with the latest time.

    An order, a booking of the patient, a collected specimen and a result count, of every doctor; a cancelled one does not. Tests
    without an interval, and codes that the catalogue does not have, are never listed.
    """


@api.get("/api/doctor/lab-orders/{booking_id}", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_lab_order(booking_id: Id) -> LabBooking:
    """Read one of your orders, or of a doctor that you replace."""


@api.put(
    "/api/doctor/lab-orders/{booking_id}",
    roles={Role.DOCTOR},
    refuses=(NotFound, IllegalTransition, UnknownTest, OutsideCollection, LabFull, PatientBusy),
    versioned=True,
    example={"test_codes": ["CBC", "CRP"], "priority": "stat", "note": "Fever since yesterday"},
)
async def change_lab_order(booking_id: Id, body: ChangeOrder) -> LabBooking:
    """Change one of your orders, or of a doctor that you replace, before a specimen is collected.

    Tests that stay keep their price, and stay also where the catalogue does not offer them any more. Another `starts_at` frees
    the former place. The patient and the laboratory see the changed tests. Sending the same again has no effect and the same
    answer.
    """


@api.put(
    "/api/doctor/lab-orders/{booking_id}/cancel",
    roles={Role.DOCTOR},
    refuses=(NotFound, IllegalTransition),
    versioned=True,
    example={"reason": "Measured last week at the practice"},
)
async def withdraw_lab_order(booking_id: Id, body: WithdrawOrder) -> LabBooking:
    """Withdraw one of your orders, or of a doctor that you replace.

    It is possible while a specimen is not collected, or is rejected, and none is being measured. Withdrawing again has no effect
    and the same answer.
    """


@api.get("/api/doctor/patients/{patient_id}/lab-orders", roles={Role.DOCTOR}, refuses=(NotFound,))
async def list_patient_orders(patient_id: Id, query: PageFilter) -> PatientOrders:
    """List all laboratory bookings of a patient in your care, latest first: of every doctor, and the patient's own."""
