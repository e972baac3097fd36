"""The day of a demo login: one patient inside, three waiting, one expected next."""

from collections.abc import Sequence
from datetime import datetime

from careplus_clinic.clinic_time import Span
from careplus_contracts.appointments import AppointmentStatus as S

WAITING = 3
Place = tuple[Span, S]


class TodaysPlaces:
    """Slots of today by their use. The doctor runs a slot late, so that patients wait before and after the present time."""

    def __init__(self, slots: Sequence[Span], now: datetime) -> None:
        present = max((number for number, slot in enumerate(slots) if slot[0] <= now), default=0)
        first = max(0, min(present - 1, len(slots) - WAITING - 1))
        inside, *waiting = slots[first : first + WAITING + 1]
        self.before, self.after = list(slots[:first]), list(slots[first + WAITING + 1 :])
        self._inside: list[Place] = [(inside, S.IN_PROGRESS)]
        self._waiting: list[Place] = [(slot, S.ARRIVED) for slot in waiting]
        self._now, self._next_taken = now, False

    def take(self, use: str) -> Place | None:
        """Return a slot with the status of its visit, or None when today has no such slot left.

        Late in the evening a visit that should come next was before; early in the morning an earlier one comes later.
        """
        if use == "now" and self._inside:
            return self._inside.pop()
        if use == "waiting" and self._waiting:
            return self._waiting.pop(0)
        self._next_taken |= use == "next"
        if use in ("earlier", "next"):
            parts = [self.after, self.before] if use == "next" else [self.before, self.after]
        else:
            # the first one is for the patient that comes next
            parts = [self.after if self._next_taken else self.after[1:], self.before]
        part = next((part for part in parts if part), None)
        if part is None:
            return None
        slot = part[0] if part is self.after or use == "later" else part[-1]
        for one in (self.after, self.before):
            if slot in one:
                one.remove(slot)
        return slot, S.CONFIRMED if slot[0] > self._now else S.COMPLETED
