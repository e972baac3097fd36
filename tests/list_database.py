"""A filled database with rows that a test may delete, insert again and change, and the services on it in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pysqlite3
import sqlalchemy as sa

import careplus_appointments.app
import careplus_auth.app
import careplus_doctors.app
import careplus_labs.app
from careplus_contracts.endpoints import Role
from careplus_demo.filling import fill
from careplus_demo.plan import Plan
from careplus_runtime.audit.group_commit import EventWriter
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.disk_space import DiskSpace
from careplus_runtime.process.settings import load_settings
from careplus_tables.engine import Database, is_sqlite
from careplus_tables.migrate import upgrade
from careplus_tables.references import new_patient_reference
from careplus_tables.registry import METADATA

APPS = {
    "auth": careplus_auth.app.app,
    "appointments": careplus_appointments.app.app,
    "doctors": careplus_doctors.app.app,
    "labs": careplus_labs.app.app,
}
MORE = 8
"""Rows of one person where the demo hospital has few."""


class Tokens:
    """Accepts `7-doctor` as the token of the doctor 7."""

    async def identify(self, token: str) -> Identity:
        id_, role = token.split("-")
        return Identity(int(id_), Role(role), "s" * 20, 2**40)


@dataclass
class Rows:
    """The rows of the database, past its constraints. `originals` holds each changed row as it was."""

    engine: sa.Engine
    originals: dict[tuple[str, Any], dict[str, Any]] = field(default_factory=dict)

    def leave(self, table: str, key: Any) -> None:
        """Delete a row."""
        self._remember(table, key)
        self._run(sa.delete(METADATA.tables[table]).where(_key(table) == key))

    def come_back(self, table: str, key: Any) -> None:
        """Insert a row that was deleted, as it was."""
        if (table, key) in self.originals:
            self.leave(table, key)
            self._run(sa.insert(METADATA.tables[table]).values(**self.originals[table, key]))

    def move(self, table: str, key: Any, values: dict[str, Any]) -> None:
        """Change a row."""
        self._remember(table, key)
        self._run(sa.update(METADATA.tables[table]).where(_key(table) == key).values(**values))

    def restore(self) -> None:
        """Undo all changes."""
        for table, key in [*self.originals]:
            self.come_back(table, key)
        self.originals.clear()

    def read(self, table: str, key: Any) -> dict[str, Any] | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(METADATA.tables[table]).where(_key(table) == key)).mappings().one_or_none()
        return None if row is None else dict(row)

    def _remember(self, table: str, key: Any) -> None:
        if (table, key) not in self.originals and (row := self.read(table, key)):
            self.originals[table, key] = row

    def _run(self, statement: sa.Executable) -> None:
        with self.engine.connect() as connection:
            connection.execute(statement)


def _key(table: str) -> sa.Column[Any]:
    [column] = METADATA.tables[table].primary_key
    return column


def unconstrained(url: str) -> sa.Engine:
    """Return an engine without foreign keys, triggers and exclusion constraints, so that every row can leave and move."""
    if is_sqlite(url):
        engine = sa.create_engine(url, module=pysqlite3.dbapi2, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            for name in connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
        return engine
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    options = {"options": "-c session_replication_role=replica"}
    engine = sa.create_engine(address, connect_args=options, isolation_level="AUTOCOMMIT")
    exclusions = "SELECT format('ALTER TABLE %s DROP CONSTRAINT %s', conrelid::regclass, conname) FROM pg_constraint"
    with engine.connect() as connection:
        for drop in connection.execute(sa.text(f"{exclusions} WHERE contype = 'x'")).scalars().all():
            connection.execute(sa.text(drop))
    return engine


def filled(url: str) -> Rows:
    """Fill a new database and return its rows."""
    now = datetime.now(UTC).replace(microsecond=0)
    upgrade(url)
    fill(url, Plan(now, ZoneInfo("Europe/Berlin"), doctors=6, patients=36, appointments=500), "no hash")
    rows = Rows(unconstrained(url))
    with rows.engine.connect() as connection:
        doctor = connection.execute(sa.text("SELECT min(id) FROM doctors")).scalar_one()
        patient = connection.execute(sa.text("SELECT min(patient_id) FROM prescriptions")).scalar_one()
        for table, some in (
            ("prescriptions", f"id <= {MORE}"),
            ("waitlist_entries", f"id <= {MORE}"),
            ("referrals", f"id <= {MORE}"),
            ("observations", "result_id > 0"),
            ("lab_results", f"id IN (SELECT id FROM lab_results WHERE status = 'released' ORDER BY id LIMIT {MORE})"),
        ):
            one_patient = f"UPDATE {table} SET patient_id = (SELECT min(patient_id) FROM {table}) WHERE {some}"
            connection.execute(sa.text(one_patient))
        for left in connection.execute(sa.text("SELECT id FROM doctors WHERE id <> :id"), {"id": doctor}).scalars().all():
            handover = {"doctor_id": left, "left_at": now, "colleague_id": doctor}
            connection.execute(sa.insert(METADATA.tables["handovers"]), handover)
        ended = (
            "UPDATE lab_bookings SET status = 'cancelled', cancelled_by = NULL, cancelled_by_id = NULL, cancelled_at = created_at"
        )
        first = "SELECT id FROM lab_bookings WHERE ordered_by_id IS NULL ORDER BY id LIMIT :most"
        connection.execute(sa.text(f"{ended} WHERE id IN ({first})"), {"most": MORE})
        ordered = "SELECT id FROM lab_bookings WHERE ordered_by_id IS NOT NULL"
        some = f"SELECT id FROM lab_results WHERE verified_at IS NOT NULL AND booking_id IN ({ordered}) ORDER BY id LIMIT :most"
        opened = "UPDATE lab_results SET critical_since = verified_at, critical_closed_at = NULL"
        connection.execute(sa.text(f"{opened} WHERE id IN ({some})"), {"most": MORE})
        _insert_refills(connection, now)
        _insert_vitals(connection, now)
        completed = "SELECT id FROM appointments WHERE doctor_id = :doctor AND status = 'completed' ORDER BY id DESC LIMIT :most"
        unsigned = "UPDATE notes SET status = 'draft', signed_at = NULL, signed_by_id = NULL WHERE appointment_id IN"
        connection.execute(sa.text(f"{unsigned} ({completed})"), {"doctor": doctor, "most": MORE})
        _leave_open(connection, doctor, now)
        _insert_consents(connection, patient, now)
        _insert_duplicates(connection, patient)
        _insert_chart_changes(connection, treated(connection)[0], doctor, now)
        for number in range(MORE):
            at, soon = now - timedelta(minutes=number // 2), now + timedelta(days=number // 2, minutes=1)
            session = {"id": f"{number}" * 20, "account_id": doctor, "created_at": at, "last_used_at": at, "expires_at": soon}
            invitation = {"account_id": doctor, "code_hash": f"{number}", "created_at": at, "expires_at": soon}
            time_off = {"doctor_id": doctor, "starts_at": soon, "ends_at": soon + timedelta(days=1)}
            certificate = {"id": 1000 + number, "reference": f"MC-{number}", "doctor_id": doctor, "patient_id": patient}
            statement = {"kind": "statement", "statement": "Fit", "created_at": at, "version": 1}
            connection.execute(sa.insert(METADATA.tables["certificates"]), {**certificate, **statement})
            template = {"owner_id": doctor, "kind": "block", "title": "Plan", "text": "{age}", "edited_by_id": doctor}
            edited = {"id": 1000 + number, "edited_at": at, "version": 1}
            connection.execute(sa.insert(METADATA.tables["note_templates"]), {**template, **edited})
            house = {"id": 2000 + number, "owner_id": None}
            connection.execute(sa.insert(METADATA.tables["note_templates"]), {**template, **edited, **house})
            screen = {"id": 1000 + number, "name": "Hall", "language": "en", "token_hash": f"{number}", "created_by_id": doctor}
            connection.execute(sa.insert(METADATA.tables["screens"]), {**screen, "created_at": at})
            # over long ago, so that they make no care
            over = {"opened_at": at - timedelta(days=9), "until": at - timedelta(days=8), "reason": "Found unconscious"}
            opening = {"id": 1000 + number, "patient_id": patient, "doctor_id": doctor, **over}
            connection.execute(sa.insert(METADATA.tables["chart_access"]), opening)
            connection.execute(sa.insert(METADATA.tables["sessions"]), {**session, "with_second_factor": False})
            connection.execute(sa.insert(METADATA.tables["invitations"]), {**invitation, "id": 1000 + number})
            asked = {"account_id": doctor, "kind": "role", "role": "lab", "asked_by_id": patient, "asked_at": at}
            decided = {"state": "declined", "decided_by_id": doctor, "decided_at": at, "reason": "Unknown"}
            connection.execute(sa.insert(METADATA.tables["account_approvals"]), {**asked, **decided, "id": 1000 + number})
            connection.execute(sa.insert(METADATA.tables["time_off"]), {**time_off, "id": 1000 + number})
            # long ahead, so that no time of today is closed
            day = (now + timedelta(days=4000 + number)).date()
            extra = {"id": 1000 + number, "doctor_id": doctor, "day": day, "starts": "07:00", "ends": "08:00"}
            connection.execute(sa.insert(METADATA.tables["extra_hours"]), extra)
            closed = {"id": 1000 + number, "day": day, "name_en": "Outing", "name_de": "Ausflug"}
            connection.execute(sa.insert(METADATA.tables["closed_days"]), {**closed, "is_holiday": False, "is_open": False})
    return rows


def treated(connection: sa.Connection) -> tuple[int, list[int]]:
    """Return the patient with the most laboratory bookings, and the doctors with a visit of this patient."""
    most = "SELECT patient_id FROM lab_bookings GROUP BY 1 ORDER BY count(*) DESC, patient_id LIMIT 1"
    patient = connection.execute(sa.text(most)).scalar_one()
    visits = "SELECT DISTINCT doctor_id FROM appointments WHERE patient_id = :patient AND status <> 'cancelled' ORDER BY 1"
    return patient, list(connection.execute(sa.text(visits), {"patient": patient}).scalars())


def _insert_chart_changes(connection: sa.Connection, patient: int, doctor: int, at: datetime) -> None:
    """Insert changes of a patient's allergies."""
    before = {"allergies": [], "no_known_allergies": False, "problems": None}
    lists = {"part": "allergies", "before": before, "after": {**before, "no_known_allergies": True}}
    by = {"changed_at": at, "changed_by_id": doctor, "changed_by_name": "Dr Ama Osei"}
    for number in range(1000, 1000 + MORE):
        change = {"id": number, "patient_id": patient, "version": number, **lists, **by}
        connection.execute(sa.insert(METADATA.tables["chart_changes"]), change)


