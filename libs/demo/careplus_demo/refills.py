"""Requests for refills of the demo hospital: a few open ones, and one answered for each patient with several prescriptions."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from careplus_contracts.prescriptions import PrescriptionStatus
from careplus_contracts.refills import RefillStatus

Row = dict[str, Any]
MOST_OPEN, MOST_OF_DOCTOR = 8, 3
MOST_ANSWERED = 4
WRITTEN_BEFORE, ENDED_WITHIN = timedelta(days=3), timedelta(days=60)
WAITING = timedelta(hours=5)
NOTES = ("I have tablets for one more week.", None, "I feel well with it.", None)
ANSWER = "Please come in first, so that we can check how the medicine works."


class Refills:
    """Chooses prescriptions that a patient would want again, the newest of each doctor first."""

    def __init__(self, prescriptions: Sequence[Row], now: datetime) -> None:
        self.rows: list[Row] = []
        self.items: list[Row] = []
        self._now = now
        # the patients and doctors of the demo logins come first
        wanted = [one for one in prescriptions if self._is_wanted(one)]
        logins = sorted({one["patient_id"] for one in prescriptions})[:2]
        possible = sorted(wanted, key=lambda one: (one["patient_id"] not in logins, one["doctor_id"], -one["id"]))
        open_of, asked = Counter[int](), set[int]()
        for one in possible:
            if len(self.rows) < MOST_OPEN and open_of[one["doctor_id"]] < MOST_OF_DOCTOR and one["patient_id"] not in asked:
                open_of[one["doctor_id"]] += 1
                asked.add(one["patient_id"])
                self._add(one, RefillStatus.OPEN)
        done = {row["prescription_id"] for row in self.rows}
        for one in [one for one in possible if one["patient_id"] in asked and one["id"] not in done][:MOST_ANSWERED]:
            self._add(one, RefillStatus.VISIT_NEEDED)

    def _is_wanted(self, prescription: Row) -> bool:
        old_enough = prescription["created_at"] <= self._now - WRITTEN_BEFORE
        recent = prescription["last_day"] >= (self._now - ENDED_WITHIN).date()
        return bool(prescription["status"] == PrescriptionStatus.ACTIVE.value and old_enough and recent)

    def _add(self, prescription: Row, status: RefillStatus) -> None:
        number, is_open = len(self.rows) + 1, status is RefillStatus.OPEN
        # the ids of open requests follow the time, by which they are listed
        waiting = (MOST_OPEN + MOST_ANSWERED + 1 - number) * WAITING
        asked_at = self._now - waiting - (timedelta() if is_open else WRITTEN_BEFORE / 2)
        self.rows.append(
            {
                "id": number,
                "prescription_id": prescription["id"],
                "patient_id": prescription["patient_id"],
                "doctor_id": prescription["doctor_id"],
                "status": status.value,
                "note": NOTES[number % len(NOTES)],
                "text": None if is_open else ANSWER,
                "created_at": asked_at,
                "answered_at": None if is_open else asked_at + WAITING,
                "answered_by_id": None if is_open else prescription["doctor_id"],
                "renewed_as_id": None,
                "version": 1 if is_open else 2,
            }
        )
        self.items.append({"refill_id": number, "position": 0})
