"""Which backups stay: the newest of each of the last days and weeks that have one. Without new ones, none is removed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from careplus_auth.backups.backup_file import read_manifest
from careplus_auth.backups.refusing import BackupDamaged
from careplus_auth.crypto.vault import Vault

DAY = timedelta(days=1)
PATTERN = "careplus-*.zip"


def backups_in(folder: Path, keys: Vault) -> dict[Path, datetime]:
    """Return when each backup of this hospital was made, without damaged files and those of others. Raise OSError."""
    found = {}
    for file in sorted(folder.glob(PATTERN)):
        try:
            found[file] = read_manifest(file, keys).at
        except BackupDamaged:
            continue
    return found


def superseded(made: dict[Path, datetime], days: int, weeks: int) -> list[Path]:
    """Return the backups that are not kept, oldest first. Days and weeks are those of UTC; all of the newest's last day stay."""
    newest_first = sorted(made, key=lambda file: made[file], reverse=True)
    by_day = _newest_of_each(newest_first, (made[file].date().isoformat() for file in newest_first))
    by_week = _newest_of_each(newest_first, (f"{made[file]:%G-%V}" for file in newest_first))
    recent = [file for file in newest_first if made[newest_first[0]] - made[file] < DAY]
    kept = {*recent, *by_day[:days], *by_week[:weeks]}
    return [file for file in reversed(newest_first) if file not in kept]


def _newest_of_each(newest_first: list[Path], periods: Iterable[str]) -> list[Path]:
    newest: dict[str, Path] = {}
    for file, period in zip(newest_first, periods, strict=True):
        newest.setdefault(period, file)
    return list(newest.values())
