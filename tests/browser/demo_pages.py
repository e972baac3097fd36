"""Pages of the demo hospital by role: one browser profile per role, reused for every page."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx
from playwright.sync_api import Browser, Page

from careplus_demo.people import PASSWORD
from tests.browser.measures import settled
from tests.browser.pages import NOT_FOUND, View
from tests.browser.people import demo_email, signed_in_demo
from tests.browser.tabs import Tab, open_tab
from tests.hospital import Hospital


@dataclass
class DemoPages:
    """Browser profiles and API clients of demo accounts by role; None is signed out. `options` describe the device."""

    browser: Browser
    hospital: Hospital
    closing: ExitStack
    options: dict[str, Any] = field(default_factory=dict)
    tabs: dict[str | None, Tab] = field(default_factory=dict)
    clients: dict[str | None, httpx.Client] = field(default_factory=dict)
    addresses: dict[View, str] = field(default_factory=dict)

    def tab(self, role: str | None) -> Tab:
        if role not in self.tabs:
            self.tabs[role] = self.closing.enter_context(self._opened(role))
        return self.tabs[role]

    @contextmanager
    def apart(self, role: str | None) -> Iterator[Page]:
        """Open a separate profile with a new sign-in."""
        with self._opened(role) as tab:
            yield tab.page

    def _opened(self, role: str | None) -> AbstractContextManager[Tab]:
        state = signed_in_demo(self.hospital, role) if role else None
        return open_tab(self.browser, self.hospital.url, state, **self.options)

    def http(self, role: str | None) -> httpx.Client:
        if role not in self.clients:
            client = self.hospital.sign_in(demo_email(role), PASSWORD).http if role else self.hospital.client()
            self.clients[role] = self.closing.enter_context(client)
        return self.clients[role]

    def address(self, view: View) -> str:
        if view not in self.addresses:
            self.addresses[view] = view.address(self.http(view.role))
        return self.addresses[view]

    def show(self, view: View, page: Page | None = None) -> Page:
        """Load the view in the role's page, or in another page of the same profile."""
        page_of_view = page or self.tab(view.role).page
        page_of_view.goto(self.address(view))
        return settled(page_of_view)

    def open_second_page(self, view: View) -> Page:
        """Open another page in the role's profile for a test that changes or leaves the view; close it after use."""
        return self.tab(view.role).page.context.new_page()

    @cached_property
    def not_found_heading(self) -> str:
        """Return the heading of the page for unknown addresses."""
        page = self.open_second_page(NOT_FOUND)
        heading = self.show(NOT_FOUND, page).locator("h1").inner_text()
        page.close()
        return heading
