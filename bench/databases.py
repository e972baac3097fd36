"""`python -m bench.databases`: the cost of a list and a booking on SQLite and PostgreSQL, in one run that ends by itself.

Counts the processor time of all processes, each for itself: gateway, services, and PostgreSQL with its connections. Prints the
bytes of a visit and of an audit event too, and what a hospital without requests costs. `--visits` may be repeated; a larger
hospital takes longer to fill.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from bench import __main__ as bench
from bench.load import cpu_seconds, measure, request
from tests import databases, postgresql

LISTS, BOOKINGS, DOCTORS, MOST_ROUNDS = 200, 40, 10, 40
BARS = {"list of 20": 1.8, "booking": 1.6}
IDLE_S = 20
LONGEST_MINUTES = 8
"""Of the rounds of one size: tokens are valid for ten minutes."""
SERVER = "PostgreSQL"
AUDIT_TABLES = ("audit_events", "audit_patients", "audit_links", "audit_unlinked")
Round = dict[str, float]
"""Processor time of one request in milliseconds, by process."""


@dataclass
class Running:
    """A hospital on one database."""

    url: str
    port: int
    services: dict[str, int]
    """Process ids."""
    server: Callable[[], list[int]]
    size: int
    """Bytes of the filled database."""
    listing: bytes = b""
    bookings: list[bytes] = field(default_factory=list)
    rounds: dict[str, list[Round]] = field(default_factory=lambda: {kind: [] for kind in BARS})

    def spent(self) -> dict[str, float]:
        """Return the processor time of each process in seconds."""
        return {name: cpu_seconds([pid]) for name, pid in self.services.items()} | {SERVER: cpu_seconds(self.server())}

    async def measure(self, kind: str, turn: int) -> None:
        requests, status = ([self.listing] * LISTS, 200) if kind == "list of 20" else (self._bookings_of(turn), 201)
        before = self.spent()
        await measure(self.port, requests, status, [], bench.LINKED_S)
        self.rounds[kind].append({name: (after - before[name]) / len(requests) * 1000 for name, after in self.spent().items()})

    def idle(self) -> str:
        """Return the consumption of all processes without requests."""
        before = sum(self.spent().values())
        time.sleep(IDLE_S)
        used = (sum(self.spent().values()) - before) / IDLE_S * 1000
        services, server = (sum(map(own_memory, pids)) / 2**20 for pids in (self.services.values(), self.server()))
        return f"idle, {used:.1f} CPU-ms a second, {services:.0f} MiB of memory, and {server:.0f} of {SERVER}"

    def _bookings_of(self, turn: int) -> list[bytes]:
        return self.bookings[turn * BOOKINGS : (turn + 1) * BOOKINGS]


@contextmanager
def running(folder: Path, database: str | None) -> Iterator[Running]:
    """Run a filled hospital until the block ends."""
    url = database or f"sqlite:///{folder}/careplus.db"
    ports = dict(zip(bench.SERVICES, bench.free_ports(len(bench.SERVICES)), strict=True))
    environment = bench.hospital_environment(ports, folder) | {"DATABASE_URL": url}
    bench.fill(environment, folder)
    if database:
        databases.execute(url, "VACUUM ANALYZE")
    started = {service: bench.start([f"careplus_{service}", "--no-watchdog"], environment, folder) for service in bench.SERVICES}
    try:
        bench.wait(f"http://127.0.0.1:{ports['gateway']}/ready")
        pids = {service: process.pid for service, process in started.items()}
        one = Running(url, ports["gateway"], pids, postgresql.processes if database else list, bytes_of(url))
        with httpx.Client(base_url=f"http://127.0.0.1:{one.port}", trust_env=False, timeout=60) as http:
            one.bookings = bench.bookings(http, bench.new_patients(http, DOCTORS))
            one.listing = request("GET", "/api/appointments?limit=20", bench.sign_in(http, "pat@demo.example"))
        yield one
    finally:
        for process in started.values():
            process.terminate()
        for process in started.values():
            process.wait(15)


def own_memory(pid: int) -> int:
    """Return the bytes of a process, with its share of those that it has in common with others (Linux)."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return int(lines["Pss"].split()[0]) * 1024


