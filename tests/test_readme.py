"""Run the README's commands against a demo hospital and check their output."""

import gzip
import os
import re
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.hospital import Hospital

pytestmark = pytest.mark.clock

README = Path(__file__).parents[1] / "README.md"
COUNTED = ("appointments", "prescriptions", "referrals", "lab_results", "accounts")


def block(name: str) -> str:
    """Return the commands after the README's marker of this name."""
    mark = re.escape(f"<!-- tests/test_readme.py runs this: {name} -->")
    [commands] = re.findall(rf"^{mark}\n```bash\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)
    return str(commands)


def run(commands: str, folder: Path, **environment: str) -> list[str]:
    """Run the commands and return the lines they print; fail when one of them fails."""
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, ""), f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout.splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the parts of a clone after `make run` that the README's commands use."""
    clone = tmp_path_factory.mktemp("readme") / "careplus"
    clone.mkdir()
    (clone / ".venv").symlink_to(sys.prefix)
    return clone


@pytest.fixture(scope="module")
def demo(folder: Path) -> Iterator[Hospital]:
    with Hospital(folder, extra={"CAREPLUS_DATA": "data"}, executed=True).running("--demo") as running:
        yield running


def test_readme_journey_runs(demo: Hospital, folder: Path) -> None:
    printed = run(block("journey"), folder, BASE=demo.url)
    before, email, reference, *statuses, flag, to_do, after = printed
    assert email.endswith("@example.org")
    assert reference.startswith("CP-")
    assert [status for status in statuses if "-" not in status] == (
        ["confirmed", "sent", "collected", "received", "in_progress", "verified", "released"]
    )
    assert flag == "low"
    assert "blood count" in to_do.lower()
    assert int(after) == int(before) + 1


def test_readme_functions_print_the_refusal(demo: Hospital, folder: Path) -> None:
    functions = block("journey").partition("# A patient registers")[0]
    with pytest.raises(AssertionError, match="Check the e-mail and the password"):
        run(functions + "sign_in osei@demo.example wrong-password", folder, BASE=demo.url)


@databases.sqlite_only
def test_readme_backup_is_complete_running_and_stopped(demo: Hospital, folder: Path) -> None:
    for name in ("while it runs", "afterwards"):
        run(block("copy"), folder, SECRET_KEY=demo.secret)
        [file] = (folder.parent / "careplus-backups").iterdir()
        with zipfile.ZipFile(file) as archive:
            (folder.parent / "copy.db").write_bytes(gzip.decompress(archive.read("database.gz")))
        urls = f"sqlite:///{folder.parent / 'copy.db'}", f"sqlite:///{folder}/data/careplus.db"
        with databases.connected(urls[0]) as copy, databases.connected(urls[1]) as original:
            assert copy("PRAGMA integrity_check") == [("ok",)], name
            for table in COUNTED:
                count = f"SELECT count(*), max(rowid) FROM {table}"
                assert copy(count) == original(count)
        file.unlink()
        demo.stop()


def test_data_folder_is_private(demo: Hospital, folder: Path) -> None:
    assert stat.S_IMODE((folder / "data").stat().st_mode) == 0o700
