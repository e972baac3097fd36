"""The day board: offered hours without time off, lateness, and a text for each state of a doctor's visits."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplus_appointments.rules import board
from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.availability import OpenHours, Weekday

BERLIN, MONDAY = ZoneInfo("Europe/Berlin"), date(2030, 1, 7)
HOURS = [
    OpenHours(weekday=Weekday.MON, starts="13:00", ends="17:00"),
    OpenHours(weekday=Weekday.MON, starts="08:00", ends="12:00"),
    OpenHours(weekday=Weekday.TUE, starts="08:00", ends="12:00"),
]


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"{MONDAY}T{clock}:00+01:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("away", "expected"),
    [
        ([], [("08:00", "12:00"), ("13:00", "17:00")]),
        ([("06:00", "07:00"), ("12:00", "13:00")], [("08:00", "12:00"), ("13:00", "17:00")]),
        ([("09:00", "10:00")], [("08:00", "09:00"), ("10:00", "12:00"), ("13:00", "17:00")]),
        ([("11:00", "14:00")], [("08:00", "11:00"), ("14:00", "17:00")]),
        ([("11:00", "14:00"), ("13:30", "17:00")], [("08:00", "11:00")]),
        ([("00:00", "23:59")], []),
    ],
)
def test_hours_of_the_day_leave_out_time_off(away: list[tuple[str, str]], expected: list[tuple[str, str]]) -> None:
    spans = [(at(left), at(back)) for left, back in away]
    found = board.offered_spans(MONDAY, HOURS, spans, BERLIN)
    assert found == [(at(opens), at(closes)) for opens, closes in expected]


def test_visit_is_late_until_the_patient_arrives() -> None:
    due, now = at("09:00"), at("09:01")
    late = [status for status in AppointmentStatus if board.is_late(status, due, now)]
    assert late == [AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED]
    assert not board.is_late(AppointmentStatus.BOOKED, now + timedelta(minutes=1), now)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 9)), unique_by=lambda row: row[1]))
def test_text_differs_exactly_where_visits_differ(rows: list[tuple[int, int, int]]) -> None:
    texts = board.change_texts(rows)
    assert board.change_texts(rows[::-1]) == texts
    assert list(texts) == sorted({doctor for doctor, _, _ in rows})
    for number, (doctor, id_, version) in enumerate(rows):
        changed = board.change_texts([*rows[:number], (doctor, id_, version + 1), *rows[number + 1 :]])
        assert {other for other in texts if texts[other] != changed[other]} == {doctor}
        assert board.change_texts([*rows[:number], *rows[number + 1 :]]).get(doctor) != texts[doctor]
