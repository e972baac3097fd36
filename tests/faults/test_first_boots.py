"""The first start of a hospital on an empty volume, again and again: all processes at once, in any order."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from random import Random

import httpx
import pytest

from careplus_auth.backups.copying import check_sqlite
from careplus_contracts.registry import SERVICES
from tests.faults.figures import note, spread
from tests.hospital import LOCAL_HTTP, PASSWORD, BackgroundProcess, Hospital, start_module

BOOTS = 20
Boot = Callable[[Hospital, int], AbstractContextManager[None]]
LINK = re.compile(r"/register#invitation=([\w-]+)")

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]


@contextmanager
def booted_alone(hospital: Hospital, seed: int) -> Iterator[None]:
    """Start `careplus run`."""
    with hospital.running():
        yield


@contextmanager
def booted_as_containers(hospital: Hospital, seed: int) -> Iterator[None]:
    """Start two `careplus prepare` and all processes at once, in an order of their own, as containers may do."""
    ports = {"gateway": hospital.port, **dict(zip(SERVICES, range(hospital.port + 1, hospital.port + 5), strict=True))}
    hospital.extra |= {f"CAREPLUS_{name.upper()}_URL": f"http://127.0.0.1:{ports[name]}" for name in SERVICES}
    commands = [("careplus_cli", "prepare")] * 2 + [(f"careplus_{name}", "--port", str(port)) for name, port in ports.items()]
    Random(seed).shuffle(commands)
    started: list[tuple[str, BackgroundProcess]] = []
    try:
        for module, *arguments in commands:
            log = hospital.log if module == "careplus_cli" else hospital.data / f"{module}.log"
            process = start_module(module, *arguments, env=hospital.environment, cwd=hospital.data, log=log, executed=True)
            started.append((module, process))
        for module, process in started:
            if module == "careplus_cli":
                assert process.wait(120) == 0, hospital.log.read_text()
        hospital.wait_until_ready()
        assert all(process.poll() is None for module, process in started if module != "careplus_cli"), "a process has ended"
        yield
    finally:
        for _, process in started:
            if process.poll() is None:
                process.terminate()
        for _, process in started:
            process.wait(30)


@pytest.mark.parametrize("boot", [booted_alone, booted_as_containers])
def test_first_boot_on_an_empty_volume_is_ready(tmp_path: Path, boot: Boot) -> None:
    took_s = []
    for number in range(BOOTS):
        folder = tmp_path / str(number)
        folder.mkdir()
        hospital, began = Hospital(folder, executed=True), time.monotonic()
        with boot(hospital, number):
            took_s.append(time.monotonic() - began)
            register_administrator(hospital)
            hospital.register("pat@example.org", "Pat Boot").http.close()
        check_sqlite(folder / "careplus.db")
        assert [file.name for file in folder.glob("careplus.db*")] == ["careplus.db"], "the log of the database is written back"
        verified = hospital.careplus("audit", "verify")
        assert verified.returncode == 0, verified.stderr
    name = "careplus run" if boot is booted_alone else "as containers"
    note(f"{name}: {BOOTS} first starts, ready after {spread(took_s)}")


def register_administrator(hospital: Hospital) -> None:
    """Use the link that the first start prints; it works once."""
    codes = LINK.findall(hospital.log.read_text())
    assert codes, hospital.log.read_text()
    person = {"email": "administrator@localhost", "password": PASSWORD, "full_name": "Ada", "invitation": codes[-1]}
    answers = [httpx.post(f"{hospital.url}/auth/register", json=person, **LOCAL_HTTP) for _ in range(2)]
    assert answers[0].json().get("role") == "admin", answers[0].text
    assert answers[1].json()["code"] == "invitation_required", answers[1].text
