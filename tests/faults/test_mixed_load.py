"""A patient, a doctor and an administrator read and write for half an hour: no error, and the processes do not grow."""

import asyncio
import os
import time
from collections import Counter
from pathlib import Path
from statistics import median

import httpx
import pytest

from tests.acts.act import BY_NAME
from tests.attacks.restarts import staffed
from tests.faults.figures import note
from tests.faults.storm import Storm
from tests.hospital import ADMIN, LOCAL_HTTP, PASSWORD, Hospital, only_linux, processes

MINUTES = float(os.environ.get("CAREPLUS_MIXED_LOAD_MINUTES") or 30)
GROWTH = 0.10
WARM_UP = 0.2
"""The part of the time after which memory is measured first: caches and pools fill in it."""
SAMPLE_S, PAUSE_S, WRITE_PAUSE_S = 2.0, 0.2, 5.0
"""Seconds between samples of memory, reads of one reader, and writes of one writer: a doctor has 1,440 times to book."""
READS = {
    "patient": (
        "me",
        "find_doctors",
        "list_appointments",
        "list_prescriptions",
        "list_lab_bookings",
        "list_results",
        "summarise",
    ),
    "doctor": ("list_visits", "show_availability", "list_patients", "list_lab_orders", "list_doctor_refills", "list_referred"),
    "admin": ("list_accounts", "list_desk_doctors", "show_stats", "list_audit", "list_desk_refills", "list_notices"),
}

pytestmark = [only_linux, pytest.mark.faults, pytest.mark.timeout(60 * MINUTES + 600)]


def private_mib(pid: int) -> float:
    """Return the memory of a process without the pages that it shares with others."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


async def test_mixed_load_has_no_error_and_keeps_memory(tmp_path: Path) -> None:
    statuses: Counter[tuple[str, int]] = Counter()
    samples: list[dict[str, float]] = []
    stop = asyncio.Event()

    async def read(http: httpx.AsyncClient, person: str) -> None:
        while not stop.is_set():
            for name in READS[person]:
                answer = await http.get(BY_NAME[name].path, headers=staff.context.headers(person))
                statuses[name, answer.status_code] += 1
                await asyncio.sleep(PAUSE_S)

    async def sign_in_and_out(http: httpx.AsyncClient) -> None:
        while not stop.is_set():
            answer = await http.post("/auth/login", json={"email": ADMIN, "password": PASSWORD})
            statuses["login", answer.status_code] += 1
            await asyncio.sleep(10 * PAUSE_S)

    with Hospital(tmp_path, executed=True).running_with_admin() as hospital:
        admin = hospital.sign_in(ADMIN)
        pids = processes(hospital)
        with staffed(hospital, admin) as staff:
            storm = Storm(staff, pause_s=WRITE_PAUSE_S)
            async with storm.blowing(), httpx.AsyncClient(base_url=hospital.url, timeout=30, **LOCAL_HTTP) as http:
                work = [asyncio.create_task(read(http, person)) for person in READS for _ in range(2)]
                work.append(asyncio.create_task(sign_in_and_out(http)))
                ends = time.monotonic() + 60 * MINUTES
                while time.monotonic() < ends:
                    await asyncio.sleep(SAMPLE_S)
                    samples.append({name: private_mib(pid) for name, pid in pids.items()})
                    assert all(not task.done() for task in work), "a reader ended with an error"
                stop.set()
                await asyncio.gather(*work)
            storm.check()
        admin.http.close()
        assert processes(hospital) == pids, "a process ended"
    requests = statuses.total() + storm.acknowledged.total()
    assert {status for _, status in statuses} == {200}, statuses
    assert not storm.refused
    measured = samples[int(len(samples) * WARM_UP) :]
    tenth = max(1, len(measured) // 10)
    before, after = (
        {name: median(sample[name] for sample in part) for name in pids} for part in (measured[:tenth], measured[-tenth:])
    )
    grown = sum(after.values()) / sum(before.values()) - 1
    each = ", ".join(f"{name} {before[name]:.0f} to {after[name]:.0f}" for name in pids)
    note(f"mixed load for {MINUTES:g} min: {requests} requests, 0 errors; MiB: {each}; {grown:+.1%}")
    assert grown < GROWTH
