"""Processes that the fork server starts begin like executed ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fork_server import can_fork
from tests.hospital import Hospital, eventually, is_alive, only_linux, processes, start_module

pytestmark = only_linux


def probe(folder: Path, *, executed: bool) -> dict[str, Any]:
    """Return the state of a new process, and its random values."""
    log = folder / "out.txt"
    log.unlink(missing_ok=True)
    environment = {"LANG": "C.UTF-8", "CAREPLUS_ZONE": "Europe/Berlin"}
    process = start_module("tests.architecture.process_probe", "a", "-b", env=environment, cwd=folder, log=log, executed=executed)
    assert process.wait(60) == 0, log.read_text()
    found: dict[str, Any] = json.loads(log.read_text())
    assert found["pid"] == process.pid
    found["state"]["environment"].pop("PYTHONPATH", None)
    return found


def test_forked_process_starts_like_an_executed_one(folder: Path) -> None:
    assert probe(folder, executed=False)["state"] == probe(folder, executed=True)["state"]


def test_forked_processes_draw_different_random_values(folder: Path) -> None:
    first, second = (probe(folder, executed=False)["chance"] for _ in range(2))
    assert not set(first) & set(second)


@pytest.mark.parametrize(("arguments", "code"), [(("--help",), 0), (("run",), 2)])
def test_forked_command_ends_with_its_own_exit_code(folder: Path, arguments: tuple[str, ...], code: int) -> None:
    without_secret = Hospital(folder, secret="")
    process = without_secret.start_command(*arguments)
    assert process.wait(60) == code, without_secret.log.read_text()


def test_forked_hospital_ends_with_its_supervisor(folder: Path) -> None:
    with Hospital(folder).running_with_admin() as hospital:
        pids = processes(hospital)
        assert set(pids) == {"auth", "appointments", "doctors", "labs", "gateway"}
        assert hospital.process is not None
        hospital.process.kill()
        assert hospital.process.wait(10) == -9
        eventually(lambda: not any(map(is_alive, pids.values())))


@pytest.mark.parametrize("name", ["PYTHONPATH", "LD_PRELOAD", "COVERAGE_PROCESS_CONFIG"])
def test_variable_read_at_start_is_not_forked(name: str) -> None:
    assert can_fork({"SECRET_KEY": "k"})
    assert not can_fork({"SECRET_KEY": "k", name: "/tmp"})
