"""Tasks of a patient, and their order."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from careplus_clinic.clinic_time import day_start
from careplus_clinic.lab_texts import names_of
from careplus_clinic.specialties import names_of as specialty_names_of
from careplus_contracts.record import Task, TaskKind
from careplus_contracts.values import InLanguages

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
        tasks.append(_task(TaskKind.PRESCRIPTION_ENDING, prescription_id, last.medicine, at))
    return tasks


def result_task(result_id: int, test: str, released_at: datetime, corrected_at: datetime | None = None) -> Task:
    """Return the task to read a new result, or a corrected one."""
    if corrected_at is not None and corrected_at > released_at:
        return _task(TaskKind.CORRECTED_RESULT, result_id, test, corrected_at, names_of(test))
    return _task(TaskKind.NEW_RESULT, result_id, test, released_at, names_of(test))


def referral_task(
    referral_id: int, doctor: str | None, specialty: str | None, due_on: date | None, created_at: datetime, *, zone: ZoneInfo
) -> Task:
    """Return the task to book a referral: at the start of its due day, or at the time it was sent."""
    at = created_at if due_on is None else day_start(due_on, zone)
    names = None if doctor else specialty_names_of(specialty)
    return _task(TaskKind.REFERRAL_TO_BOOK, referral_id, doctor or specialty or "", at, names)


def lab_task(booking_id: int, first_test: str, tests: int, starts_at: datetime | None) -> Task:
    """Return the task to visit the laboratory; `first_test` names one of the tests."""
    return _task(TaskKind.LAB_VISIT, booking_id, first_test, starts_at, names_of(first_test), more=tests - 1)


def refill_task(prescription_id: int, medicine: str, answered_at: datetime, *, prescribed: bool) -> Task:
    """Return the task to read a doctor's answer to a request for a refill; `medicine` names one of the medicines."""
    kind = TaskKind.REFILL_PRESCRIBED if prescribed else TaskKind.REFILL_ANSWERED
    return _task(kind, prescription_id, medicine, answered_at)


def _task(kind: TaskKind, id_: int, about: str, at: datetime | None, names: InLanguages | None = None, *, more: int = 0) -> Task:
    return Task(kind=kind, id=id_, about=about, about_names=names or InLanguages(en=about, de=about), more=more, at=at)


def most_urgent(tasks: Iterable[Task], now: datetime) -> list[Task]:
    """Return at most 20 tasks: the nearest to now first, tasks without a time last."""
    far = timedelta.max
    return sorted(tasks, key=lambda task: abs(task.at - now) if task.at else far)[:LONGEST_LIST]
