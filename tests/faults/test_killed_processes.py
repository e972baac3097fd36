"""Each process, and all at once, killed again and again in a storm of writes: no acknowledged write is lost or doubled."""

import asyncio
import os
import signal
import time

import pytest

from careplus_contracts.registry import SERVICES
from tests.attacks.restarts import staffed
from tests.faults.figures import note, spread
from tests.faults.storm import IN_PROGRESS, WRITERS, Storm
from tests.hospital import Hospital, Person, only_linux, processes

pytestmark = [only_linux, pytest.mark.timeout(1800)]
KILLS = 20


def kill_all(hospital: Hospital) -> None:
    """Kill the supervisor and its five processes at once."""
    assert hospital.process is not None
    for pid in (hospital.process.pid, *processes(hospital).values()):
        os.kill(pid, signal.SIGKILL)
    hospital.process.wait(30)


async def storm_with_kills(hospital: Hospital, admin: Person, target: str, kills: int) -> None:
    with staffed(hospital, admin) as staff:
        storm, away_s = Storm(staff), list[float]()
        async with storm.blowing():
            for _ in range(kills):
                await storm.next_acknowledged()
                began = time.monotonic()
                if target == "all":
                    await asyncio.to_thread(kill_all, hospital)
                    await asyncio.to_thread(hospital.start)
                else:
                    os.kill(processes(hospital)[target], signal.SIGKILL)
                await storm.next_acknowledged(*((target, WRITERS) if target in SERVICES else (None, IN_PROGRESS)))
                away_s.append(time.monotonic() - began)
                await asyncio.to_thread(hospital.wait_until_ready)
                storm.renew()
        storm.check()
    note(f"{target} killed {kills} times: {storm.acknowledged.total()} writes, 0 lost, 0 doubled; away {spread(away_s)}")


@pytest.mark.parametrize("kills", [1, pytest.param(KILLS, marks=pytest.mark.faults)])
async def test_all_processes_killed_lose_no_write(hospital: Hospital, admin: Person, kills: int) -> None:
    await storm_with_kills(hospital, admin, "all", kills)


@pytest.mark.faults
@pytest.mark.parametrize("process", [*SERVICES, "gateway"])
async def test_killed_process_loses_no_write(hospital: Hospital, admin: Person, process: str) -> None:
    await storm_with_kills(hospital, admin, process, KILLS)
