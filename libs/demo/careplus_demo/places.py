"""Places in the windows of the demo hospital's laboratory."""

import random
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

from careplus_clinic.clinic_time import MINUTES_PER_DAY, Span, first_instant
from careplus_demo.laboratory_setup import closed_day, hours_on
from careplus_demo.people import Patient
from careplus_demo.plan import Plan

WINDOW = timedelta(minutes=15)


class Places:
    """Half of the places of each window. `busy` holds the times of patients; places that are given away are added to it."""

    def __init__(self, plan: Plan, rng: random.Random, busy: defaultdict[int, list[Span]]) -> None:
        self.plan, self.busy, self._rng = plan, busy, rng
        self._taken: Counter[datetime] = Counter()

    def find(self, day: date, patient: Patient, after: datetime | None = None) -> tuple[datetime, int] | None:
        """Return a window of the day at which the patient is free, early ones more often, and its next place, or None."""
        if day == closed_day(self.plan):
            return None
        opens_at, closes_at = hours_on(self.plan, day)
        # the last window stays free where the laboratory closes at midnight
        windows = max(1, (min(closes_at, MINUTES_PER_DAY - 1) - opens_at) // 15)
        first = int(windows * self._rng.random() ** 2)
        opens = first_instant(day, opens_at, self.plan.zone)
        busy = self.busy[patient.id]
        for step in range(windows):
            window = opens + WINDOW * ((first + step) % windows)
            if after is not None and window < after:
                continue
            is_free = all(window + WINDOW <= starts_at or ends_at <= window for starts_at, ends_at in busy)
            if is_free and self._taken[window] < max(1, self.plan.lab_places // 2):
                self._taken[window] += 1
                busy.append((window, window + WINDOW))
                return window, self._taken[window]
        return None
