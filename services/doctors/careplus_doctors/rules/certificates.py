"""The days that can be certified. Pure functions."""

from datetime import date, timedelta

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.certificates import AHEAD_DAYS, BACKDATED_DAYS, LONGEST_DAYS, DaysNotCertifiable, NotAttended

ATTENDED = (AppointmentStatus.ARRIVED, AppointmentStatus.IN_PROGRESS, AppointmentStatus.COMPLETED)


def check_days(first: date, last: date, today: date) -> None:
    """Raise DaysNotCertifiable for days that begin too far from today, or are too many."""
    earliest, latest = today - timedelta(days=BACKDATED_DAYS), today + timedelta(days=AHEAD_DAYS)
    if earliest <= first <= latest and (last - first).days < LONGEST_DAYS:
        return
    detail = f"Begin between {earliest} and {latest}, and certify at most {LONGEST_DAYS} days at once."
    raise DaysNotCertifiable(detail, earliest=earliest, latest=latest, most_days=LONGEST_DAYS)


def check_attended(status: AppointmentStatus) -> None:
    """Raise NotAttended unless the patient has arrived for the visit."""
    if status not in ATTENDED:
        raise NotAttended(f"This visit is {status}; attendance can be certified once the patient has arrived.")