def _insert_consents(connection: sa.Connection, patient: int, at: datetime) -> None:
    """Insert consents and sessions of a patient, and corrections of the patient's legal details."""
    names = {"old_full_name": "A", "new_full_name": "B", "old_sex": "unknown", "new_sex": "unknown", "reason": "Paper"}
    for number in range(MORE):
        own = {"id": 1000 + number, "account_id": patient}
        times = {"created_at": at, "last_used_at": at, "expires_at": at + timedelta(days=1)}
        connection.execute(sa.insert(METADATA.tables["sessions"]), {"id": f"p{number}" * 10, "account_id": patient, **times})
        given = {"kind": "privacy_notice", "text_version": at.date(), "language": "de", "given_at": at}
        connection.execute(sa.insert(METADATA.tables["consents"]), {**own, **given})
        connection.execute(sa.insert(METADATA.tables["legal_changes"]), {**own, **names, "changed_by_id": 1, "changed_at": at})


def _leave_open(connection: sa.Connection, doctor: int, at: datetime) -> None:
    """Take the outcome of some visits of passed days to other doctors."""
    visits = METADATA.tables["appointments"]
    passed = visits.c.starts_at.between(at - timedelta(days=25), at - timedelta(days=2))
    query = sa.select(visits.c.id).where(visits.c.doctor_id != doctor, visits.c.status == "completed", passed).limit(MORE)
    some = connection.execute(query).scalars().all()
    connection.execute(sa.update(visits).where(visits.c.id.in_(some)).values(status="confirmed"))


