"""`python -m bench.reads`: the processor time of the reads of the portals' pages, as multiples of FastAPI's hello.

Every read is sent through the gateway as its page sends it. The time is that of all processes, less what they use without
requests. Compare multiples, which hold on other machines, not milliseconds. `--check` compares them with the committed results.
"""

import argparse
import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import httpx

from bench import __main__ as bench
from bench.load import CONNECTIONS, Measured, cpu_seconds, measure, request
from bench.read_results import HELLO, RESULTS, grown, machine, show, summary

PORTION = 48
"""Requests of a read in one round: few, because the load of the machine changes between the rounds and not within one."""
HELLOS = 1000
GZIP = {"Accept-Encoding": "gzip"}


class Read(NamedTuple):
    """A read of a page; `{}` in its path are members of `Known`. The bar is a multiple of FastAPI's hello."""

    name: str
    person: str | None
    path: str
    bar: float
    headers: Mapping[str, str] = MappingProxyType({})
    status: int = 200


READS = (
    Read("own visits", "pat", "/api/appointments?limit=20", 8),
    Read("results to review", "osei", "/api/doctor/lab-results?seen=false&scope=mine&limit=50", 25),
    Read("count of results to review", "osei", "/api/doctor/lab-results/counts?seen=false", 15),
    Read("chart", "osei", "/api/doctor/patients/{patient_id}", 25),
    Read("doctors, public", None, "/api/doctors?limit=24", 15),
    Read("free times, first page", None, "/api/doctors?limit=50", 15),
    Read("home", "pat", "/api/me/summary", 15),
    Read("statistics, 30 days", "admin", "/api/admin/stats?from={month_ago}&to={today}", 15),
    Read("a doctor's day", "osei", "/api/doctor/appointments?from={today}&to={today}&limit=100", 15),
    Read("board of a day", "desk", "/api/reception/board?day={today}", 25),
    Read("worklist", "lab", "/api/labs/worklist?limit=20", 15),
    Read("results", "pat", "/api/labs/results", 15),
    Read("one result", "pat", "/api/labs/results/{result_id}", 15),
    Read("a doctor's patients", "osei", "/api/doctor/patients?limit=30", 15),
    Read("audit page", "admin", "/api/admin/audit?limit=30", 15),
    Read("slots, 31 days", None, "/api/doctors/{doctor_id}/slots?days=31", 15),
    Read("catalogue", "osei", "/api/labs/tests?limit=100", 15),
    Read("catalogue, unchanged", "osei", "/api/labs/tests?limit=100", 15, {"If-None-Match": ""}, 304),
)


class Known(NamedTuple):
    """Ids in the paths."""

    doctor_id: int
    patient_id: int
    """The doctor's patient with the most visits."""
    result_id: int
    today: str
    month_ago: str


@contextmanager
def running(folder: Path, visits: int) -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    """Run a filled hospital and hello until the block ends; yield ports and process ids."""
    ports = dict(zip([*bench.SERVICES, HELLO], bench.free_ports(len(bench.SERVICES) + 1), strict=True))
    environment, here = bench.hospital_environment(ports, folder), Path(__file__).resolve().parent.parent
    if not (folder / "careplus.db").exists():
        bench.APPOINTMENTS = visits
        bench.fill(environment, folder)
    commands = {service: [f"careplus_{service}", "--no-watchdog"] for service in bench.SERVICES}
    hello = ["uvicorn", "bench.hello:framework", "--port", str(ports[HELLO]), "--no-access-log", "--log-level", "warning"]
    with ExitStack() as stopped:
        processes = {name: bench.start(command, environment, folder) for name, command in commands.items()}
        processes[HELLO] = bench.start(hello, environment, here)
        for process in processes.values():
            stopped.callback(process.wait, 15)
            stopped.callback(process.terminate)
        bench.wait(f"http://127.0.0.1:{ports[HELLO]}/")
        bench.wait(f"http://127.0.0.1:{ports['gateway']}/ready")
        yield ports, {name: process.pid for name, process in processes.items()}


