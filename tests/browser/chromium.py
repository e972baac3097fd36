"""The browser that tests drive: the machine's own Chromium; Playwright brings none."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "microsoft-edge", "msedge")
"""The first is the same engine without windows: the tests take a sixth less time."""
MISSING = "no Chromium on PATH; on Debian: apt-get install chromium, elsewhere name one in CAREPLUS_BROWSER"
# a container's root cannot have the sandbox; nothing but our own pages is opened
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]


def executable() -> Path | None:
    """The browser's program, or None where there is no browser."""
    names = (os.environ.get("CAREPLUS_BROWSER", ""), *NAMES)
    return next((Path(found) for name in names if (found := shutil.which(name))), None)


def is_required() -> bool:
    """Whether a missing browser is a failure rather than a reason to skip."""
    return os.environ.get("CI") == "true"


@contextmanager
def launched() -> Iterator[Browser]:
    """A running browser, ended afterwards."""
    path = executable()
    assert path is not None, MISSING
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
