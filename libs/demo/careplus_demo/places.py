"""Places in the windows of the demo hospital's laboratory."""

import random
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

from careplus_clinic.clinic_time import MINUTES_PER_DAY, Span, first_instant, minute_of
from careplus_demo.people import Patient
from careplus_demo.plan import Plan

WINDOW = timedelta(minutes=15)


class Places:
    """Half of the places of each window. `busy` holds the times of patients; places that are given away are added to it."""

    def __init__(self, plan: Plan, rng: random.Random, busy: defaultdict[int, list[Span]]) -> None:
        self.plan, self.busy, self._rng = plan, busy, rng
        self._taken: Counter[datetime] = Counter()
        self._opens, closes = map(minute_of, plan.lab_hours.split("-"))
        # the last window stays free where the laboratory closes at midnight
        self._windows = max(1, (min(closes, MINUTES_PER_DAY - 1) - self._opens) // 15)

    def find(self, day: date, patient: Patient) -> tuple[datetime, int] | None:
        """Return a window of the day at which the patient is free, early ones more often, and its next place, or None."""
        first = int(self._windows * self._rng.random() ** 2)
        opens = first_instant(day, self._opens, self.plan.zone)
        busy = self.busy[patient.id]
        for step in range(self._windows):
            window = opens + WINDOW * ((first + step) % self._windows)
            is_free = all(window + WINDOW <= starts_at or ends_at <= window for starts_at, ends_at in busy)
            if is_free and self._taken[window] < max(1, self.plan.lab_places // 2):
                self._taken[window] += 1
                busy.append((window, window + WINDOW))
                return window, self._taken[window]
        return None
