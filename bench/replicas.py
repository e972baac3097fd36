"""`python -m bench.replicas`: the cost of bookings with one and two processes of each service, on each database.

Counts the processor time of gateway and services, without the server of PostgreSQL, and the bookings that were refused.
"""

import os
import secrets
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests import databases, postgresql
from tests.hospital import ADMIN, Hospital, Person, database_with_admin, free_times

PEOPLE = 12
BOOKINGS = int(os.environ.get("BENCH_BOOKINGS", "40"))
"""Of each person, without a pause."""


def cpu_s(pids: Iterable[int]) -> float:
    """Return the seconds of processor time that processes have used."""
    fields = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids)
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def book(patient: Person, doctor: Person, times: list[datetime]) -> tuple[Counter[int], list[float]]:
    """Return the statuses of a person's bookings, and the seconds that each took."""
    statuses, took = Counter[int](), []
    for at in times:
        began = time.monotonic()
        body = {"doctor_id": doctor.id, "starts_at": at.isoformat()}
        answer = patient.http.post("/api/appointments", json=body, headers={"Idempotency-Key": secrets.token_hex(8)})
        statuses[answer.status_code] += 1
        took.append(time.monotonic() - began)
    return statuses, took


def measure(hospital: Hospital) -> list[str]:
    """Return the cells of one row."""
    admin = hospital.sign_in(ADMIN)
    doctors = [hospital.add_doctor(admin, f"d{number}@example.org", f"Dr {number}", "Cardiology") for number in range(PEOPLE)]
    patients = [hospital.register(f"p{number}@example.org", f"Patient {number}") for number in range(PEOPLE)]
    times = free_times(doctors[0].http, doctors[0].id, days=14)[8 : 8 + BOOKINGS]
    assert hospital.process is not None
    children = Path(f"/proc/{hospital.process.pid}/task/{hospital.process.pid}/children").read_text().split()
    pids = [*map(int, children)]
    before, began = cpu_s(pids), time.monotonic()
    with ThreadPoolExecutor(PEOPLE) as pool:
        found = list(pool.map(book, patients, doctors, [times] * PEOPLE))
    seconds, cpu = time.monotonic() - began, cpu_s(pids) - before
    statuses = sum((one for one, _ in found), Counter[int]())
    took = sorted(second for _, seconds in found for second in seconds)
    refused = {status: number for status, number in statuses.items() if status != 201}
    cells = (statuses[201], refused or "none", f"{1000 * cpu / statuses[201]:.1f}", f"{statuses[201] / seconds:.0f}")
    return [*map(str, cells), f"{statistics.median(took):.2f}", f"{took[-1]:.2f}"]


def main() -> None:
    table = Table(title=f"{PEOPLE} people book {BOOKINGS} times each")
    for column in ("database, replicas", "booked", "refused", "CPU-ms each", "a second", "median s", "longest s"):
        table.add_column(column, justify="right")
    for kind in ("sqlite", "postgresql"):
        for replicas in (1, 2):
            with tempfile.TemporaryDirectory(prefix="careplus-bench-") as folder:
                extra = {"CAREPLUS_PIN_CORES": "false"}
                if kind == "postgresql":
                    extra["DATABASE_URL"] = postgresql.new_database(postgresql.server(settings=()), f"bench_{replicas}")
                hospital = Hospital(Path(folder), extra=extra)
                if kind == "sqlite":
                    databases.copy(database_with_admin(), hospital.database)
                else:
                    hospital.careplus("admin", "create", "--email", ADMIN, "--name", "Ada", stdin="seven-quiet-herons\n")
                with hospital.running("--replicas", str(replicas)):
                    table.add_row(f"{kind}, {replicas}", *measure(hospital))
    postgresql.stop()
    Console().print(table)


if __name__ == "__main__":
    main()
