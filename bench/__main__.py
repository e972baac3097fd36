"""`make bench`: the cost of a request, with 100,000 appointments. Compare ratios of one run, not figures of two machines."""

import asyncio
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from bench.load import Measured, measure, request
from bench.switched import OFF, ON
from careplus_contracts.consents import PRIVACY_NOTICE
from careplus_contracts.doctors import BookingMode

APPOINTMENTS = int(os.environ.get("BENCH_APPOINTMENTS", "100000"))
ROUNDS = 40
"""Short rounds: the load of the machine changes little within one."""
READS, BOOKINGS = 500, 9000
SERVICES = ("auth", "appointments", "doctors", "labs", "gateway")
LINKED_S = 0.7
"""Seconds after which auth has added new events to the audit chain."""
PASSWORD = "demo-hospital-1"
WITHOUT = "service without audit"
KINDS = (WITHOUT, "service and audit chain", "gateway + service")
"""A list and a booking are measured at each of these."""


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def wait(url: str) -> None:
    for _ in range(1200):
        try:
            if httpx.get(url, timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"{url} did not become ready")


def start(command: list[str], environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", *command], env=environment, cwd=folder, stdout=subprocess.DEVNULL)


def bookings(http: httpx.Client, tokens: list[str]) -> list[bytes]:
    """Return requests for free times that do not overlap: one patient for each doctor."""
    requests: list[bytes] = []
    online = [doctor for doctor in http.get("/api/doctors?limit=100").json()["items"] if doctor["booking"] == BookingMode.ONLINE]
    for doctor, token in zip(online, tokens, strict=False):
        slots = http.get(f"/api/doctors/{doctor['id']}/slots?days=31").json()["items"]
        for slot in slots:
            body = json.dumps({"doctor_id": doctor["id"], "starts_at": slot["starts_at"]}).encode()
            requests.append(request("POST", "/api/appointments", token, body))
    # spread over all doctors and days
    return requests[:: max(1, len(requests) // BOOKINGS)][:BOOKINGS]


def sign_in(http: httpx.Client, email: str) -> str:
    answer = http.post("/auth/login", json={"email": email, "password": PASSWORD}).raise_for_status()
    return str(answer.json()["access_token"])


def new_patients(http: httpx.Client, count: int) -> list[str]:
    tokens = []
    for number in range(count):
        consent = {"text_version": PRIVACY_NOTICE.isoformat(), "language": "en"}
        about = {"full_name": f"Bench {number}", "date_of_birth": "1984-05-17", "sex": "female", "consent": consent}
        email = f"bench{number}@example.org"
        http.post("/auth/register", json={"email": email, "password": PASSWORD, **about}).raise_for_status()
        tokens.append(sign_in(http, email))
    return tokens


def hospital_environment(ports: dict[str, int], folder: Path) -> dict[str, str]:
    """Return settings without limits of bookings and rates."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CAREPLUS_")}
    return {
        **inherited,
        **{f"CAREPLUS_{service.upper()}_URL": f"http://127.0.0.1:{ports[service]}" for service in SERVICES},
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CAREPLUS_DATA": str(folder),
        "CAREPLUS_PORT": str(ports["gateway"]),
        "CAREPLUS_LOG_LEVEL": "warning",
        "CAREPLUS_NOTICE_MINUTES": "0",
        "CAREPLUS_UPCOMING_PER_DOCTOR": "1000",
        "CAREPLUS_UPCOMING_LABORATORY": "1000",
        "CAREPLUS_UPCOMING_IN_ALL": "1000",
        "CAREPLUS_BOOKED_PER_DAY": "1000",
        **dict.fromkeys(("CAREPLUS_RATE_ACCOUNT", "CAREPLUS_RATE_ANONYMOUS", "CAREPLUS_RATE_AUTH"), "10000000"),
    }


def fill(environment: dict[str, str], folder: Path) -> None:
    """Fill the demo hospital with APPOINTMENTS."""
    patients = max(200, APPOINTMENTS // 50)
    filled = ["demo", "--doctors", "50", "--patients", str(patients), "--appointments", str(APPOINTMENTS)]
    subprocess.run([sys.executable, "-m", "careplus_cli", *filled], env=environment, cwd=folder, check=True)


def run(folder: Path, console: Console) -> None:
    ports = dict(zip([*SERVICES, "raw", "framework"], free_ports(7), strict=True))
    environment = hospital_environment(ports, folder)
    fill(environment, folder)
    here = Path(__file__).resolve().parent.parent
    processes = {}
    for service in SERVICES:
        command = ["bench.switched", service] if service == "appointments" else [f"careplus_{service}"]
        processes[service] = start(command, environment | {"PYTHONPATH": str(here)}, folder)
    for name in ("raw", "framework"):
        command = ["uvicorn", f"bench.hello:{name}", "--port", str(ports[name]), "--no-access-log", "--log-level", "warning"]
        processes[name] = start(command, environment, here)
    try:
        for name in ("raw", "framework"):
            wait(f"http://127.0.0.1:{ports[name]}/")
        wait(f"http://127.0.0.1:{ports['gateway']}/ready")
        show(asyncio.run(rows(ports, {name: process.pid for name, process in processes.items()})), console)
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait(15)


async def rows(ports: dict[str, int], pids: dict[str, int]) -> dict[str, list[Measured]]:
    with httpx.Client(base_url=f"http://127.0.0.1:{ports['gateway']}", trust_env=False, timeout=60) as http:
        listing = request("GET", "/api/appointments?limit=20", sign_in(http, "pat@demo.example"))
        booking_requests = bookings(http, new_patients(http, 50))
    # auth adds events to the chain; its other work also counts where no event is written
    own, whole = [pids["appointments"], pids["auth"]], [pids["gateway"], pids["appointments"]]
    booking_plan: dict[str, tuple[int, list[bytes], int, list[int]]] = {}
    plan = {
        "raw ASGI hello": (ports["raw"], [request("GET", "/")] * READS, 200, [pids["raw"]]),
        "FastAPI hello": (ports["framework"], [request("GET", "/")] * READS, 200, [pids["framework"]]),
    }
    # rows to compare are neighbours
    for number, (kind, name, measured_pids) in enumerate(
        zip(KINDS, ("appointments", "appointments", "gateway"), (own, own, whole), strict=True)
    ):
        plan[f"list of 20, {kind}"] = (ports[name], [listing] * READS, 200, measured_pids)
        booking_plan[f"booking, {kind}"] = (ports[name], booking_requests[number :: len(KINDS)], 201, measured_pids)
    plan |= booking_plan
    found: dict[str, list[Measured]] = {name: [] for name in plan}
    for turn in range(ROUNDS):
        # in turn, forwards and backwards, so that a slower machine slows all of them down
        for name, (port, requests, status, measured_pids) in list(plan.items())[:: -1 if turn % 2 else 1]:
            # each time can be booked once
            sent = requests[turn::ROUNDS] if status == 201 else requests
            os.kill(pids["appointments"], OFF if name.endswith(WITHOUT) else ON)
            # the chain gets the events of the gateway's requests too, before the next measurement
            after_s = LINKED_S if port not in (ports["raw"], ports["framework"]) else 0
            found[name].append(await measure(port, sent, status, measured_pids, after_s))
    return found


def show(found: dict[str, list[Measured]], console: Console) -> None:
    # medians: other work of the machine disturbs some rounds as a whole
    measured = {name: Measured(*map(statistics.median, zip(*rounds, strict=True))) for name, rounds in found.items()}
    title = f"{APPOINTMENTS:,} appointments, 16 connections, {os.cpu_count()} cores, medians of {ROUNDS} rounds"
    table = Table(title=title)
    for column in ("", "requests/s", "p50 ms", "p99 ms", "CPU-ms/request", "x FastAPI hello"):
        table.add_column(column, justify="left" if not column else "right")
    hello = measured["FastAPI hello"].cpu_ms
    for name, one in measured.items():
        figures = (f"{one.per_second:,.0f}", f"{one.p50_ms:.2f}", f"{one.p99_ms:.2f}", f"{one.cpu_ms:.2f}")
        table.add_row(name, *figures, f"{one.cpu_ms / hello:.1f}")
    console.print(table)
    for kind in ("list of 20", "booking"):
        bare, audited, whole = (found[f"{kind}, {place}"] for place in KINDS)
        shares = [(two.cpu_ms - one.cpu_ms) / three.cpu_ms for one, two, three in zip(bare, audited, whole, strict=True)]
        low, middle, high = statistics.quantiles(shares)
        console.print(f"{kind}: the audit trail is {middle:.0%} of the request ({low:.0%} to {high:.0%} in half the rounds)")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="careplus-bench-") as folder:
        run(Path(folder), Console())


if __name__ == "__main__":
    main()
