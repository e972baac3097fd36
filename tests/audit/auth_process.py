"""One auth process on a database of its own, and the changes that a person without the key makes in it."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from careplus_contracts.audit import Kind
from careplus_runtime.audit.group_commit import EVENT_COLUMNS, Event, commit_events
from careplus_tables.engine import Database, sync_engine
from tests.hospital import BackgroundProcess, Hospital, answers, eventually

TABLES = ("audit_events", "audit_patients", "audit_links", "audit_anchors")
UNLINKED = "SELECT count(*) FROM audit_events WHERE id NOT IN (SELECT event_id FROM audit_links)"


@dataclass
class AuditedDatabase:
    """The migrated database of a hospital; its auth runs when a test says so."""

    hospital: Hospital
    url: str

    @property
    def log(self) -> str:
        return self.hospital.log.read_text() if self.hospital.log.exists() else ""

    @contextmanager
    def auth(self) -> Iterator[BackgroundProcess]:
        """Run auth until the block ends."""
        port = self.hospital.port
        process = self.hospital.start_command("serve", "auth", "--port", str(port))
        try:
            eventually(lambda: answers(f"http://127.0.0.1:{port}/ready") or process.poll() is not None, 60)
            assert process.poll() is None, self.log
            yield process
        finally:
            process.terminate()
            process.wait(30)

    def write_events(self, count: int, age: timedelta = timedelta(0)) -> None:
        """Write events as a service does."""
        at = datetime.now(UTC) - age
        row = {**dict.fromkeys(EVENT_COLUMNS), "service": "labs", "action": "show_result", "kind": Kind.READ.value}
        events = [Event({**row, "at": at, "outcome": "ok", "request_id": f"event-{n}", "account_id": n}) for n in range(count)]

        async def write() -> None:
            database = Database(self.url)
            await commit_events(database, events)
            await database.close()

        asyncio.run(write())

    def value(self, sql: str) -> Any:
        engine = sync_engine(self.url)
        with engine.connect() as connection:
            found = connection.execute(sa.text(sql)).scalar()
        engine.dispose()
        return found

    def wait_until_linked(self) -> None:
        eventually(lambda: self.value(UNLINKED) == 0)

    def verify(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.hospital.careplus("audit", "verify", *options)

    def run_without_triggers(self, *statements: str) -> None:
        """Run statements in one transaction without the triggers of the audit trail, and restore the triggers."""
        engine = sync_engine(self.url)
        with engine.begin() as connection:
            tables = [table for table in TABLES if sa.inspect(connection).has_table(table)]
            if engine.dialect.name == "sqlite":
                stored = "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'"
                triggers = [row for row in connection.execute(sa.text(stored)) if row.tbl_name in tables]
                before = [f"DROP TRIGGER {trigger.name}" for trigger in triggers]
                after = [trigger.sql for trigger in triggers]
            else:
                before = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
                after = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
            for statement in (*before, *statements):
                connection.exec_driver_sql(statement)
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
            for statement in after:
                connection.exec_driver_sql(statement)
        engine.dispose()
