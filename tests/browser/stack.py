"""The hospitals that browser tests visit: all processes, the built portals, and a front that can outlive the gateway."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from careplus_gateway.pages import BUILT
from tests.browser.front import Front, serving
from tests.hospital import Hospital, free_port, processes

FORESIGHT = {"CAREPLUS_HORIZON_DAYS": "365"}
"""Far enough to book on the next day on which clocks change."""
SMALL_LABORATORY = {"CAREPLUS_LAB_HOURS": "07:00-09:00", "CAREPLUS_LAB_PLACES": "1"}
"""Eight bookings fill a day."""


@dataclass
class Stack:
    """A hospital that serves the portals itself at `hospital.url`; `front` is the address that stays when the gateway goes."""

    hospital: Hospital
    front: str

    @contextmanager
    def down(self, name: str = "gateway") -> Iterator[None]:
        """A process is killed and stays dead in here; afterwards the hospital is ready again.

        The supervisor would start it again within a second, so it sleeps meanwhile.
        """
        assert self.hospital.process is not None
        supervisor, victim = self.hospital.process.pid, processes(self.hospital)[name]
        os.kill(supervisor, signal.SIGSTOP)
        try:
            _wait_for("T", supervisor)
            os.kill(victim, signal.SIGKILL)
            # nobody takes note of its end
            _wait_for("Z", victim)
            yield
        finally:
            os.kill(supervisor, signal.SIGCONT)
            self.hospital.wait_until_ready()

    def restart(self, name: str = "gateway") -> None:
        """A process is killed; the hospital is ready again when this returns."""
        with self.down(name):
            pass


def _wait_for(state: str, process: int) -> None:
    """Until the process is stopped (T) or a zombie (Z)."""
    while Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != state:
        time.sleep(0.01)


@contextmanager
def real_hospital(folder: Path) -> Iterator[Stack]:
    """No demo: an empty hospital with an administrator."""
    port = free_port()
    hospital = Hospital(folder)
    front = f"http://127.0.0.1:{port}"
    web = _portals(folder)
    hospital.extra = {"CAREPLUS_WEB": str(web), "CAREPLUS_ORIGINS": f"{hospital.url},{front}", **FORESIGHT, **SMALL_LABORATORY}
    with hospital.founded(), serving(Front(hospital.url, web), port):
        yield Stack(hospital, front)


@contextmanager
def demo_hospital(folder: Path) -> Iterator[Hospital]:
    """Filled with invented people, for looking at pages with something on them."""
    hospital = Hospital(folder)
    hospital.extra = {"CAREPLUS_WEB": str(_portals(folder))}
    with hospital.running("--demo"):
        yield hospital


def _portals(folder: Path) -> Path:
    """A copy of the build, so that building anew does not change pages under a test."""
    assert (BUILT / "index.html").exists(), "the portals are not built: run `make web`"
    return Path(shutil.copytree(BUILT, folder / "web"))
