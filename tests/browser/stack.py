"""Start hospitals for browser tests: all processes, the built portals, and a reverse proxy that outlives the gateway."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from careplus_gateway.pages import BUILT
from tests.browser.reverse_proxy import ReverseProxy, serve_proxy
from tests.hospital import Hospital, free_port, paused_supervisor, processes, wait_for_state

LONG_HORIZON = {"CAREPLUS_HORIZON_DAYS": "365"}
"""Far enough to book on the next day on which clocks change."""
LETTERHEAD = {"CAREPLUS_HOSPITAL_ADDRESS": "1 Example Street, 10115 Berlin"}
SMALL_LABORATORY = {"CAREPLUS_LAB_HOURS": "07:00-09:00", "CAREPLUS_LAB_PLACES": "1"}
"""Eight bookings fill a day."""


@dataclass
class Stack:
    """A hospital that serves the portals itself at `hospital.url`; `proxy_url` is a reverse proxy that outlives the gateway."""

    hospital: Hospital
    proxy_url: str

    @contextmanager
    def down(self, name: str = "gateway") -> Iterator[None]:
        """Kill a process for the duration of the block, then wait until the hospital is ready."""
        victim = processes(self.hospital)[name]
        try:
            with paused_supervisor(self.hospital):
                os.kill(victim, signal.SIGKILL)
                # its stopped parent does not reap it
                wait_for_state("Z", victim)
                yield
        finally:
            self.hospital.wait_until_ready()

    def restart(self, name: str = "gateway") -> None:
        """Kill a process and wait until the hospital is ready."""
        with self.down(name):
            pass


@contextmanager
def real_hospital(folder: Path) -> Iterator[Stack]:
    """Yield an empty hospital with an administrator, behind a reverse proxy."""
    port = free_port()
    hospital = Hospital(folder)
    proxy_url = f"http://127.0.0.1:{port}"
    web = portals(folder)
    hospital.extra = {
        "CAREPLUS_WEB": str(web),
        "CAREPLUS_ORIGINS": f"{hospital.url},{proxy_url}",
        **LONG_HORIZON,
        **SMALL_LABORATORY,
        **LETTERHEAD,
    }
    with hospital.running_with_admin(), serve_proxy(ReverseProxy(hospital.url, web), port):
        yield Stack(hospital, proxy_url)


@contextmanager
def demo_hospital(folder: Path) -> Iterator[Hospital]:
    """Yield a hospital with demo data, so that pages have contents."""
    hospital = Hospital(folder)
    hospital.extra = {"CAREPLUS_WEB": str(portals(folder))}
    with hospital.running("--demo"):
        yield hospital


def portals(folder: Path) -> Path:
    """Return a copy of the build, so that a new build does not change pages during a test."""
    assert (BUILT / "index.html").exists(), "the portals are not built: run `make web`"
    return Path(shutil.copytree(BUILT, folder / "web"))
