"""`python -m bench.trail`: measure `careplus audit verify` on a million events, two of three about a patient."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pysqlite3
from rich.console import Console
from rich.progress import track

from careplus_auth.audit.anchors import sign
from careplus_auth.audit.chain import GENESIS, ChainKeys, instant_text

EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
BATCH = 50_000
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def events() -> Iterator[tuple[list[Any], list[int]]]:
    """Yield rows of `audit_events` in the order of the columns, each with the ids of its patients."""
    actions = (("labs", "show_result", "read"), ("appointments", "book", "change"), ("doctors", "show_chart", "read"))
    for number in range(1, EVENTS + 1):
        service, action, kind = actions[number % 3]
        at = f"{FIRST + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}"
        who = [number % 5000 + 1, "doctor", f"session-{number % 9000:016}", "192.0.2.17"]
        members = "doctor_id starts_at" if kind == "change" else None
        row = [number, at, f"{number:016x}", *who, service, action, kind, str(number % 90_000), "ok", None, members]
        yield row, [number % 20_000 + 1] if number % 3 else []


def fill(file: Path, keys: ChainKeys) -> None:
    connection = pysqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    columns = [column[1] for column in connection.execute("PRAGMA table_info(audit_events)")]
    insert = f"INSERT INTO audit_events VALUES ({', '.join('?' * len(columns))})"
    mac, waiting = GENESIS, events()
    for _ in track(range(0, EVENTS, BATCH), "Writing events and links"):
        part = list(islice(waiting, BATCH))
        links, patients = [], []
        for row, patient_ids in part:
            mac = keys.mac(keys.newest, mac, row[0], row, patient_ids)
            links.append((row[0], row[0], mac, keys.newest))
            patients += [(row[0], id) for id in patient_ids]
        connection.execute("BEGIN")
        connection.executemany(insert, [row for row, _ in part])
        connection.executemany("INSERT INTO audit_patients (event_id, patient_id) VALUES (?, ?)", patients)
        connection.executemany("INSERT INTO audit_links (number, event_id, mac, key_id) VALUES (?, ?, ?, ?)", links)
        connection.execute("COMMIT")
    anchor = sign(keys.anchors, None, (EVENTS, mac), FIRST)
    values = {**anchor._asdict(), "at": instant_text(anchor.at)}
    connection.execute(
        f"INSERT INTO audit_anchors ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", [*values.values()]
    )
    connection.close()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="careplus-trail-") as folder:
        secret = secrets.token_urlsafe(48)
        environment = {**os.environ, "SECRET_KEY": secret, "CAREPLUS_DATA": folder}
        careplus = [sys.executable, "-m", "careplus_cli"]
        subprocess.run([*careplus, "migrate"], env=environment, cwd=folder, check=True)
        fill(Path(folder) / "careplus.db", ChainKeys([secret]))
        wall, before = time.perf_counter(), os.times()
        subprocess.run([*careplus, "audit", "verify"], env=environment, cwd=folder, check=True)
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        Console().print(f"{EVENTS:,} events: {time.perf_counter() - wall:.1f} s, {cpu:.1f} CPU-s")


if __name__ == "__main__":
    main()