def known(folder: Path, tokens: dict[str, str], http: httpx.Client) -> Known:
    """Look up the ids of the paths."""
    ids = {
        person: http.get("/auth/me", headers={"Authorization": f"Bearer {tokens[person]}"}).json()["id"]
        for person in ("osei", "pat")
    }
    database = sqlite3.connect(folder / "careplus.db")
    busiest = "SELECT patient_id FROM appointments WHERE doctor_id = ? GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    [patient_id] = database.execute(busiest, [ids["osei"]]).fetchone()
    newest = "SELECT max(id) FROM lab_results WHERE patient_id = ? AND status = 'released'"
    [result_id] = database.execute(newest, [ids["pat"]]).fetchone()
    database.close()
    today = datetime.now(UTC).date()
    return Known(ids["osei"], patient_id, result_id, str(today), str(today - timedelta(days=29)))


async def rounds(folder: Path, count: int, reads: tuple[Read, ...], ports: dict[str, int], pids: dict[str, int]) -> Any:
    """Return the values of each round by read, and the length of each answer."""
    gateway, own = ports["gateway"], [pid for name, pid in pids.items() if name != HELLO]
    plan, lengths = {HELLO: [request("GET", "/")] * HELLOS}, {HELLO: 17}
    for read, asked, length in prepared(folder, reads, gateway):
        plan[read.name], lengths[read.name] = [asked] * PORTION, length
    statuses = {read.name: read.status for read in reads}
    found: dict[str, list[Measured]] = {name: [] for name in plan}
    # the first round opens connections and fills caches of pages
    for turn in range(count + 1):
        idle = await idle_share(own)
        for name, requests in list(plan.items())[:: -1 if turn % 2 else 1]:
            if name == HELLO:
                one = await measure(ports[HELLO], requests, 200, [pids[HELLO]])
            else:
                started = time.perf_counter()
                # the audit chain gets the events of the reads before the next measurement
                one = await measure(gateway, requests, statuses[name], own, bench.LINKED_S)
                one = one._replace(cpu_ms=one.cpu_ms - idle * (time.perf_counter() - started) * 1000 / len(requests))
            if turn:
                found[name].append(one)
    return found, lengths


def prepared(folder: Path, reads: tuple[Read, ...], port: int) -> Iterator[tuple[Read, bytes, int]]:
    """Yield each read with its request and the length of its answer."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as http:
        people = {read.person for read in reads} | {"osei", "pat"}
        tokens = {person: bench.sign_in(http, f"{person}@demo.example") for person in people if person}
        names = known(folder, tokens, http)._asdict()
        for read in reads:
            path, token = read.path.format(**names), tokens.get(read.person or "")
            headers = dict(read.headers)
            authorized = {"Authorization": f"Bearer {token}"} if token else {}
            answer = http.get(path, headers=authorized).raise_for_status()
            if "If-None-Match" in headers:
                headers["If-None-Match"] = answer.headers.get("ETag", "")
            yield read, request("GET", path, token, headers=headers | GZIP), len(answer.content)


async def idle_share(pids: list[int]) -> float:
    """Return the processor time that the processes use in a second without requests."""
    before, started = cpu_seconds(pids), time.perf_counter()
    await asyncio.sleep(1)
    return (cpu_seconds(pids) - before) / (time.perf_counter() - started)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=int, default=100_000, help="visits of the hospital (100000)")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--only", help="reads whose name has this text")
    options.add_argument("--folder", type=Path, help="keep the filled hospital here, and use it again")
    options.add_argument("--check", action="store_true", help="fail if a multiple grew by more than a quarter")
    chosen = options.parse_args()
    reads = tuple(read for read in READS if (chosen.only or "") in read.name)
    results = RESULTS / f"reads-{chosen.scale}.json"
    before = json.loads(results.read_text())["reads"] if results.exists() else {}
    with tempfile.TemporaryDirectory(prefix="careplus-bench-") as place:
        folder = chosen.folder or Path(place)
        folder.mkdir(exist_ok=True)
        with running(folder, chosen.scale) as (ports, pids):
            rows = summary(*asyncio.run(rounds(folder, chosen.rounds, reads, ports, pids)))
    title = f"{chosen.scale:,} visits, {CONNECTIONS} connections, medians of {chosen.rounds} rounds"
    show(rows, {read.name: read.bar for read in READS}, title, before)
    if chosen.check:
        sys.exit("\n".join(grown(rows, before)) or None)
    if not chosen.only:
        about = {"at": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine(), "visits": chosen.scale}
        text = json.dumps(about | {"reads": {name: row._asdict() for name, row in rows.items()}}, indent=1)
        results.write_text(text + "\n")


if __name__ == "__main__":
    main()
