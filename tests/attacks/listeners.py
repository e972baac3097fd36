"""The doors of a running hospital: the gateway's and each service's own."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.hospital import LOCAL_HTTP, Hospital, processes

PLACES = {
    "gateway": "/api/appointments",
    "auth": "/auth/me",
    "appointments": "/api/appointments",
    "doctors": "/api/prescriptions",
    "labs": "/api/labs/bookings",
}
"""A path at each process that a patient may read."""


@dataclass
class Gate:
    """A process that listens, and a path to read."""

    name: str
    url: str
    path: str
    process: int

    def busy_ms(self) -> float:
        """Return the processor time of its main thread in ms: other processes do not count."""
        return int(Path(f"/proc/{self.process}/schedstat").read_text().split()[0]) / 1e6

    def busy_threads_ms(self) -> float:
        """The same of all its threads."""
        spent = (task.joinpath("schedstat").read_text() for task in Path(f"/proc/{self.process}/task").iterdir())
        return sum(int(one.split()[0]) for one in spent) / 1e6


def gates(hospital: Hospital) -> list[Gate]:
    """The gateway and the services. These listen where the supervisor told them to, so their environment says where."""
    running = processes(hospital)
    environment = Path(f"/proc/{running['gateway']}/environ").read_text().split("\0")
    settings = dict(line.split("=", 1) for line in environment if "=" in line)
    urls = {name: settings.get(f"CAREPLUS_{name.upper()}_URL", hospital.url) for name in PLACES}
    assert len(set(urls.values())) == len(PLACES), "every process listens at a port of its own"
    return [Gate(name, urls[name], path, running[name]) for name, path in PLACES.items()]


@contextmanager
def clients(found: list[Gate]) -> Iterator[dict[str, httpx.Client]]:
    """A connection to each, kept open."""
    with ExitStack() as closing:
        yield {gate.name: closing.enter_context(httpx.Client(base_url=gate.url, timeout=30, **LOCAL_HTTP)) for gate in found}
