"""Results of the demo hospital's laboratory, with the range and the flag of each value."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from careplus_clinic.clinic_time import local_date
from careplus_contracts.results import Flag, ResultStatus
from careplus_demo import texts
from careplus_demo.bookings import Booking
from careplus_demo.catalogue import Analyte, LabTest
from careplus_demo.critical import CriticalReports
from careplus_demo.laboratory import Laboratory
from careplus_demo.people import LAB_ID
from careplus_demo.values import measured

Row = dict[str, Any]
NOT_OUTSIDE = (Flag.NORMAL, Flag.NO_RANGE)
CRITICAL = (Flag.CRITICAL_LOW, Flag.CRITICAL_HIGH)
BOUNDS = ("low", "high", "critical_low", "critical_high")


class Results:
    """Rows of results, of their observations and of the doctors' marks, in the order in which they were entered."""

    def __init__(self, laboratory: Laboratory, reports: CriticalReports) -> None:
        self._rng = laboratory.plan.random_for("results")
        self._zone, self._reports = laboratory.plan.zone, reports
        self.results: list[Row] = []
        self.observations: list[Row] = []
        self.reviews: list[Row] = []
        entered = [(one.entered_at, one.id, one) for one in laboratory.bookings if one.entered_at]
        for _, _, booking in sorted(entered):
            for test in booking.tests:
                self._add(booking, test)

    def _add(self, booking: Booking, test: LabTest) -> None:
        id_, found = len(self.results) + 1, []
        assert booking.collected_at is not None
        day = local_date(booking.collected_at, self._zone)
        given = (booking.order.values or {}) if booking.order else None
        values = measured(test, booking.patient, day, given, self._rng)
        for position, analyte in enumerate(test.analytes):
            common = {"result_id": id_, "position": position, "patient_id": booking.patient.id, "analyte_code": analyte.code}
            observed = self._observation(booking, analyte, values[analyte.code], day)
            found.append({**common, "unit": analyte.unit, "decimals": analyte.decimals, "usual": analyte.usual, **observed})
        self.observations += found
        self.results.append(self._result(id_, booking, test, found))

    def _result(self, id_: int, booking: Booking, test: LabTest, observations: Sequence[Row]) -> Row:
        verified_at, seen_at = booking.verified_at, self._seen_at(booking)
        critical = any(one["flag"] in CRITICAL for one in observations)
        state = self._reports.state(id_, booking, critical)
        # results that no doctor ordered are released when they are verified, critical ones when a call is noted
        released_at = seen_at if booking.visit else state["critical_closed_at"] or verified_at
        status = ResultStatus.RELEASED if released_at else ResultStatus.VERIFIED if verified_at else ResultStatus.RESULTED
        doctor_id = booking.visit.doctor.id if booking.visit and seen_at else None
        outside = sum(one["flag"] not in NOT_OUTSIDE for one in observations)
        version = 1 + (verified_at is not None) + (doctor_id is not None) + (state["critical_closed_at"] is not None)
        if doctor_id:
            seen = {"seen_at": seen_at, "verified_at": verified_at, "result_version": version}
            self.reviews.append({"result_id": id_, "doctor_id": doctor_id, **seen})
        return {
            "id": id_,
            "booking_id": booking.id,
            "patient_id": booking.patient.id,
            "test_code": test.code,
            "status": status.value,
            "outside_range": outside,
            "critical": critical,
            "note": None,
            "comment": self._comment(booking, test, outside) if seen_at and booking.visit else None,
            "collected_at": booking.collected_at,
            "specimen_at": booking.collected_at,
            "entered_by_id": LAB_ID,
            "entered_at": booking.entered_at,
            "verified_by_id": LAB_ID if verified_at else None,
            "verified_at": verified_at,
            "released_by_id": doctor_id if released_at else None,
            "released_at": released_at,
            "corrected_by_id": None,
            "corrected_at": None,
            "correction_reason": None,
            "version": version,
            "ordered_by_id": booking.visit.doctor.id if booking.visit else None,
            **state,
        }

    def _comment(self, booking: Booking, test: LabTest, outside: int) -> str | None:
        if booking.order:
            # about the first test of the order
            return booking.order.comment if test is booking.tests[0] else None
        return self._rng.choice(texts.COMMENTS_ON_UNUSUAL if outside else texts.COMMENTS_ON_USUAL)

    def _seen_at(self, booking: Booking) -> datetime | None:
        """Return the time of the doctor's review, within 30 hours after the verification."""
        if booking.verified_at is None or not booking.reviewed:
            return None
        return booking.verified_at + timedelta(hours=30) * (0.1 + 0.9 * self._rng.random())

    def _observation(self, booking: Booking, analyte: Analyte, value: float | str, day: date) -> Row:
        if isinstance(value, str):
            flag = Flag.NO_RANGE if not analyte.usual else Flag.NORMAL if value in analyte.usual else Flag.ABNORMAL
            return {**_reading(None, flag), "text": value}
        within = analyte.range_for(booking.patient, day)
        if within is None or all(getattr(within, bound) is None for bound in BOUNDS):
            return {**_reading(value, Flag.NO_RANGE), **_applied(within)}
        return {**_reading(value, flag_of(value, within)), **_applied(within)}


def flag_of(value: float, within: Any) -> Flag:
    """Return the flag. Low and high bounds are normal themselves, critical limits are critical."""
    if within.critical_low is not None and value <= within.critical_low:
        return Flag.CRITICAL_LOW
    if within.critical_high is not None and value >= within.critical_high:
        return Flag.CRITICAL_HIGH
    if within.low is not None and value < within.low:
        return Flag.LOW
    return Flag.HIGH if within.high is not None and value > within.high else Flag.NORMAL


def _reading(value: float | None, flag: Flag) -> Row:
    return {"value": value, "comparator": None, "text": None, "flag": flag.value, **_applied(None)}


def _applied(within: Any) -> Row:
    bounds = {bound: getattr(within, bound, None) for bound in BOUNDS}
    return {"has_range": within is not None, "range_sex": getattr(within, "sex", None), **bounds}