def bytes_of(url: str) -> int:
    """Return the size of a database."""
    pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return int(databases.query(url, pages if url.startswith("sqlite:") else "SELECT pg_database_size(current_database())")[0][0])


def bytes_of_an_event(url: str) -> float:
    """Return the bytes that an audit event takes on PostgreSQL, with its patients, link and indexes."""
    sizes = " + ".join(f"pg_total_relation_size('{table}')" for table in AUDIT_TABLES)
    return float(databases.query(url, f"SELECT ({sizes})::float / count(*) FROM audit_events")[0][0])


async def compare(hospitals: list[Running], seconds: float) -> None:
    """Measure each kind of request on each database in turn, until the time is over; at least two rounds."""
    most = min(MOST_ROUNDS, *(len(one.bookings) // BOOKINGS for one in hospitals))
    deadline = time.monotonic() + seconds
    for turn in range(most):
        if turn >= 2 and time.monotonic() > deadline:
            break
        for kind in BARS:
            for one in hospitals[:: -1 if turn % 2 else 1]:
                await one.measure(kind, turn)


def show(hospitals: list[Running], visits: int, console: Console) -> None:
    rounds = len(hospitals[0].rounds["booking"]) - 1
    table = Table(title=f"{visits:,} visits, CPU-ms of a request, medians of {rounds} rounds")
    columns = ("", *bench.SERVICES, SERVER, "all", "x SQLite", "at most")
    for column in columns:
        table.add_column(column, justify="left" if not column else "right")
    for kind, bar in BARS.items():
        # the first round opens connections
        totals = [[sum(one.values()) for one in hospital.rounds[kind][1:]] for hospital in hospitals]
        for hospital, total in zip(hospitals, totals, strict=True):
            parts = (statistics.median(one[name] for one in hospital.rounds[kind][1:]) for name in columns[1:-3])
            ratio = statistics.median(mine / base for mine, base in zip(total, totals[0], strict=True))
            name = "SQLite" if hospital is hospitals[0] else SERVER
            figures = (*(f"{part:.2f}" for part in parts), f"{statistics.median(total):.2f}", f"{ratio:.2f}", f"{bar}")
            table.add_row(f"{kind}, {name}", *figures)
    console.print(table)
    for hospital, name in zip(hospitals, ("SQLite", SERVER), strict=True):
        each = hospital.size / visits
        console.print(f"{name}: {hospital.size / 2**20:.1f} MiB, {each:,.0f} bytes for each visit with its records")
        console.print(f"{name}: {hospital.idle()}")
    console.print(f"{bytes_of_an_event(hospitals[1].url):,.0f} bytes for each audit event on PostgreSQL")


def run(visits: int, minutes: float, console: Console) -> None:
    """Fill, measure and stop two hospitals of one size."""
    bench.APPOINTMENTS = visits
    with ExitStack() as held:
        # durable, unlike the server of the tests
        url = postgresql.new_database(postgresql.server(settings=()), f"bench_{visits}")
        hospitals = []
        for database in (None, url):
            folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="careplus-bench-")))
            hospitals.append(held.enter_context(running(folder, database)))
        asyncio.run(compare(hospitals, minutes * 60))
        show(hospitals, visits, console)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--visits", type=int, action="append", help="size of the hospital; repeat it for several (10000)")
    options.add_argument("--minutes", type=float, default=2, help=f"of the rounds of each size, at most {LONGEST_MINUTES} (2)")
    chosen = options.parse_args()
    try:
        for visits in chosen.visits or [10_000]:
            run(visits, min(chosen.minutes, LONGEST_MINUTES), Console(width=130))
    finally:
        postgresql.stop()


if __name__ == "__main__":
    main()
