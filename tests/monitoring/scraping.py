"""Scrapes of a hospital's processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.hospital import ADMIN, LOCAL_HTTP, Hospital
from tests.world import World, build

PROCESSES = ("gateway", "auth", "appointments", "doctors", "labs")
OFFSET = 5
"""`free_port` has seen that the next ten ports are free, and the processes use five."""


@contextmanager
def metered_world(folder: Path, **extra: str) -> Iterator[World]:
    """Yield a world whose processes show metrics, for this machine."""
    on = {"CAREPLUS_METRICS": "127.0.0.1", "CAREPLUS_METRICS_OFFSET": str(OFFSET)}
    hospital = Hospital(folder, extra={**on, **{f"CAREPLUS_{name}": value for name, value in extra.items()}})
    with hospital.running_with_admin(), build(hospital, hospital.sign_in(ADMIN)) as world:
        yield world


def metrics_url(hospital: Hospital, process: str) -> str:
    return f"http://127.0.0.1:{hospital.port + PROCESSES.index(process) + OFFSET}/metrics"


def scrape(hospital: Hospital, process: str) -> list[Sample]:
    """Return the samples of one scrape."""
    answer = httpx.get(metrics_url(hospital, process), **LOCAL_HTTP)
    assert answer.status_code == 200, answer.text
    return [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]


def value(hospital: Hospital, process: str, name: str, **labels: str) -> float:
    """Return the sum of the samples with this name and these labels; 0 without one."""
    samples = scrape(hospital, process)
    return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())
