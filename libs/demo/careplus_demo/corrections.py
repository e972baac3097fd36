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
        self._pat, self._now = laboratory.people.pat.id, laboratory.plan.now
        self._seen = {one["result_id"] for one in results.reviews}
        self.versions: list[Row] = []
        self.observations: list[Row] = []
        for result in reversed(results.results):
            values = [one for one in results.observations if one["result_id"] == result["id"]]
            if self._is_correctable(result) and any(map(_can_slip, values)):
                self._correct(result, values)
                return

    def _is_correctable(self, result: Row) -> bool:
        if result["patient_id"] != self._pat or result["released_at"] is None or result["released_by_id"] is None:
            return False
        return bool(result["released_at"] + AFTER <= self._now)

    def _correct(self, result: Row, values: list[Row]) -> None:
        slipped = next(filter(_can_slip, values))
        before = [_slipped(one) if one is slipped else dict(one) for one in values]
        at, flags = result["released_at"] + AFTER, [one["flag"] for one in before]
        judged = {
            "outside_range": sum(flag not in NOT_OUTSIDE for flag in flags),
            "critical": any(flag in CRITICAL for flag in flags),
        }
        key = {"result_id": result["id"], "version": result["version"], "patient_id": self._pat}
        replaced = {"replaced_by_id": LAB_ID, "replaced_at": at, "reason": REASON}
        self.versions.append({**key, **judged, **{name: result[name] for name in KEPT}, **replaced})
        self.observations += [{**one, "version": result["version"]} for one in before]
        corrected = {"corrected_by_id": LAB_ID, "corrected_at": at, "correction_reason": REASON}
        changed = {"comment": None, "version": result["version"] + 1}
        result.update({**corrected, **changed, "entered_at": at, "verified_by_id": LAB_ID, "verified_at": at})


def _can_slip(one: Row) -> bool:
    return one["value"] is not None and one["value"] > 0 and one["has_range"] and one["comparator"] is None


def _slipped(one: Row) -> Row:
    value = round(one["value"] * 10, one["decimals"])
    return {**one, "value": value, "flag": flag_of(value, SimpleNamespace(**{bound: one[bound] for bound in BOUNDS})).value}
