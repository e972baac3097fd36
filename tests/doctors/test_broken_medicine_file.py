"""A doctors service without its medicine files, or with a broken one, does not start: it would prescribe unchecked."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import careplus_tables
from careplus_doctors.rules.medicines.medicine_list import FOLDER


def removed(file: Path) -> None:
    file.unlink()


def cut(file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8")[:-400] + "\n[", encoding="utf-8")


@pytest.mark.parametrize("breaking", [removed, cut])
def test_service_with_broken_medicine_file_does_not_start(tmp_path: Path, breaking: Callable[[Path], None]) -> None:
    package = Path(careplus_tables.__file__).parent
    shutil.copytree(package, tmp_path / package.name)
    folder = tmp_path / package.name / Path(str(FOLDER)).relative_to(package)
    file = max(folder.glob("*.toml"), key=lambda one: one.stat().st_size)
    breaking(file)
    done = start(tmp_path)
    assert done.returncode != 0
    assert "BrokenMedicineFile" in done.stderr
    assert file.name in done.stderr


def start(packages: Path) -> subprocess.CompletedProcess[str]:
    """Run the service with a copy of a package in the place of the installed one, to its end."""
    environment = {**os.environ, "PYTHONPATH": str(packages), "CAREPLUS_DATA": str(packages), "SECRET_KEY": "s" * 40}
    command = [sys.executable, "-m", "careplus_doctors"]
    return subprocess.run(command, env=environment, cwd=packages, capture_output=True, text=True, timeout=60, check=False)
