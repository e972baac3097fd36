"""The listening processes of a running hospital: the gateway and each service."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.hospital import LOCAL_HTTP, Hospital, processes

READ_PATHS = {
    "gateway": "/api/appointments",
    "auth": "/auth/me",
    "appointments": "/api/appointments",
    "doctors": "/api/prescriptions",
    "labs": "/api/labs/bookings",
}
"""A path of each process that a patient may read."""


@dataclass
class Listener:
    """A listening process, and a path to read."""

    name: str
    url: str
    path: str
    process: int

    def busy_ms(self) -> float:
        """Return the processor time of its main thread in ms."""
        return int(Path(f"/proc/{self.process}/schedstat").read_text().split()[0]) / 1e6

    def busy_threads_ms(self) -> float:
        """Return the processor time of all its threads in ms."""
        spent = (task.joinpath("schedstat").read_text() for task in Path(f"/proc/{self.process}/task").iterdir())
        return sum(int(one.split()[0]) for one in spent) / 1e6


def listeners(hospital: Hospital) -> list[Listener]:
    """Return the gateway and the services."""
    running, urls = processes(hospital), {"gateway": hospital.url, **hospital.service_urls}
    return [Listener(name, urls[name], path, running[name]) for name, path in READ_PATHS.items()]


@contextmanager
def clients(found: list[Listener]) -> Iterator[dict[str, httpx.Client]]:
    """Yield a client for each listener by name; it keeps its connection open."""
    with ExitStack() as closing:
        yield {
            listener.name: closing.enter_context(httpx.Client(base_url=listener.url, timeout=30, **LOCAL_HTTP))
            for listener in found
        }
