"""The demo hospital's corrected result: a value of a demo patient was typed with a decimal slip."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from careplus_demo.laboratory import Laboratory
from careplus_demo.people import LAB_ID
from careplus_demo.results import BOUNDS, CRITICAL, NOT_OUTSIDE, Results, flag_of

Row = dict[str, Any]
AFTER = timedelta(hours=20)
REASON = "The decimal point was in the wrong place."
KEPT = ("note", "comment", "entered_by_id", "entered_at", "verified_by_id", "verified_at", "released_at")


class Corrections:
    """Rows of the version that a correction replaced; the result itself becomes the corrected one."""

    def __init__(self, laboratory: Laboratory, results: Results) -> None:
        self.versions: list[Row] = []
        self.observations: list[Row] = []
        told = {one.id: one.order.corrected for one in laboratory.bookings if one.order and one.order.corrected}
        for result in results.results:
            code = told.get(result["booking_id"])
            values = [one for one in results.observations if one["result_id"] == result["id"]]
            if slipped := next((one for one in values if one["analyte_code"] == code), None):
                self._correct(result, values, slipped)

    def _correct(self, result: Row, values: list[Row], slipped: Row) -> None:
        before = [_slipped(one) if one is slipped else dict(one) for one in values]
        at, flags = result["released_at"] + AFTER, [one["flag"] for one in before]
        judged = {
            "outside_range": sum(flag not in NOT_OUTSIDE for flag in flags),
            "critical": any(flag in CRITICAL for flag in flags),
        }
        key = {"result_id": result["id"], "version": result["version"], "patient_id": result["patient_id"]}
        replaced = {"replaced_by_id": LAB_ID, "replaced_at": at, "reason": REASON}
        self.versions.append({**key, **judged, **{name: result[name] for name in KEPT}, **replaced})
        self.observations += [{**one, "version": result["version"]} for one in before]
        corrected = {"corrected_by_id": LAB_ID, "corrected_at": at, "correction_reason": REASON}
        changed = {"comment": None, "version": result["version"] + 1}
        result.update({**corrected, **changed, "entered_at": at, "verified_by_id": LAB_ID, "verified_at": at})


def _slipped(one: Row) -> Row:
    value = round(one["value"] * 10, one["decimals"])
    return {**one, "value": value, "flag": flag_of(value, SimpleNamespace(**{bound: one[bound] for bound in BOUNDS})).value}
