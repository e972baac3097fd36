"""Emergency accesses of the demo hospital: two that the administrator has reviewed, and one that waits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from careplus_demo.people import ADMIN_ID, People
from careplus_demo.visits import Visit

Row = dict[str, Any]
OPEN_FOR = timedelta(hours=1)


class _Told(NamedTuple):
    ago: timedelta
    reason: str
    justified: bool | None
    comment: str | None


TOLD = (
    _Told(timedelta(days=31, hours=5), "Collapsed in the waiting room, medicines unknown.", True, None),
    _Told(timedelta(days=16, hours=3), "Wanted to read the result of a neighbour.", False, "Told the doctor why not."),
    _Told(timedelta(days=2, hours=4), "Brought by ambulance, confused, allergies unknown.", None, None),
)


class EmergencyAccesses:
    """Rows of accesses by doctors without a visit of the patient. No mail is due for them: they are older than a day."""

    def __init__(self, people: People, visits: Sequence[Visit]) -> None:
        treated = {(visit.doctor.id, visit.patient.id) for visit in visits}
        self.accesses: list[Row] = []
        self.reviews: list[Row] = []
        strangers = (
            (doctor.id, patient.id)
            for doctor, patient in zip(reversed(people.doctors), people.patients[1:], strict=False)
            if (doctor.id, patient.id) not in treated
        )
        for number, (told, (doctor_id, patient_id)) in enumerate(zip(TOLD, strangers, strict=False), start=1):
            opened_at = people.plan.now - told.ago
            access = {"id": number, "doctor_id": doctor_id, "patient_id": patient_id, "reason": told.reason}
            self.accesses.append({**access, "opened_at": opened_at, "until": opened_at + OPEN_FOR})
            if told.justified is not None:
                judgement = {"justified": told.justified, "comment": told.comment}
                reviewed = {"reviewed_by_id": ADMIN_ID, "reviewed_at": opened_at + timedelta(hours=20)}
                self.reviews.append({"access_id": number, **judgement, **reviewed})