def _insert_duplicates(connection: sa.Connection, patient: int) -> None:
    """Insert records with the details of a patient."""
    accounts = METADATA.tables["accounts"]
    row = dict(connection.execute(sa.select(accounts).where(accounts.c.id == patient)).mappings().one())
    for number in range(MORE):
        own = {"id": 10_000 + number, "email": None, "password_hash": None, "reference": new_patient_reference()}
        connection.execute(sa.insert(accounts), {**row, **own})


def _insert_refills(connection: sa.Connection, at: datetime) -> None:
    """Insert requests that ask their prescribers, and ones of a patient without a doctor that ask an account of another role."""
    for table in ("refill_items", "refills"):
        connection.execute(sa.delete(METADATA.tables[table]))
    some = f"SELECT id, patient_id, doctor_id FROM prescriptions ORDER BY id LIMIT {2 * MORE}"
    alone = connection.execute(sa.text("SELECT min(id) FROM accounts WHERE role = 'admin'")).scalar_one()
    for number, row in enumerate(connection.execute(sa.text(some)).mappings().all()):
        people = {"patient_id": row["patient_id"], "doctor_id": row["doctor_id"]}
        more = people if number < MORE else {"patient_id": alone, "doctor_id": alone}
        refill = {"id": 1000 + number, "prescription_id": row["id"], "status": "open", "created_at": at, "version": 1, **more}
        connection.execute(sa.insert(METADATA.tables["refills"]), refill)


def _insert_vitals(connection: sa.Connection, at: datetime) -> None:
    """Insert vital signs of the patient with the most laboratory bookings, two for each time."""
    most = "SELECT patient_id FROM lab_bookings GROUP BY 1 ORDER BY count(*) DESC, patient_id LIMIT 1"
    doctor = connection.execute(sa.text("SELECT min(id) FROM doctors")).scalar_one()
    row = {"patient_id": connection.execute(sa.text(most)).scalar_one(), "recorded_by_id": doctor, "weight": 70.5, "version": 1}
    for number in range(MORE):
        times = {"measured_at": at - timedelta(minutes=number // 2), "recorded_at": at}
        connection.execute(sa.insert(METADATA.tables["vital_signs"]), {**row, **times, "id": 10_000 + number})


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Yield a client of each service on this database."""
    database, settings = Database(url), load_settings()
    for app in APPS.values():
        app.state.settings, app.state.database, app.state.disk = settings, database, DiskSpace(Path(__file__).parent, 0)
        app.state.event_writer, app.state.verifier = EventWriter(database), Tokens()
    yield {name: httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tests") for name, app in APPS.items()}
    await database.close()
