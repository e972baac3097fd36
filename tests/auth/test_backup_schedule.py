"""Scheduled backups: when one is due, which are kept, one process makes it, and a missed one raises an alert."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import col

from careplus_auth.alerts.sending import Alerts
from careplus_auth.backups.retention import superseded
from careplus_auth.backups.schedule import PATIENCE, BackupSchedule, due_since
from careplus_auth.crypto.vault import Vault
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings, SettingsError
from careplus_tables.alerts import AlertRow
from careplus_tables.backups import BackupRow
from careplus_tables.engine import Database
from tests import databases
from tests.hospital import Hospital, answers, eventually
from tests.templates import migrated_file, migrated_of

BERLIN = ZoneInfo("Europe/Berlin")
SECRETS = ["k" * 40]


@pytest.mark.parametrize(
    ("at", "instant", "since"),
    [
        ("02:30", "2026-11-30T01:30:00Z", "2026-11-30T01:30:00Z"),
        ("02:30", "2026-11-30T01:29:59Z", "2026-11-29T01:30:00Z"),
        ("23:59", "2026-06-01T21:59:00Z", "2026-06-01T21:59:00Z"),
        # 02:30 is skipped on one day and comes twice on another
        ("02:30", "2026-03-29T12:00:00Z", "2026-03-29T01:30:00Z"),
        ("02:30", "2026-10-25T12:00:00Z", "2026-10-25T00:30:00Z"),
    ],
)
def test_backup_is_due_at_the_clinic_time_of_the_day(at: str, instant: str, since: str) -> None:
    assert due_since(at, BERLIN, datetime.fromisoformat(instant)) == datetime.fromisoformat(since)


def test_newest_of_each_day_and_week_stays() -> None:
    newest = datetime(2026, 11, 30, 2, 30, tzinfo=UTC)
    made = {Path(f"{hours:04}"): newest - timedelta(hours=hours) for hours in range(0, 24 * 40, 6)}
    kept = sorted({*made} - {*superseded(made, days=3, weeks=3)})
    # all of the last day; then the newest of 29 and 28 November, and of the weeks that end on 29 and 22 November
    assert [file.name for file in kept] == ["0000", "0006", "0012", "0018", "0030", "0174"]


def test_old_backups_stay_while_no_new_one_is_made() -> None:
    made = {Path(str(year)): datetime(year, 1, 1, tzinfo=UTC) for year in (2001, 2002)}
    assert superseded(made, days=1, weeks=0) == [Path("2001")]
    assert superseded({Path("2002"): made[Path("2002")]}, days=1, weeks=0) == []


def settings_of(folder: Path, **more: Any) -> Settings:
    chosen: dict[str, Any] = {"backup_at": "02:30", "backup_folder": folder / "backups", "backup_encryption": "none", **more}
    return Settings(data=folder, alert_url="https://alerts.example.org", disk_floor_mib=0, **chosen)


SINCE_DUE = {"failed": timedelta(seconds=1), "made": timedelta(seconds=2)}


@pytest.mark.parametrize(
    ("attempts", "raised"),
    [
        pytest.param([], ["backup_missed"], id="none"),
        pytest.param(["failed"], ["backup_missed"], id="failed"),
        pytest.param(["failed", "made"], [], id="failed, then made"),
    ],
)
async def test_missed_backup_raises_an_alert(tmp_path: Path, attempts: list[str], raised: list[str]) -> None:
    at = f"{(now() - PATIENCE - timedelta(minutes=1)).astimezone(BERLIN):%H:%M}"
    settings, database = settings_of(tmp_path, backup_at=at), Database(migrated_file(tmp_path))
    schedule = BackupSchedule(database, settings)
    schedule.started_at = now() - timedelta(days=1)
    due = due_since(at, BERLIN, now())
    async with database.writing() as db:
        for attempt in attempts:
            failure = "no space" if attempt == "failed" else None
            db.add(BackupRow(at=due + SINCE_DUE[attempt], file=None if failure else "a.zip", size=None, failure=failure))
    await Alerts(database, settings, Vault(SECRETS, "x"), SECRETS, schedule).raise_due()
    async with database.reading() as db:
        kinds = sa.select(col(AlertRow.kind)).where(col(AlertRow.due_at).is_not(None))
        found = list((await db.execute(kinds)).scalars())
        is_due = await schedule.due(db) is not None
    await database.close()
    assert found == raised
    # after a failure the next attempt waits for an hour, counted from the failure
    assert is_due is ("made" not in attempts)


async def test_started_auth_waits_before_a_backup_is_missed(tmp_path: Path) -> None:
    database = Database(migrated_file(tmp_path))
    schedule = BackupSchedule(database, settings_of(tmp_path))
    async with database.reading() as db:
        assert (await schedule.is_missed(db), await schedule.due(db) is None) == (False, False)
    await database.close()


def test_auth_refuses_a_schedule_that_cannot_work(tmp_path: Path) -> None:
    for wrong, reason in (({"backup_folder": None}, "CAREPLUS_BACKUP_FOLDER"), ({"backup_encryption": None}, "ENCRYPTION")):
        with pytest.raises(SettingsError, match=reason):
            BackupSchedule(Database(f"sqlite:///{tmp_path}/careplus.db"), settings_of(tmp_path, **wrong))


@pytest.mark.parametrize("kind", databases.KINDS)
def test_two_processes_make_one_scheduled_backup(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    """The first start is after the last time of a backup, so that one is due at once."""
    request.param = kind
    folder = tmp_path / "backups"
    chosen = {"AT": "02:30", "FOLDER": str(folder), "ENCRYPTION": "none"}
    hospital = Hospital(tmp_path, extra={f"CAREPLUS_BACKUP_{name}": value for name, value in chosen.items()})
    hospital.extra["DATABASE_URL"] = migrated_of(request, tmp_path)
    ports = (hospital.port, hospital.port + 1)
    processes = [hospital.start_command("serve", "auth", "--port", str(port)) for port in ports]
    try:
        for port in ports:
            eventually(partial(answers, f"http://127.0.0.1:{port}/health"), 120)
        made = "SELECT file FROM backups WHERE failure IS NULL"
        eventually(lambda: databases.query(hospital.extra["DATABASE_URL"], made) != [], 120)
        eventually(lambda: "backup_made" in hospital.log.read_text(), 60)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
    found = [file for (file,) in databases.query(hospital.extra["DATABASE_URL"], made)]
    assert found == [file.name for file in folder.iterdir()]
    assert len(found) == 1
