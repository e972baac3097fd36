"""A browser tab with monitoring: console messages, pointer presses, and a trace of a failed test."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, StorageState, expect

# long enough for an overloaded machine; passing assertions do not wait
TIMEOUT_MS = 30_000
expect.set_options(timeout=TIMEOUT_MS)
ARTIFACTS = Path(".pytest_cache") / "browser"
COUNTED = """addEventListener("pointerdown", (event) => event.isTrusted && pressed(), { capture: true, passive: true });"""


@dataclass
class PageMonitor:
    """Console errors and warnings (including content policy violations), page errors, and requests to other hosts."""

    host: str
    problems: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("request", self._request)

    def unexpected(self, expected: Sequence[str] = ()) -> list[str]:
        """Return the problems that match none of the patterns."""
        return [problem for problem in self.problems if not any(re.search(pattern, problem) for pattern in expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(f"{message.type}: {message.text} {message.location['url']}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != self.host:
            self.problems.append(f"requested another host: {request.url}")


@dataclass
class Tab:
    """A page in a browser profile of its own."""

    page: Page
    monitor: PageMonitor
    presses: int = 0


@contextmanager
def open_tab(browser: Browser, origin: str, state: StorageState | None = None, **options: Any) -> Iterator[Tab]:
    """Open a page in a new profile, by default of an English device in the clinic's zone.

    `options` are passed to Playwright's `new_context`.
    """
    device = {"locale": "en-GB", "timezone_id": "Europe/Berlin", **options}
    context = browser.new_context(base_url=origin, storage_state=state, **device)
    context.set_default_timeout(TIMEOUT_MS)
    tab = Tab(context.new_page(), PageMonitor(urlsplit(origin).netloc))
    context.expose_binding("pressed", lambda _: _count(tab))
    context.add_init_script(COUNTED)
    tab.monitor.follow(tab.page)
    yield tab
    context.close()


@contextmanager
def tracing(tab: Tab, name: str) -> Iterator[None]:
    """Record a Playwright trace of the block in ARTIFACTS."""
    tab.page.context.tracing.start(snapshots=True)
    yield
    tab.page.context.tracing.stop(path=ARTIFACTS / f"{name}.zip")


def save_screenshot(tab: Tab, name: str) -> None:
    """Save a screenshot in ARTIFACTS."""
    if not tab.page.is_closed():
        tab.page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)


def _count(tab: Tab) -> None:
    tab.presses += 1
