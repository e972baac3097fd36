"""Laboratory orders: a doctor orders tests for a patient, and withdraws them."""

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.lab_catalogue import OutsideCollection, TestCodes, UnknownTest
from careplus_contracts.labs import LabBooking, LabBookingStatus, LabFull
from careplus_contracts.refusals import IllegalTransition, NotFound, PatientBusy
from careplus_contracts.values import (
    Body,
    Id,
    Instant,
    Justification,
    OptionalWords,
    Page,
    PageFilter,
)

api = Contract(service="labs", tag="labs")


class OrderTests(Body):
    patient_id: Id
    test_codes: TestCodes
    appointment_id: Id | None = None
    starts_at: Instant | None = Field(default=None, description="Null: the patient comes without an appointment.")
    note: OptionalWords | None = None


class LabOrders(Page[LabBooking]):
    """The doctor's own orders, latest first."""


class WithdrawOrder(Body):
    """The patient and the laboratory read the reason, so it is required."""

    reason: Justification


@api.post(
    "/api/doctor/lab-orders",
    roles={Role.DOCTOR},
    refuses=(NotFound, UnknownTest, OutsideCollection, LabFull, PatientBusy),
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
