"""Prescriptions and referrals that doctors of the demo hospital wrote at visits."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from careplus_clinic.courses import last_day
from careplus_contracts.prescriptions import PrescriptionStatus
from careplus_contracts.referrals import ReferralStatus as R
from careplus_contracts.referrals import Urgency
from careplus_demo import texts
from careplus_demo.people import People
from careplus_demo.references import reference
from careplus_demo.visits import Visit

Row = dict[str, Any]
ITEM = ("medicine", "dose", "route", "frequency", "duration_days", "quantity", "repeats", "instructions")
PRESCRIBED, REFERRED = 0.2, 0.06
"""Shares of visits with a prescription, and with a referral."""
CHANGES = {R.SENT: 0, R.ACCEPTED: 1, R.DECLINED: 1, R.BOOKED: 2, R.SEEN: 3, R.CLOSED: 4, R.CANCELLED: 1}
ACCEPTED = (R.ACCEPTED, R.BOOKED, R.SEEN, R.CLOSED)
SETTLED_AFTER = timedelta(days=4)


class Orders:
    """Prescriptions and referrals of completed `visits` in order of time; the demo logins' visits all have both."""

    def __init__(self, people: People, visits: Sequence[Visit]) -> None:
        self.people, self.visits, self.now = people, visits, people.plan.now
        self.known = {people.pat.id, people.sam.id}

    def prescriptions(self) -> tuple[list[Row], list[Row]]:
        """Return prescriptions and their items."""
        rng = self.people.plan.random_for("prescriptions")
        rows: list[Row] = []
        items: list[Row] = []
        for visit in self._some(rng, PRESCRIBED):
            row = self._prescription(len(rows) + 1, visit, rng)
            rows.append(row)
            medicines = texts.MEDICINES[visit.doctor.specialty]
            sample = rng.sample(medicines, rng.choice((1, 1, 2)))
            taken: list[Row] = [dict(zip(ITEM, medicine, strict=True)) for medicine in sample]
            items.extend({"prescription_id": row["id"], "position": position, **item} for position, item in enumerate(taken))
            longest = max(item["duration_days"] for item in taken)
            row["last_day"] = last_day(visit.ends_at, longest, self.people.plan.zone)
        return rows, items

    def referrals(self) -> Iterator[Row]:
        rng = self.people.plan.random_for("referrals")
        turns = dict.fromkeys(self.known, 0)
        for number, visit in enumerate(self._some(rng, REFERRED), start=1):
            turn = turns.get(visit.patient.id, rng.randrange(3))
            if visit.patient.id in turns:
                turns[visit.patient.id] += 1
            yield self._referral(number, visit, turn % 3, rng)

    def _some(self, rng: random.Random, share: float) -> Iterator[Visit]:
        for visit in self.visits:
            if rng.random() < share or visit.patient.id in self.known:
                yield visit

    def _prescription(self, number: int, visit: Visit, rng: random.Random) -> Row:
        since = self.now - visit.ends_at
        stopped = rng.random() < 0.15 and since > SETTLED_AFTER
        status = PrescriptionStatus.STOPPED if stopped else PrescriptionStatus.ACTIVE
        return {
            "id": number,
            "reference": reference("RX", number),
            "patient_id": visit.patient.id,
            "doctor_id": visit.doctor.id,
            "appointment_id": visit.id,
            "notes": rng.choice(texts.NOTES_TO_PRESCRIPTIONS),
            "override_reason": None,
            "status": status.value,
            "created_at": visit.ends_at,
            "stopped_at": visit.ends_at + since * rng.random() if stopped else None,
            "stopped_by_id": visit.doctor.id if stopped else None,
            "stop_reason": rng.choice(texts.STOP_REASONS) if stopped else None,
            "version": 2 if stopped else 1,
        }

    def _referral(self, number: int, visit: Visit, turn: int, rng: random.Random) -> Row:
        """Return a referral to a doctor, a specialty or a receiver outside, by `turn` 0, 1 or 2."""
        receiver = self._receiver(visit, rng)
        urgency = rng.choices(list(Urgency), (8, 3, 1))[0]
        status = self._status(visit.ends_at, turn == 2, rng)
        accepted = turn < 2 and status in ACCEPTED
        return {
            "id": number,
            "reference": reference("RF", number),
            "patient_id": visit.patient.id,
            "from_doctor_id": visit.doctor.id,
            "to_doctor_id": receiver.id if turn == 0 else None,
            "accepted_by_id": receiver.id if accepted else None,
            "to_specialty": receiver.specialty if turn == 1 else None,
            "to_external": rng.choice(texts.EXTERNAL) if turn == 2 else None,
            "reason": rng.choice(texts.REFERRAL_REASONS[visit.doctor.specialty if turn == 2 else receiver.specialty]),
            "urgency": urgency.value,
            "due_on": None if urgency is Urgency.ROUTINE else (visit.ends_at + timedelta(days=7)).date(),
            "status": status.value,
            "note": None if status in (R.SENT, R.CANCELLED) or rng.random() < 0.5 else rng.choice(texts.REFERRAL_NOTES),
            "created_at": visit.ends_at,
            "version": 1 + CHANGES[status],
        }

    def _receiver(self, visit: Visit, rng: random.Random) -> Any:
        if visit.patient.id in self.known:
            return self.people.lind if visit.doctor is self.people.osei else self.people.osei
        return rng.choice([doctor for doctor in self.people.doctors[:50] if doctor is not visit.doctor])

    def _status(self, sent_at: datetime, outside: bool, rng: random.Random) -> R:
        if self.now - sent_at < SETTLED_AFTER:
            return R.SENT if outside else rng.choice((R.SENT, R.SENT, R.ACCEPTED))
        if outside:
            return rng.choice((R.SENT, R.BOOKED, R.SEEN, R.CLOSED))
        return rng.choices((R.SENT, R.ACCEPTED, R.BOOKED, R.SEEN, R.CLOSED, R.DECLINED, R.CANCELLED), (2, 2, 3, 4, 3, 1, 1))[0]
