"""A disk that is filled and freed again and again in a storm of writes: 507, reads go on, writes go on within 5 s."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import httpx
import pytest

from careplus_contracts.registry import SERVICES
from tests.attacks.restarts import AUDITED_READS, Staff, staffed
from tests.faults.figures import note, spread
from tests.faults.storm import Storm
from tests.gateway.small_disk import disk, filled, hospital_on
from tests.hospital import ADMIN, LOCAL_HTTP, Hospital

__all__ = ["disk"]
FLOOR_MIB, LEFT_MIB, ROUNDS = 3, 1, 20
RECOVERY_S = 5.0

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, disk: Path | None) -> Iterator[tuple[Hospital, Path]]:
    """Run a hospital on the small disk, and yield both."""
    if disk is None:
        pytest.skip("mounting a small disk needs root")
    with hospital_on(disk, tmp_path_factory.mktemp("hospital"), FLOOR_MIB) as running:
        yield running, disk


async def each_acknowledged(storm: Storm) -> float:
    """Return the seconds until each service has acknowledged a write."""
    return max(await asyncio.gather(*(storm.next_acknowledged(service) for service in SERVICES)))


async def refusals_and_reads(storm: Storm, staff: Staff, http: httpx.AsyncClient) -> None:
    """Wait until each service has refused writes, while audited reads are answered."""
    before = storm.refused[507]
    while storm.refused[507] < before + len(SERVICES) * 2:
        for service in AUDITED_READS:
            answer = await staff.read(http, service)
            assert answer.status_code == 200, answer.text
        await asyncio.sleep(0.05)


async def test_filled_disk_refuses_writes_and_recovers(small: tuple[Hospital, Path]) -> None:
    hospital, disk = small
    admin = hospital.sign_in(ADMIN)
    with staffed(hospital, admin) as staff:
        storm, usual_s, recovered_s = Storm(staff), list[float](), list[float]()
        async with storm.blowing(), httpx.AsyncClient(base_url=hospital.url, timeout=30, **LOCAL_HTTP) as http:
            for _ in range(ROUNDS):
                usual_s.append(await each_acknowledged(storm))
                with filled(disk, LEFT_MIB):
                    await refusals_and_reads(storm, staff, http)
                    began = storm.acknowledged.total()
                    await asyncio.sleep(0.5)
                    # a request in progress was checked before the disk was full
                    assert storm.acknowledged.total() <= began + len(SERVICES) * 2
                recovered_s.append(await each_acknowledged(storm))
                await asyncio.to_thread(hospital.wait_until_ready)
                storm.renew()
        storm.check()
    admin.http.close()
    # a busy machine delays writes without a full disk, too
    assert median(recovered_s) - median(usual_s) <= RECOVERY_S
    answered = f"{storm.refused[507]} writes 507, reads 200, 0 of {storm.acknowledged.total()} acknowledged lost"
    waits = f"each service writes again after {spread(recovered_s)} (undisturbed: {spread(usual_s)})"
    note(f"disk filled {ROUNDS} times: {answered}; {waits}")
