"""Run time-bound tests with the machine's clock moved to moments that are difficult for calendar code.

`python -m tests.moved_clock [MOMENT ...] [TEST PATH ...]`: by default all of MOMENTS, and all tests marked `clock`.
"""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

MOMENTS = {
    "sunday": "2027-06-06T00:10:00+02:00",
    "spring": "2027-03-28T02:30:00+01:00",
    "autumn": "2027-10-31T02:30:00+02:00",
    "autumn-again": "2027-10-31T02:30:00+01:00",
    "new-year": "2027-12-31T23:58:00+01:00",
    "leap-day": "2028-02-29T12:00:00+01:00",
    "late": "2027-01-13T23:30:00+00:00",
}
"""The tests' clinic is in Europe/Berlin. `spring`: its clock shows 03:30. `late`: its date is one day ahead of UTC's."""
SOURCE = Path(__file__).with_name("clock.c")
FAILED, UNUSABLE = 1, 2
MISSING = "make test-clocks compiles tests/moved_clock/clock.c and needs a C compiler; on Debian: apt-get install gcc libc6-dev"
ONLY_LINUX = "make test-clocks moves the clock through LD_PRELOAD, which only Linux has"


def compiled(folder: Path) -> Path:
    """Compile clock.c into a shared library in the folder."""
    library = folder / "clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE)], check=True)
    return library


def passes_at(moment: str, library: Path, tests: list[str], marks: str) -> bool:
    """Run the tests with the clock of pytest and of all processes that it starts moved; return whether they pass."""
    offset = datetime.fromisoformat(MOMENTS[moment]) - datetime.now(UTC)
    moved = {"CLOCK_OFFSET_S": str(round(offset.total_seconds())), "LD_PRELOAD": str(library)}
    for path in tests:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "--quiet",
            "--numprocesses",
            "2",
            "--dist",
            "loadfile",
            "--no-loadscope-reorder",
        ]
        sys.stdout.write(f"\n{moment}, {MOMENTS[moment]}: {path}\n")
        sys.stdout.flush()
        done = subprocess.run([*command, "-m", marks, path], env={**os.environ, **moved}, check=False)
        if done.returncode != 0:
            return False
    return True


def main(arguments: list[str]) -> int:
    """Return 0 where the tests pass at every moment, FAILED where they do not, UNUSABLE where the clock cannot be moved."""
    if sys.platform != "linux" or shutil.which("cc") is None:
        sys.stderr.write(f"{MISSING if sys.platform == 'linux' else ONLY_LINUX}\n")
        return UNUSABLE
    moments = [argument for argument in arguments if argument in MOMENTS] or list(MOMENTS)
    # two processes of pytest: in one, the event loop of Playwright would stop the tests that are coroutines
    paths = [argument for argument in arguments if argument not in MOMENTS]
    tests, marks = (paths, "not attack") if paths else (["tests", "tests/browser"], "clock and not attack")
    with TemporaryDirectory() as folder:
        library = compiled(Path(folder))
        failed = [moment for moment in moments if not passes_at(moment, library, tests, marks)]
    if failed:
        sys.stderr.write(f"failed with the clock at: {', '.join(failed)}\n")
    return FAILED if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
