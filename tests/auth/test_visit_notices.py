"""Mails about visits: each change once, only while it is true, at the right time, and nothing clinical. On both databases."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from careplus_auth.notices import reminders
from careplus_auth.notices.dates import long_when
from careplus_auth.notices.opt_out import account_of, opt_out_token
from careplus_auth.notices.timing import quiet_until, send_from
from careplus_auth.store import notice_choices
from careplus_contracts.endpoints import Role
from careplus_contracts.notices import InvalidOptOut, ReminderTime
from careplus_contracts.values import PortalLanguage
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import Database
from careplus_tables.notices import NoticeRow
from tests.auth.postbox import Postbox, mail_server
from tests.auth.visit_notices import (
    COLLEAGUE,
    DAY,
    HOUR,
    PATIENT,
    ahead,
    book,
    cancel,
    change,
    chosen,
    configured,
    fill,
    move,
    notice,
    parts,
    send_all,
    states,
)
from tests.hospital import free_port
from tests.templates import migrated_of

# Like a local mail server that accepts passwords without TLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
BERLIN = ZoneInfo("Europe/Berlin")
CLINICAL = ("lump", "breast", "oncolog")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return migrated_of(request, tmp_path)


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url)
    await fill(opened)
    yield opened
    await opened.close()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def settings(postbox: Postbox, tmp_path: Path) -> Iterator[Settings]:
    """Yield settings of a clinic in whose zone it is noon."""
    with mail_server(postbox) as smtp_url:
        yield configured(tmp_path, smtp_url)


@pytest.fixture
def night(settings: Settings, tmp_path: Path) -> Settings:
    """Return the settings of a clinic in whose zone it is about 23."""
    assert settings.smtp_url is not None
    return configured(tmp_path, settings.smtp_url, hour=23)


async def choose(database: Database, reminder: ReminderTime, *, own_bookings: bool = True) -> None:
    async with database.writing() as db:
        await notice_choices.choose(db, PATIENT, chosen(reminder=reminder, own_bookings=own_bookings))


async def test_booked_visit_is_mailed_with_a_calendar_file(database: Database, postbox: Postbox, settings: Settings) -> None:
    starts_at = ahead(80)
    visit_id = await book(database, starts_at)
    await send_all(database, settings)
    await send_all(database, settings)
    assert await states(database) == [("booked", "sent")]
    subject, text, html, event = parts(postbox)
    when = long_when(starts_at, settings.clinic_zone, PortalLanguage.EN)
    assert subject == f"Your appointment on {when.rpartition(', ')[0]}"
    for said in ("CarePlus Hospital", when, "Dr Ada Able", "Room 12", f"https://care.example.org/appointments/{visit_id}"):
        assert said in text
        assert said in html
    assert (event["method"], event["sequence"], event["status"]) == ("REQUEST", 1, "CONFIRMED")
    assert event["uid"].startswith("CP-3-")
    assert event["dtstart"].dt == starts_at
    assert event["attendee"] == "mailto:3@example.org"
    [(_, mail)] = postbox.taken
    assert not [word for word in CLINICAL if word in mail.as_string().lower() + str(event.to_ical()).lower()]
    assert mail["List-Unsubscribe"] is None


async def test_moved_visit_names_both_times_in_german(database: Database, postbox: Postbox, settings: Settings) -> None:
    before, after = ahead(80), ahead(100)
    visit_id = await book(database, before, told=False)
    await change(database, AccountRow, language=PortalLanguage.DE.value)
    await move(database, visit_id, after)
    await send_all(database, settings)
    subject, text, html, event = parts(postbox)
    assert subject.startswith("Neue Zeit für Ihren Termin: ")
    for at in (before, after):
        assert long_when(at, settings.clinic_zone, PortalLanguage.DE) in text
    assert '<html lang="de">' in html
    assert (event["sequence"], event["dtstart"].dt) == (2, after)


async def test_visit_moved_twice_is_mailed_as_it_is(database: Database, postbox: Postbox, settings: Settings) -> None:
    visit_id = await book(database, ahead(80))
    await move(database, visit_id, ahead(100))
    await move(database, visit_id, ahead(120), doctor_id=COLLEAGUE)
    await send_all(database, settings)
    assert await states(database) == [("booked", "withdrawn"), ("moved", "withdrawn"), ("reassigned", "sent")]
    subject, text, _, event = parts(postbox)
    assert subject.endswith("is with another person")
    assert "Dr Ben Best" in text
    assert event["sequence"] == 3


async def test_cancelled_visit_tells_the_reason_of_staff(database: Database, postbox: Postbox, settings: Settings) -> None:
    visit_id = await book(database, ahead(80))
    await cancel(database, visit_id, reason="The doctor is away. <b>Sorry</b>")
    await send_all(database, settings)
    assert await states(database) == [("booked", "withdrawn"), ("cancelled", "sent")]
    subject, text, html, event = parts(postbox)
    assert subject.startswith("Cancelled: your appointment on ")
    assert "The hospital writes:\r\nThe doctor is away. <b>Sorry</b>" in text.replace("\n", "\r\n").replace("\r\r", "\r")
    assert "&lt;b&gt;Sorry" in html
    assert (event["method"], event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 2)


async def test_cancelled_by_the_patient_repeats_no_reason(database: Database, postbox: Postbox, settings: Settings) -> None:
    await cancel(database, await book(database, ahead(80), told=False), Role.PATIENT, "Still bleeding")
    await send_all(database, settings)
    assert "bleeding" not in postbox.taken[0][1].as_string()
    assert "bleeding" not in parts(postbox)[1]


async def test_notice_of_a_visit_that_is_over_is_withdrawn(database: Database, postbox: Postbox, settings: Settings) -> None:
    """After an outage no mail comes about a time that has passed."""
    await book(database, ahead(-1))
    await cancel(database, await book(database, ahead(-3), told=False))
    await send_all(database, settings)
    assert (await states(database), postbox.taken) == ([("booked", "withdrawn"), ("cancelled", "withdrawn")], [])


@pytest.mark.parametrize("hours", [72, 200])
async def test_change_by_the_hospital_waits_for_the_morning(
    database: Database, postbox: Postbox, night: Settings, settings: Settings, hours: int
) -> None:
    await cancel(database, await book(database, ahead(hours), told=False))
    await send_all(database, night)
    assert (await states(database), postbox.taken) == ([("cancelled", "waiting")], [])
    await change(database, NoticeRow, due_at=ahead(-1))
    await send_all(database, settings)
    assert await states(database) == [("cancelled", "sent")]


async def test_change_of_the_next_day_is_mailed_at_night(database: Database, postbox: Postbox, night: Settings) -> None:
    await cancel(database, await book(database, ahead(10), told=False))
    # from tomorrow to next week: the old time is soon
    await move(database, await book(database, ahead(11), told=False), ahead(170))
    await send_all(database, night)
    assert await states(database) == [("cancelled", "sent"), ("moved", "sent")]


async def test_own_booking_is_mailed_at_night(database: Database, postbox: Postbox, night: Settings) -> None:
    await book(database, ahead(80))
    await send_all(database, night)
    assert await states(database) == [("booked", "sent")]


async def test_reminder_is_sent_once_a_day_before(database: Database, postbox: Postbox, settings: Settings) -> None:
    soon = await book(database, ahead(23), told=False)
    await book(database, ahead(25), told=False)
    for _ in range(3):
        await send_all(database, settings)
    assert await states(database) == [("reminder", "sent")]
    subject, text, _, event = parts(postbox)
    assert subject.startswith("Reminder: your appointment on ")
    assert f"/appointments/{soon}" in text
    assert f"https://care.example.org/reminders-off#token={opt_out_token(settings, PATIENT)}" in text.split()
    assert event["method"] == "REQUEST"
    [(_, mail)] = postbox.taken
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail["List-Unsubscribe"]
    assert link.startswith("<https://care.example.org/api/notices/reminders-off/3-")
    assert account_of(settings, link.rstrip(">").rpartition("/")[2]) == PATIENT


async def test_moved_visit_is_reminded_of_its_new_time(database: Database, postbox: Postbox, settings: Settings) -> None:
    first = ahead(20)
    visit_id = await book(database, first, told=False)
    await send_all(database, settings)
    await move(database, visit_id, ahead(22))
    await change(database, NoticeRow, created_at=ahead(-30))
    await send_all(database, settings)
    assert await states(database) == [("reminder", "sent"), ("moved", "sent"), ("reminder", "sent")]
    # back at its first time, of which the patient was reminded
    await move(database, visit_id, first)
    await change(database, NoticeRow, created_at=ahead(-30))
    await send_all(database, settings)
    assert [kind for kind, _ in await states(database)].count("reminder") == 2


async def test_no_reminder_soon_after_the_booking(database: Database, postbox: Postbox, settings: Settings) -> None:
    await book(database, ahead(5), created_at=ahead(0))
    await send_all(database, settings)
    assert await states(database) == [("booked", "sent"), ("reminder", "withdrawn")]


async def test_reminder_waits_for_the_morning(database: Database, postbox: Postbox, night: Settings, settings: Settings) -> None:
    await book(database, ahead(20), told=False)
    await send_all(database, night)
    assert await states(database) == []
    await reminders.append_due(database, settings)
    await send_all(database, night)
    assert await states(database) == [("reminder", "waiting")]


@pytest.mark.parametrize(
    ("choice", "hours", "expected"),
    [
        (ReminderTime.OFF, 20, []),
        (ReminderTime.ONE_DAY, 30, []),
        (ReminderTime.TWO_DAYS, 30, [("reminder", "sent")]),
        (ReminderTime.TWO_DAYS, 50, []),
    ],
)
async def test_reminder_follows_the_choice(
    database: Database, postbox: Postbox, settings: Settings, choice: ReminderTime, hours: int, expected: list[tuple[str, str]]
) -> None:
    await book(database, ahead(hours), told=False)
    await choose(database, choice)
    await send_all(database, settings)
    assert await states(database) == expected


async def test_reminder_switched_off_meanwhile_is_withdrawn(database: Database, postbox: Postbox, settings: Settings) -> None:
    await book(database, ahead(20), told=False)
    await reminders.append_due(database, settings)
    await choose(database, ReminderTime.OFF)
    await send_all(database, settings)
    assert (await states(database), postbox.taken) == ([("reminder", "withdrawn")], [])


async def test_mails_about_own_bookings_can_be_off(database: Database, postbox: Postbox, settings: Settings) -> None:
    await choose(database, ReminderTime.ONE_DAY, own_bookings=False)
    await move(database, await book(database, ahead(80)), ahead(90))
    await send_all(database, settings)
    assert await states(database) == [("booked", "withdrawn"), ("moved", "sent")]


async def test_patient_without_address_is_not_mailed(database: Database, postbox: Postbox, settings: Settings) -> None:
    await change(database, AccountRow, email_confirmed_at=None)
    await cancel(database, await book(database, ahead(80), told=False))
    await send_all(database, settings)
    assert (await states(database), postbox.taken) == ([("cancelled", "no_address")], [])


async def test_failed_attempt_keeps_its_reason(database: Database, postbox: Postbox, settings: Settings, tmp_path: Path) -> None:
    await book(database, ahead(80))
    await send_all(database, configured(tmp_path, f"smtp://127.0.0.1:{free_port()}"))
    row = await notice(database)
    assert (row.state, row.failure) == ("waiting", "SMTPConnectError")
    await change(database, NoticeRow, due_at=ahead(-1))
    await send_all(database, settings)
    row = await notice(database)
    assert (row.state, row.failure) == ("sent", None)
    assert row.sent_at is not None


async def test_two_replicas_append_each_reminder_once(database: Database, url: str, postbox: Postbox, settings: Settings) -> None:
    for number in range(8):
        await book(database, ahead(10) + number * HOUR, told=False)
    other = Database(url)
    await asyncio.gather(*(send_all(one, settings) for one in (database, other, database, other)))
    await send_all(database, settings)
    await other.close()
    assert await states(database) == [("reminder", "sent")] * 8
    assert len({mail["Message-ID"] for _, mail in postbox.taken}) == len(postbox.taken) == 8


async def test_cancelled_visit_is_not_reminded_of(database: Database, postbox: Postbox, settings: Settings) -> None:
    await book(database, ahead(20), told=False)
    await reminders.append_due(database, settings)
    await change(database, AppointmentRow, status="cancelled")
    await send_all(database, settings)
    assert (await states(database), postbox.taken) == ([("reminder", "withdrawn")], [])


def test_quiet_hours_end_in_the_morning_of_the_clinic() -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)

    morning = at("2030-01-08T08:00")
    assert [quiet_until(at(f"2030-01-07T{clock}"), BERLIN) for clock in ("08:00", "20:59")] == [None, None]
    assert {quiet_until(at(text), BERLIN) for text in ("2030-01-07T21:00", "2030-01-08T00:00", "2030-01-08T07:59")} == {morning}
    # the night in which the clock is set forward
    assert quiet_until(at("2030-03-30T22:00"), BERLIN) == at("2030-03-31T08:00")


def test_change_within_a_day_is_sent_in_quiet_hours() -> None:
    at = datetime(2030, 1, 7, 22, tzinfo=UTC)
    morning = datetime(2030, 1, 8, 7, tzinfo=UTC)

    def sent(*starts: datetime, is_reminder: bool = False, is_own: bool = False) -> datetime:
        return send_from(at, BERLIN, starts, is_reminder=is_reminder, is_own=is_own)

    assert sent(at + DAY - HOUR) == at
    assert sent(at + DAY + HOUR) == morning
    assert sent(at + 9 * DAY, at + 10 * HOUR) == at
    assert sent(at + 9 * DAY, is_own=True) == at
    assert sent(at + 10 * HOUR, is_reminder=True) == morning
    assert sent(at + 10 * HOUR, is_reminder=True, is_own=True) == morning


@pytest.mark.parametrize("forged", ["4-{signature}", "3-{other}", "3-" + "0" * 64, "03-{signature}"])
def test_forged_opt_out_is_refused(settings: Settings, forged: str) -> None:
    signature, other = (opt_out_token(settings, number).rpartition("-")[2] for number in (3, 4))
    with pytest.raises(InvalidOptOut):
        account_of(settings, forged.format(signature=signature, other=other))


def test_times_of_a_mail_are_of_the_clinic() -> None:
    at = datetime(2030, 3, 5, 23, 30, tzinfo=UTC)
    assert long_when(at, BERLIN, PortalLanguage.EN) == "Wednesday, 6 March 2030, 00:30"
    assert long_when(at, BERLIN, PortalLanguage.DE) == "Mittwoch, 6. März 2030, 00:30 Uhr"
    assert long_when(at + timedelta(days=1), ZoneInfo("UTC"), PortalLanguage.EN) == "Wednesday, 6 March 2030, 23:30"
