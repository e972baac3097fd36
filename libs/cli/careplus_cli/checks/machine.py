"""Checks of the machine: settings, disks, clock, versions and certificates."""

import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from pysqlite3 import dbapi2

from careplus_cli.checks.finding import Finding, failed, ok, warning
from careplus_cli.services import SERVICES
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings, SettingsError
from careplus_runtime.process.urls import is_loopback
from careplus_runtime.transport.tls import listening_context
from careplus_tables.engine import is_sqlite
from careplus_tables.sqlite import MINIMUM_VERSION

OLDEST_PYTHON = (3, 11)
EXPIRES_SOON = timedelta(days=30)
UNSYNCHRONISED = 0x40
"""STA_UNSYNC of the kernel's clock (man 2 adjtimex)."""
MIB = 2**20


def settings(chosen: Settings) -> Iterator[Finding]:
    """Check the settings that have a value to recommend. Wrong values end the command before."""
    if chosen.secret_key is None:
        yield failed("settings", "SECRET_KEY is missing", "make one of 32 or more random characters; auth needs it")
    elif not chosen.demo and not is_loopback(chosen.host) and not chosen.public_url.startswith("https://"):
        yield warning("settings", f"the portals are at {chosen.public_url}", "serve them over HTTPS and set CAREPLUS_ORIGINS")
    else:
        yield ok("settings", f"read; the portals are at {chosen.public_url}")
    if Path(".env").exists() and os.stat(".env").st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield warning("settings", "other users can read .env", "run chmod 600 .env")


def disk(chosen: Settings) -> Iterator[Finding]:
    """Check the free space of the folders of data and of backups."""
    folders = {
        "CAREPLUS_DATA": chosen.data if is_sqlite(chosen.database) else None,
        "CAREPLUS_BACKUP_FOLDER": chosen.backup_folder,
    }
    for name, folder in folders.items():
        if folder is None:
            continue
        if not folder.exists():
            yield warning("disk", f"{folder} does not exist yet", f"start the hospital once, or correct {name}")
            continue
        free = shutil.disk_usage(folder).free // MIB
        text, remedy = f"{folder} has {free:,} MiB free", "make room, or move the folder to a larger disk"
        if free < chosen.disk_floor_mib:
            yield failed("disk", f"{text}, less than CAREPLUS_DISK_FLOOR_MIB ({chosen.disk_floor_mib})", remedy)
        elif free < 4 * chosen.disk_floor_mib:
            yield warning("disk", f"{text}; below {chosen.disk_floor_mib} changes are refused", remedy)
        else:
            yield ok("disk", text)


def clock() -> Iterator[Finding]:
    """Check that a time service keeps the clock right, where the kernel tells."""
    state = _kernel_clock()
    if state is None:
        yield ok("clock", f"{now():%Y-%m-%d %H:%M:%S} UTC; this system does not tell whether it is synchronised")
    elif state & UNSYNCHRONISED:
        remedy = "compare it with another clock, and run a time service such as chrony or systemd-timesyncd"
        yield warning("clock", f"{now():%Y-%m-%d %H:%M:%S} UTC, not synchronised", remedy)
    else:
        yield ok("clock", f"{now():%Y-%m-%d %H:%M:%S} UTC, synchronised")


def _kernel_clock() -> int | None:
    """Return the status bits of Linux's clock."""
    if sys.platform != "linux":
        return None
    import ctypes

    # struct timex: modes, then offset, freq, maxerror and esterror of 8 bytes each, then status
    timex = ctypes.create_string_buffer(256)
    if ctypes.CDLL(None, use_errno=True).adjtimex(timex) < 0:
        return None
    return int.from_bytes(timex.raw[40:44], sys.byteorder)


def versions() -> Iterator[Finding]:
    """Check Python and SQLite."""
    if sys.version_info < OLDEST_PYTHON:
        yield failed("versions", f"Python {platform.python_version()}", "install Python 3.11 or newer")
    elif dbapi2.sqlite_version_info < MINIMUM_VERSION:
        oldest = ".".join(map(str, MINIMUM_VERSION))
        yield failed("versions", f"SQLite {dbapi2.sqlite_version}", f"install pysqlite3 with SQLite {oldest} or newer")
    else:
        yield ok("versions", f"Python {platform.python_version()}, SQLite {dbapi2.sqlite_version}")


def certificates(chosen: Settings) -> Iterator[Finding]:
    """Check that each process can use its certificate, and when it expires."""
    files = [(process, chosen.certificates / process / "tls.crt") for process in (*SERVICES, "gateway") if chosen.certificates]
    try:
        for process in {name for name, _ in files} | {"gateway"}:
            listening_context(chosen, process)
    except SettingsError as reason:
        yield failed("certificates", str(reason), "make new ones (docs/deploy.md)")
        return
    files += [("the public port", chosen.tls_cert)] if chosen.tls_cert else []
    for name, file in files:
        until = min(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(file.read_bytes()))
        yield _expiry(name, file, until)
    if not files:
        yield ok("certificates", "none are set")


def _expiry(name: str, file: Path, until: datetime) -> Finding:
    text = f"that of {name} is valid until {until:%Y-%m-%d}"
    if until <= now() + EXPIRES_SOON:
        return warning("certificates", text, f"renew {file}; after that day no process accepts it")
    return ok("certificates", text)
