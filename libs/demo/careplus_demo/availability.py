"""Weekly hours and time off of the demo hospital's doctors."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from careplus_appointments.rules.slots import offered
from careplus_clinic.clinic_time import Span, clock_of, day_start, local_minute, minute_of, weekday
from careplus_contracts.availability import OpenHours
from careplus_demo.people import Doctor, People
from careplus_demo.plan import COMING_DAYS, PAST_DAYS

WallHours = tuple[tuple[str, str], ...]

ALL_DAY: WallHours = (("09:00", "12:00"), ("13:00", "17:00"))
AFTER_START, BEFORE_END = 60, 120
"""Minutes in usual hours before and after the time at which patients wait, so that they wait one after the other."""
SHIFT, SHIFT_BEGAN = 420, 120
"""Minutes of a shift outside usual hours, and how long before the present hour it began."""
EARLY: WallHours = (("08:00", "13:00"),)
WEEKS: tuple[dict[str, WallHours], ...] = (
    dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ALL_DAY),
    {"mon": ALL_DAY, "tue": ALL_DAY, "wed": EARLY, "thu": ALL_DAY, "fri": EARLY},
    {"mon": (("08:30", "13:30"),), "tue": ALL_DAY, "wed": (("12:00", "18:00"),), "thu": ALL_DAY},
    {"tue": ALL_DAY, "wed": ALL_DAY, "thu": ALL_DAY, "fri": ALL_DAY, "sat": EARLY},
    {"mon": (("13:00", "19:00"),), "wed": ALL_DAY, "fri": ALL_DAY},
)


class Availability:
    """Weekly hours and time off of every doctor."""

    def __init__(self, people: People) -> None:
        self.plan, self.people = people.plan, people
        self.hours = {doctor.id: self._hours(number) for number, doctor in enumerate(people.doctors)}
        self.away = {doctor.id: self._away(number) for number, doctor in enumerate(people.doctors)}

    def slots(self, doctor: Doctor, day: date) -> Sequence[Span]:
        """Return the doctor's slots of one clinic day in order, without slots during time off."""
        wall_hours = self.hours[doctor.id].get(weekday(day), ())
        found = _slots(day, wall_hours, doctor.slot_minutes, self.plan.zone)
        for starts_at, ends_at, _ in self.away[doctor.id]:
            found = tuple(slot for slot in found if slot[1] <= starts_at or ends_at <= slot[0])
        return found

    def is_usual(self, doctor: Doctor, day: date) -> bool:
        """Return whether the doctor's hours of this day are not made for the present hour; those have visits today only."""
        is_login = doctor.id in (self.people.osei.id, self.people.lind.id)
        return not is_login or day == self.plan.today or self.hours[doctor.id].get(weekday(day)) == WEEKS[0].get(weekday(day))

    def availability_rows(self) -> Iterator[dict[str, Any]]:
        for doctor in self.people.doctors:
            yield {"doctor_id": doctor.id, "slot_minutes": doctor.slot_minutes, "place": doctor.place, "version": 1}

    def open_hours_rows(self) -> Iterator[dict[str, Any]]:
        for doctor_id, week in self.hours.items():
            for day, wall_hours in week.items():
                for starts, ends in wall_hours:
                    yield {"doctor_id": doctor_id, "weekday": day, "starts": starts, "ends": ends}

    def time_off_rows(self) -> Iterator[dict[str, Any]]:
        for doctor_id, times in self.away.items():
            for starts_at, ends_at, reason in times:
                yield {"doctor_id": doctor_id, "starts_at": starts_at, "ends_at": ends_at, "reason": reason}

    def _hours(self, number: int) -> dict[str, WallHours]:
        if number >= 2:
            return WEEKS[number % len(WEEKS)]
        # the two demo logins work today at this hour, so that patients wait whenever the demo starts
        return {**WEEKS[0], weekday(self.plan.today).value: hours_around(local_minute(self.plan.now, self.plan.zone))}

    def _away(self, number: int) -> list[tuple[datetime, datetime, str]]:
        """Return time off once in the past weeks and once in the coming ones, never near today."""
        rng = self.plan.random_for(f"time off {number}")
        past = self.plan.today - timedelta(days=rng.randint(12, PAST_DAYS - 5))
        coming = self.plan.today + timedelta(days=rng.randint(8, COMING_DAYS - 8))
        off = [(past, rng.randint(1, 4), "Conference"), (coming, 5 if number % 3 == 0 else 1, "Holiday")]
        return [
            (day_start(first, self.plan.zone), day_start(first + timedelta(days=days), self.plan.zone), reason)
            for first, days, reason in off
        ]


def hours_around(minute: int) -> WallHours:
    """Return the hours of a day on which a doctor works at this minute: the usual ones, or a shift that began before it."""
    if any(minute_of(starts) + AFTER_START <= minute < minute_of(ends) - BEFORE_END for starts, ends in ALL_DAY):
        return ALL_DAY
    starts = max(0, min(minute // 60 * 60 - SHIFT_BEGAN, 24 * 60 - SHIFT))
    return ((clock_of(starts), clock_of(starts + SHIFT)),)


@lru_cache(maxsize=2000)
def _slots(day: date, wall_hours: WallHours, minutes: int, zone: ZoneInfo) -> tuple[Span, ...]:
    hours = [OpenHours(weekday=weekday(day), starts=starts, ends=ends) for starts, ends in wall_hours]
    return tuple(offered(day, hours, minutes, zone))
