"""Tasks of a patient, and their order."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import day_start
from careplus_contracts.record import Task, TaskKind

NEW_FOR = timedelta(days=30)
"""A released result, or a correction of one, is a task for this time."""
ANSWERED_FOR = timedelta(days=14)
"""The answer to a request for a refill is a task for this time."""
ENDING_WITHIN = timedelta(days=7)
LONGEST_LIST = 20


class EndingItem(NamedTuple):
    """One item of a prescription that ends soon."""

    prescription_id: int
    last_day: date
    medicine: str
    duration_days: int


def prescription_tasks(items: Iterable[EndingItem], *, zone: ZoneInfo) -> list[Task]:
    """Return a task for each prescription at the start of its last day; items must be grouped by prescription."""
    tasks = []
    for prescription_id, group in groupby(items, lambda item: item.prescription_id):
        last = max(group, key=lambda item: item.duration_days)
        at = day_start(last.last_day, zone)
        tasks.append(Task(kind=TaskKind.PRESCRIPTION_ENDING, id=prescription_id, about=last.medicine, more=0, at=at))
    return tasks


def result_task(result_id: int, test: str, released_at: datetime, corrected_at: datetime | None = None) -> Task:
    """Return the task to read a new result, or a corrected one."""
    if corrected_at is not None and corrected_at > released_at:
        return Task(kind=TaskKind.CORRECTED_RESULT, id=result_id, about=test, more=0, at=corrected_at)
    return Task(kind=TaskKind.NEW_RESULT, id=result_id, about=test, more=0, at=released_at)


def referral_task(referral_id: int, to: str, due_on: date | None, created_at: datetime, *, zone: ZoneInfo) -> Task:
    """Return the task to book a referral: at the start of its due day, or at the time it was sent."""
    at = created_at if due_on is None else day_start(due_on, zone)
    return Task(kind=TaskKind.REFERRAL_TO_BOOK, id=referral_id, about=to, more=0, at=at)


def lab_task(booking_id: int, first_test: str, tests: int, starts_at: datetime | None) -> Task:
    """Return the task to visit the laboratory; `first_test` names one of the tests."""
    return Task(kind=TaskKind.LAB_VISIT, id=booking_id, about=first_test, more=tests - 1, at=starts_at)


def refill_task(prescription_id: int, medicine: str, answered_at: datetime, *, prescribed: bool) -> Task:
    """Return the task to read a doctor's answer to a request for a refill; `medicine` names one of the medicines."""
    kind = TaskKind.REFILL_PRESCRIBED if prescribed else TaskKind.REFILL_ANSWERED
    return Task(kind=kind, id=prescription_id, about=medicine, more=0, at=answered_at)


def most_urgent(tasks: Iterable[Task], now: datetime) -> list[Task]:
    """Return at most 20 tasks: the nearest to now first, tasks without a time last."""
    far = timedelta.max
    return sorted(tasks, key=lambda task: abs(task.at - now) if task.at else far)[:LONGEST_LIST]
