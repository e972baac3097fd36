"""Parts of an exported record: laboratory bookings, specimens, and results with their values."""

from pydantic import Field

from careplus_contracts.values import Answer, Count, Id, Instant


class ExportedLabBooking(Answer):
    id: Id
    reference: str
    ordered_by_name: str | None
    appointment_id: Id | None
    starts_at: Instant | None
    status: str
    status_reason: str | None
    cancelled_by: str | None = Field(description="A role.")
    cancelled_by_name: str | None
    cancelled_at: Instant | None
    note: str | None
    priority: str
    collected_at: Instant | None
    verified_at: Instant | None
    created_at: Instant


class ExportedLabBookingTest(Answer):
    booking_id: Id
    position: Count
    test_code: str
    price_minor: Count
    currency: str
    specimen_type: str


class ExportedSpecimen(Answer):
    id: Id
    booking_id: Id
    accession: str
    type: str
    status: str
    collected_at: Instant | None
    collected_by_name: str | None
    received_at: Instant | None
    received_by_name: str | None
    rejected_at: Instant | None
    rejected_by_name: str | None
    rejection_reason: str | None
    created_at: Instant


class ExportedResult(Answer):
    """A released result; `observations` has its values."""

    id: Id
    booking_id: Id
    test_code: str
    outside_range: Count
    critical: bool
    note: str | None
    comment: str | None
    collected_at: Instant | None
    entered_by_name: str
    entered_at: Instant
    verified_by_name: str | None
    verified_at: Instant | None
    released_by_name: str | None
    released_at: Instant | None
    corrected_by_name: str | None
    corrected_at: Instant | None
    correction_reason: str | None


class ExportedValue(Answer):
    """One value with the range that it was compared with."""

    result_id: Id
    position: Count
    analyte_code: str
    value: float | None
    comparator: str | None
    text: str | None
    unit: str | None
    decimals: Count
    has_range: bool
    range_sex: str | None
    low: float | None
    high: float | None
    critical_low: float | None
    critical_high: float | None
    usual: list[str]
    flag: str
    missing: list[str]


class ExportedResultVersion(Answer):
    """A released version of a result that a correction replaced."""

    result_id: Id
    version: Count
    outside_range: Count
    critical: bool
    note: str | None
    comment: str | None
    entered_by_name: str
    entered_at: Instant
    verified_by_name: str | None
    verified_at: Instant | None
    released_at: Instant | None
    replaced_by_name: str
    replaced_at: Instant
    reason: str


class ExportedVersionValue(ExportedValue):
    """One value of a version that was replaced."""

    version: Count
