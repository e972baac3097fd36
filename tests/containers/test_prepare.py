"""`careplus prepare`, which runs once before the services of a compose project."""

import re
import time
from pathlib import Path

import pytest

from careplus_runtime.process.settings import DEMO_PHONE, Settings
from tests.hospital import Hospital

LINK = r"http://localhost:4200/register#\S+"
ORIGINS = {"CAREPLUS_ORIGINS": "http://localhost:4200,http://127.0.0.1:4200"}


def test_prepare_of_a_new_hospital_prints_the_admin_link(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, extra=ORIGINS)
    first = hospital.careplus("prepare")
    # processes that start in one second count as started together, and one of them prints a link
    time.sleep(1)
    second = hospital.careplus("prepare")
    assert (first.returncode, second.returncode, first.stderr + second.stderr) == (0, 0, "")
    links = {re.findall(LINK, done.stdout)[0] for done in (first, second)}
    assert len(links) == 2
    created = hospital.careplus("admin", "create", "--email", "you@example.org", "--name", "You", stdin="seven-quiet-herons\n")
    assert created.returncode == 0
    assert re.search(LINK, hospital.careplus("prepare").stdout) is None


def test_prepare_fills_a_demo_once(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, extra={**ORIGINS, "CAREPLUS_DEMO": "1"})
    first, second = (hospital.careplus("prepare") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert "Filling the demo hospital" in first.stdout
    assert "Filling" not in second.stdout
    for done in (first, second):
        assert "pat@demo.example" in done.stdout
        assert re.search(LINK, done.stdout) is None
    hospital.extra = ORIGINS
    refused = hospital.careplus("prepare")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert "CAREPLUS_DEMO=1" in refused.stderr


def test_prepare_refuses_a_demo_on_a_public_address(tmp_path: Path) -> None:
    refused = Hospital(tmp_path, extra={"CAREPLUS_DEMO": "1", "CAREPLUS_HOST": "192.0.2.7"}).careplus("prepare")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert "not on 192.0.2.7" in refused.stderr
    assert not (tmp_path / "careplus.db").exists()


@pytest.mark.parametrize(("demo", "phone", "shown"), [(True, None, DEMO_PHONE), (True, "1", "1"), (False, None, None)])
def test_only_a_demo_has_a_fictional_phone_number(demo: bool, phone: str | None, shown: str | None) -> None:
    assert Settings(demo=demo, phone=phone).shown_phone == shown
