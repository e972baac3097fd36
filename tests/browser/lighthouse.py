"""Run Lighthouse on every page of a demo hospital: `make lighthouse`. Arguments filter page names; RUNS repeats."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from careplus_demo.people import PASSWORD
from tests.browser.chromium import MISSING, executable
from tests.browser.pages import VIEWS
from tests.browser.people import demo_email
from tests.browser.stack import demo_hospital
from tests.hospital import Hospital

RUNS = int(os.environ.get("RUNS", "3"))
BUILD = Path(__file__).parents[2] / "web" / "build.py"


def main(chosen: list[str]) -> int:
    if (chromium := executable()) is None:
        sys.stderr.write(f"{MISSING}\n")
        return 1
    with tempfile.TemporaryDirectory() as folder, demo_hospital(Path(folder)) as demo:
        arguments = {"chromium": str(chromium), "origin": demo.url, "pages": _pages(demo, chosen), "runs": RUNS}
        command = [sys.executable, str(BUILD), "lighthouse"]
        return subprocess.run(command, input=json.dumps(arguments), text=True, check=False).returncode


def _pages(demo: Hospital, chosen: list[str]) -> list[dict[str, Any]]:
    pages = []
    for view in VIEWS:
        if not chosen or any(part in view.name for part in chosen):
            login = {"email": demo_email(view.role), "password": PASSWORD} if view.role else None
            with demo.sign_in(**login).http if login else demo.client() as http:
                pages.append({"name": view.name, "path": view.address(http), "login": login})
    return pages


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
