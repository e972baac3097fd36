"""Prescriptions and referrals that doctors of the demo hospital wrote at visits."""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from careplus_clinic.courses import last_day
from careplus_contracts.prescriptions import PrescriptionStatus
from careplus_contracts.referrals import ReferralStatus as R
from careplus_contracts.referrals import Urgency
from careplus_demo import texts
from careplus_demo.complaints import DAYS_A_YEAR
from careplus_demo.people import People
from careplus_demo.references import reference
from careplus_demo.stories import medicines
from careplus_demo.visits import Visit

Row = dict[str, Any]
ITEM = ("medicine", "dose", "route", "frequency", "duration_days", "quantity", "repeats", "instructions")
PRESCRIBED, REFERRED = 0.5, 0.08
"""Shares of visits without a story: with a prescription where a medicine fits, and with a referral by a family doctor."""
CHANGES = {R.SENT: 0, R.ACCEPTED: 1, R.DECLINED: 1, R.BOOKED: 2, R.SEEN: 3, R.CLOSED: 4, R.CANCELLED: 1}
ACCEPTED = (R.ACCEPTED, R.BOOKED, R.SEEN, R.CLOSED)
SETTLED_AFTER = timedelta(days=4)
REFERS = "General practice"


class Orders:
    """Prescriptions and referrals of completed `visits` in order of time."""

    def __init__(self, people: People, visits: Sequence[Visit]) -> None:
        self.people, self.visits, self.now, self.zone = people, visits, people.plan.now, people.plan.zone
        self._prescribed: set[tuple[int, str]] = set()

    def prescriptions(self) -> tuple[list[Row], list[Row]]:
        """Return prescriptions and their items; medicines that are renewed at different visits stand on different ones."""
        rng = self.people.plan.random_for("prescriptions")
        rows: list[Row] = []
        items: list[Row] = []
        for visit in self.visits:
            keys = visit.told.prescribe if visit.told else self._of_complaint(visit, rng)
            by_renewal: dict[int, list[Row]] = {}
            for key in keys:
                item = dict(zip(ITEM, medicines()[key], strict=True))
                days = self._days_until_renewed(visit, key)
                item["duration_days"] = min(item["duration_days"], days)
                by_renewal.setdefault(days, []).append(item)
            for taken in by_renewal.values():
                row = self._prescription(len(rows) + 1, visit, rng)
                row["last_day"] = last_day(visit.ends_at, max(item["duration_days"] for item in taken), self.zone)
                rows.append(row)
                items += [{"prescription_id": row["id"], "position": place, **item} for place, item in enumerate(taken)]
        return rows, items

    def referrals(self) -> Iterator[Row]:
        rng = self.people.plan.random_for("referrals")
        number = 0
        for visit in self.visits:
            row = self._told_referral(visit) if visit.told else self._referral(visit, rng)
            if row is not None:
                number += 1
                yield {"id": number, "reference": reference("RF", number), **row}

    def _of_complaint(self, visit: Visit, rng: random.Random) -> Sequence[str]:
        key = visit.complaint.medicine if visit.complaint else None
        if key is None or (visit.patient.id, key) in self._prescribed or rng.random() > PRESCRIBED:
            return ()
        self._prescribed.add((visit.patient.id, key))
        return (key,)

    def _days_until_renewed(self, visit: Visit, key: str) -> int:
        """Return the days until the medicine is prescribed again, so that no patient has it twice."""
        assert visit.told or visit.complaint
        later = (
            one.ends_at
            for one in self.visits
            if visit.told
            and one.patient is visit.patient
            and one.ends_at > visit.ends_at
            and one.told
            and key in one.told.prescribe
        )
        return max(1, (min(later, default=self.now + timedelta(days=400)) - visit.ends_at).days - 1)

    def _prescription(self, number: int, visit: Visit, rng: random.Random) -> Row:
        stopped = visit.told.stopped if visit.told else None
        return {
            "id": number,
            "reference": reference("RX", number),
            "patient_id": visit.patient.id,
            "doctor_id": visit.doctor.id,
            "appointment_id": visit.id,
            "notes": None if visit.told else rng.choice(texts.NOTES_TO_PRESCRIPTIONS),
            "override_reason": visit.told.override if visit.told else None,
            "status": (PrescriptionStatus.STOPPED if stopped else PrescriptionStatus.ACTIVE).value,
            "created_at": visit.ends_at,
            "stopped_at": visit.ends_at + timedelta(days=stopped[0]) if stopped else None,
            "stopped_by_id": visit.doctor.id if stopped else None,
            "stop_reason": stopped[1] if stopped else None,
            "version": 2 if stopped else 1,
        }

    def _told_referral(self, visit: Visit) -> Row | None:
        """Return the referral of a story: to a doctor, a specialty or a receiver outside."""
        told = visit.told.refer if visit.told else None
        if told is None:
            return None
        status, to = R(told["status"]), told.get("to")
        to_doctor = self.people.doctor_named(to) if to and to.islower() else None
        accepted_by = to_doctor or (self.people.doctor_named(told["by"]) if "by" in told else None)
        return self._row(visit, status, told["reason"], Urgency(told.get("urgency", Urgency.ROUTINE.value))) | {
            "to_doctor_id": to_doctor.id if to_doctor else None,
            "accepted_by_id": accepted_by.id if accepted_by and status in ACCEPTED else None,
            "to_specialty": to if to and to_doctor is None else None,
            "to_external": told.get("external"),
            "note": told.get("note"),
        }

    def _referral(self, visit: Visit, rng: random.Random) -> Row | None:
        age = (self.now.date() - visit.patient.date_of_birth).days / DAYS_A_YEAR
        fitting = [one for one in texts.REFERRED if one[0] <= age < one[1]]
        if visit.doctor.specialty != REFERS or not fitting or rng.random() > REFERRED:
            return None
        _, _, specialty, reason = rng.choice(fitting)
        receiver = next((one for one in self.people.doctors if one.specialty == specialty), None)
        status = R.SENT
        if receiver and self.now - visit.ends_at > SETTLED_AFTER:
            status = rng.choice((R.ACCEPTED, R.BOOKED, R.SEEN, R.CLOSED))
        return self._row(visit, status, reason, rng.choices((Urgency.ROUTINE, Urgency.URGENT), (5, 1))[0]) | {
            "to_doctor_id": None,
            "accepted_by_id": receiver.id if receiver and status in ACCEPTED else None,
            "to_specialty": specialty,
            "to_external": None,
            "note": None,
        }

    def _row(self, visit: Visit, status: R, reason: str, urgency: Urgency) -> Row:
        return {
            "patient_id": visit.patient.id,
            "from_doctor_id": visit.doctor.id,
            "reason": reason,
            "urgency": urgency.value,
            "due_on": None if urgency is Urgency.ROUTINE else (visit.ends_at + timedelta(days=21)).date(),
            "status": status.value,
            "created_at": visit.ends_at,
            "version": 1 + CHANGES[status],
        }
