"""Find and start the machine's Chromium; Playwright brings none."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "microsoft-edge", "msedge")
"""The first is the same engine without windows: the tests take a sixth less time."""
MISSING = "no Chromium on PATH; on Debian: apt-get install chromium, elsewhere name one in CAREPLUS_BROWSER"
# root in a container cannot use the sandbox; tests open only local pages
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]


def executable() -> Path | None:
    """Return the browser's path, or None without a browser."""
    names = (os.environ.get("CAREPLUS_BROWSER", ""), *NAMES)
    return next((Path(found) for name in names if (found := shutil.which(name))), None)


def is_required() -> bool:
    """Return whether a missing browser fails the tests instead of skipping them."""
    return os.environ.get("CI") == "true"


@contextmanager
def launch_chromium() -> Iterator[Browser]:
    """Run a browser until the block ends."""
    path = executable()
    assert path is not None, MISSING
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
