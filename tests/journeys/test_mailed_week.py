"""A week of a clinic with a moved clock and a real SMTP server: each mail is counted, none comes twice, none late.

Auth is killed when reminders are due, and reminds when it starts again.
"""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests import databases
from tests.auth.postbox import Postbox, mail_server
from tests.hospital import ADMIN, Hospital, Person, eventually, free_port, is_alive, processes
from tests.mailbox import text_of
from tests.moved_clock.shared_clock import SharedClock, needs_compiler
from tests.world import made

pytestmark = [
    pytest.mark.attack,
    needs_compiler,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
BERLIN = ZoneInfo("Europe/Berlin")
MON, TUE, WED, THU, FRI = range(7, 12)
"""Days of January 2030."""
KINDS = {
    "booked": r"Your appointment on .*\d$",
    "moved": "New time of your appointment",
    "reassigned": "Your appointment on .* is with another person",
    "cancelled": "Cancelled: ",
    "reminder": "Reminder: ",
    "offered": "A time is free on ",
}


def at(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2030-01-{day:02}T{clock}").replace(tzinfo=BERLIN)


@dataclass
class Week:
    """The hospital, its clock and its mail server, which can be off."""

    hospital: Hospital
    clock: SharedClock
    postbox: Postbox
    port: int
    emails: dict[str, str] = field(default_factory=dict)
    times: list[datetime] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    server: ExitStack = field(default_factory=ExitStack)

    def sign_in(self, name: str) -> Person:
        """Sign in at the moved time: an earlier token has expired."""
        self.people.append(self.hospital.sign_in(self.emails[name]))
        return self.people[-1]

    def patient(self, name: str) -> int:
        email = self.emails[name] = f"{name}@week.example"
        person = self.hospital.register(email, f"{name.capitalize()} Week")
        self.people.append(person)
        eventually(lambda: bool(self.codes(email)))
        assert person.http.post("/auth/email/confirm", json={"code": self.codes(email)[0]}).status_code == 204
        return person.id

    def codes(self, email: str) -> list[str]:
        found = [re.search(r"/confirm-email#code=([\w-]+)", text_of(mail)) for to, mail in self.postbox.taken if to == [email]]
        return [one[1] for one in found if one]

    def switch_server(self, *, on: bool) -> None:
        if on:
            self.server.enter_context(mail_server(self.postbox, self.port))
        else:
            self.server.close()

    def go(self, day: int, clock: str) -> None:
        """Move the clock, and wait until auth has tried each notice that is due."""
        self.clock.move_to(at(day, clock))
        self.settle()

    def go_and_kill(self, day: int, clock: str) -> None:
        """Move the clock and kill auth: its successor reminds at once, not within half a minute."""
        self.clock.move_to(at(day, clock))
        killed = processes(self.hospital)["auth"]
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: not is_alive(killed) and "auth" in processes(self.hospital))
        self.hospital.wait_until_ready()
        self.settle()

    def settle(self) -> None:
        """Wait until no reminder is missing, and no notice is due or being sent, so that the next kill interrupts none."""
        eventually(lambda: not self.missing_reminders() and not self.due())

    def due(self) -> int:
        """Return the number of notices that are due, or under a lease of two minutes that has just begun."""
        query = "SELECT count(*) FROM notices WHERE state = 'waiting' AND (due_at <= ? OR due_at BETWEEN ? AND ?)"
        moments = [stamp(self.clock.now() + timedelta(seconds=ahead)) for ahead in (0, 100, 121)]
        [(found,)] = databases.query(self.hospital.database, query, *moments)
        return int(found)

    def missing_reminders(self) -> int:
        """Return the number of visits that begin within 24 hours without a reminder; none is missing in quiet hours."""
        now = self.clock.now()
        if not 8 <= now.astimezone(BERLIN).hour < 21:
            return 0
        query = (
            "SELECT count(*) FROM appointments a WHERE status = 'booked' AND starts_at > ? AND starts_at <= ? AND NOT EXISTS"
            " (SELECT 1 FROM notices n WHERE n.record_id = a.id AND n.kind = 'visit_reminder' AND n.visit_at = a.starts_at)"
        )
        [(found,)] = databases.query(self.hospital.database, query, stamp(now), stamp(now + timedelta(hours=24)))
        return int(found)

    def told(self) -> list[tuple[str, str]]:
        """Return name and kind of each mail about a visit, in the order in which they came."""
        names = {email: name for name, email in self.emails.items()}
        found = [(names[to[0]], kind_of(mail["Subject"])) for to, mail in self.postbox.taken if to[0] in names]
        return [(name, kind) for name, kind in found if kind]

    def states(self, name: str) -> list[tuple[str, str]]:
        query = (
            "SELECT n.kind, n.state FROM notices n JOIN accounts a ON a.id = n.account_id WHERE a.email = ?"
            " AND n.kind LIKE 'visit%' ORDER BY n.id"
        )
        rows = databases.query(self.hospital.database, query, self.emails[name])
        return [(kind.removeprefix("visit_"), state) for kind, state in rows]


def stamp(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def kind_of(subject: str) -> str | None:
    return next((kind for kind, pattern in reversed(KINDS.items()) if re.match(pattern, subject)), None)


@pytest.fixture
def week(tmp_path: Path) -> Iterator[Week]:
    clock, postbox, port = SharedClock(tmp_path), Postbox(), free_port()
    clock.move_to(at(MON, "09:00"))
    extra = {**clock.environment, "CAREPLUS_SMTP_URL": f"smtp://care%20plus:p%40ss%2Fword@127.0.0.1:{port}"}
    hospital = Hospital(tmp_path, extra=extra, executed=True)
    running = Week(hospital, clock, postbox, port)
    postbox.when_taken = lambda: running.times.append(clock.now())
    with hospital.running_with_admin():
        yield running
    running.server.close()
    for person in running.people:
        person.http.close()


def book(person: Person, doctor_id: int, start: datetime) -> dict[str, Any]:
    return made(person.http.post("/api/appointments", json={"doctor_id": doctor_id, "starts_at": start.isoformat()}))


def test_each_mail_of_a_week_comes_once_and_in_time(week: Week) -> None:
    hospital = week.hospital
    week.switch_server(on=True)
    admin = hospital.sign_in(ADMIN)
    able, best = (hospital.add_doctor(admin, f"{name}@week.example", f"Dr {name}", "Urology") for name in ("Able", "Best"))
    desk = hospital.invite(admin, "desk@week.example", "Dana Desk", "reception")
    week.people.extend((admin, able, best, desk))
    week.emails["desk"] = "desk@week.example"
    names = ("anna", "bert", "cora", "dora", "emil", "fred", "gina")
    for name in names:
        week.patient(name)

    # Monday, 9: bookings
    visits = {
        name: book(week.sign_in(name), able.id, start)
        for name, start in {
            **{"anna": at(WED, "10:00"), "bert": at(THU, "10:00"), "cora": at(FRI, "10:00")},
            **{"dora": at(TUE, "10:00"), "gina": at(THU, "12:00")},
        }.items()
    }
    week.settle()
    booked = [(name, "booked") for name in visits]
    assert week.told() == booked

    # 10:05: a day before Dora's visit
    week.go_and_kill(MON, "10:05")
    assert week.told()[5:] == [("dora", "reminder")]

    # Bert moves his visit himself
    moved = {"starts_at": at(FRI, "09:00").isoformat()}
    made(week.sign_in("bert").http.put(f"/api/appointments/{visits['bert']['id']}", json=moved), 200)
    week.settle()
    assert week.told()[6:] == [("bert", "moved")]

    # Tuesday, 9 to 12:30: the mail server is off. Fred's new visit is over before it is on again; Anna's reminder waits
    week.switch_server(on=False)
    week.go(TUE, "09:00")
    visits["fred"] = book(week.sign_in("fred"), able.id, at(TUE, "11:00"))
    week.go(TUE, "09:30")
    week.go_and_kill(TUE, "10:05")
    week.go(TUE, "11:30")
    assert week.told()[7:] == []
    assert week.states("anna") == [("booked", "sent"), ("reminder", "waiting")]
    week.switch_server(on=True)
    week.go(TUE, "12:30")
    week.go(TUE, "13:30")
    assert week.told()[7:] == [("anna", "reminder")]
    assert {state for _, state in week.states("fred")} == {"withdrawn"}

    # Wednesday, 6: Able is ill. The desk gives Cora to Best and cancels Bert's visit; the mails wait for the morning
    week.go(WED, "06:00")
    office = week.sign_in("desk").http
    path = "/api/admin/appointments"
    made(office.put(f"{path}/{visits['cora']['id']}", json={"doctor_id": best.id}), 200)
    ill = {"status": "cancelled", "reason": "The doctor is ill"}
    made(office.put(f"{path}/{visits['bert']['id']}", json=ill), 200)
    away = {"starts_at": at(FRI, "00:00").isoformat(), "ends_at": at(FRI + 1, "00:00").isoformat(), "reason": "Ill"}
    made(office.post(f"/api/reception/doctors/{able.id}/time-off", json=away))
    week.go(WED, "07:30")
    assert week.told()[8:] == []
    week.go(WED, "08:01")
    assert sorted(week.told()[8:]) == [("bert", "cancelled"), ("cora", "reassigned")]

    # 9: Emil waits, Gina cancels, her time is offered to Emil, who accepts
    week.go(WED, "09:00")
    entry = {"doctor_id": able.id, "first_day": f"2030-01-{WED:02}", "last_day": f"2030-01-{THU:02}"}
    made(week.sign_in("emil").http.post("/api/waitlist", json=entry))
    made(week.sign_in("gina").http.put(f"/api/appointments/{visits['gina']['id']}/cancel", json={}), 200)
    week.settle()
    assert sorted(week.told()[10:]) == [("emil", "offered"), ("gina", "cancelled")]
    emil = week.sign_in("emil").http
    [waiting] = made(emil.get("/api/waitlist"), 200)["items"]
    offered = waiting["offer"]["appointment_id"]
    for _ in range(2):
        made(emil.put(f"/api/appointments/{offered}/accept"), 200)
    week.settle()
    assert week.told()[12:] == [("emil", "booked")]

    # the rest of the week: reminders a day before each visit that is still planned
    week.go_and_kill(WED, "12:05")
    week.go(WED, "23:00")
    for day in (THU, FRI, FRI + 3):
        week.go_and_kill(day, "10:05")
    assert week.told()[13:] == [("emil", "reminder"), ("cora", "reminder")]

    # none twice, none in quiet hours, none about a visit that is over
    ids = [mail["Message-ID"] for _, mail in week.postbox.taken]
    assert len(set(ids)) == len(ids) == len(week.times)
    told = [(taken, kind_of(mail["Subject"])) for taken, (_, mail) in zip(week.times, week.postbox.taken, strict=True)]
    assert all(8 <= taken.astimezone(BERLIN).hour < 21 for taken, kind in told if kind)
    query = "SELECT count(*) FROM notices WHERE kind LIKE 'visit%' AND state = 'sent' AND sent_at >= visit_at"
    assert databases.query(hospital.database, query) == [(0,)]
    query = "SELECT count(*) FROM notices WHERE kind LIKE 'visit%' AND state IN ('failed', 'waiting')"
    assert databases.query(hospital.database, query) == [(0,)]
