"""Sweep of every page of the demo hospital: accessibility, narrow screens, console errors, dead links and buttons."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Download, Page, Request, Route, expect

from tests.browser import measures
from tests.browser.demo_pages import DemoPages
from tests.browser.measures import settled
from tests.browser.pages import NOT_FOUND, ROUTES, VIEWS, View
from tests.hospital import Hospital

PATIENCE_MS, STEP_MS = 10_000, 50
SERVED = ("/docs", "/openapi.json", "/api/", "/auth/")
"""Paths outside the app: web/src/lib/routing/router.ts."""
BUTTONS = "button:visible:enabled:not([aria-disabled=true])"
PRESSES = 12
"""Buttons of one page that are tried; longer lists repeat themselves."""
CHANGES = """
globalThis.answered = false;
const answer = () => { globalThis.answered = true; };
globalThis.print = answer;
addEventListener("toggle", answer, true);
addEventListener("invalid", answer, true);
globalThis.listen = (button) => {
  new MutationObserver(answer).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  addEventListener("focusin", (event) => event.target !== button && answer());
};
"""


@dataclass
class Shown:
    """A loaded view and the problems logged while it loaded."""

    view: View
    page: Page
    troubles: list[str]


@pytest.fixture(scope="module")
def demo_pages(browser: Browser, demo: Hospital) -> Iterator[DemoPages]:
    with ExitStack() as closing:
        yield DemoPages(browser, demo, closing)


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: view.name)
def shown(demo_pages: DemoPages, request: pytest.FixtureRequest) -> Shown:
    view: View = request.param
    watch = demo_pages.tab(view.role).watch
    watch.troubles.clear()
    return Shown(view, demo_pages.show(view), list(watch.troubles))


@pytest.fixture
def beside(demo_pages: DemoPages, shown: Shown) -> Iterator[Page]:
    """The view in a page that may change it or leave it."""
    page = demo_pages.beside(shown.view)
    yield page
    page.close()


@pytest.fixture(scope="module")
def followed() -> set[tuple[str | None, str]]:
    """Links and buttons tried so far, by role."""
    return set()


def test_every_route_has_a_view() -> None:
    assert ROUTES - {view.route for view in VIEWS} == set()


@pytest.mark.clock
def test_page_loads_without_errors_and_has_a_title(shown: Shown, demo_pages: DemoPages) -> None:
    assert shown.troubles == []
    expect(shown.page).to_have_title(re.compile(r"^\S.* - CarePlus$"))
    expect(shown.page.locator("h1")).to_have_count(1)
    if shown.view != NOT_FOUND:
        assert shown.page.locator("h1").inner_text() != demo_pages.not_found_heading


@pytest.mark.parametrize("looks", [measures.OPPOSITE, pytest.param(measures.BETWEEN, marks=pytest.mark.attack)], ids=str)
def test_page_has_no_axe_violations(shown: Shown, looks: measures.Looks) -> None:
    found = [f"{look}: {problem}" for look in measures.in_looks(shown.page, looks) for problem in measures.axe(shown.page)]
    assert not found, "\n".join(found)


def test_page_fits_a_narrow_screen(shown: Shown) -> None:
    measures.resize(shown.page, min(measures.WIDTHS))
    found = measures.sideways(shown.page)
    with measures.spaced(shown.page):
        found += [f"with WCAG's text spacing: {problem}" for problem in measures.sideways(shown.page)]
    assert not found, "\n".join(found)


def test_page_fits_with_double_font_size(shown: Shown) -> None:
    measures.resize(shown.page, min(measures.WIDTHS))
    with measures.enlarged(shown.page):
        found = measures.sideways(shown.page)
    assert not found, "\n".join(found)


def test_page_has_no_small_targets(shown: Shown) -> None:
    for width in measures.WIDTHS:
        measures.resize(shown.page, width)
        found = measures.small_targets(shown.page)
        assert not found, "\n".join(found)


@pytest.mark.attack
def test_page_has_no_dead_links(shown: Shown, beside: Page, demo_pages: DemoPages, followed: set[tuple[str | None, str]]) -> None:
    dead = []
    for link in shown.page.locator("a[href]").evaluate_all("(links) => [...new Set(links.map((link) => link.href))]"):
        address = urlsplit(link)
        kind = (shown.view.role, re.sub(r"=[^&]*|\d[\w:.-]*", "{}", f"{address.path}?{address.query}"))
        if link.startswith(f"{shown.page.url}#"):
            if shown.page.locator(f"[id='{address.fragment}']").count() == 0:
                dead.append(link)
        elif address.scheme == "http" and kind not in followed:
            followed.add(kind)
            if _is_dead(link, beside, demo_pages, shown.view.role):
                dead.append(link)
    assert not dead, "\n".join(dead)


def _is_dead(link: str, page: Page, demo_pages: DemoPages, role: str | None) -> bool:
    if urlsplit(link).path.startswith(SERVED):
        return demo_pages.http(role).get(link).status_code >= 400
    page.goto(link)
    return settled(page).locator("h1").inner_text() == demo_pages.not_found_heading


@pytest.mark.attack
def test_navigation_keeps_the_focus(shown: Shown, beside: Page, demo_pages: DemoPages) -> None:
    demo_pages.show(shown.view, beside)
    address = beside.url
    served = "".join(f":not([href^='{path}'])" for path in (*SERVED, "#"))
    links = beside.locator(f"main a[href^='/']{served}:visible, header a[href^='/']{served}:visible")
    here = {"/", urlsplit(address).path}
    leading_away = [link for link in links.all() if urlsplit(link.get_attribute("href") or "").path not in here]
    if not leading_away:
        pytest.skip("no link leads from here to another page of the app")
    leading_away[0].click()
    expect(beside).not_to_have_url(address)
    expect(settled(beside).locator("h1")).to_be_focused()
    beside.go_back()
    expect(beside).to_have_url(address)
    expect(settled(beside).locator("h1")).to_be_focused()


@pytest.mark.attack
def test_page_has_no_dead_buttons(shown: Shown, demo_pages: DemoPages, followed: set[tuple[str | None, str]]) -> None:
    role = shown.view.role
    measures.resize(shown.page, max(measures.WIDTHS))
    names = [re.sub(r"\d+", "#", name) for name in shown.page.locator(BUTTONS).all_inner_texts()[:PRESSES]]
    untried = {name: number for number, name in reversed(list(enumerate(names))) if (role, name) not in followed}
    followed |= {(role, name) for name in untried}
    if untried:
        # in a separate profile, with its writes aborted
        with demo_pages.apart(role) as page:
            page.add_init_script(CHANGES)
            page.route(re.compile(r"/(api|auth)/"), _let_only_reads_pass)
            dead = [name for name, number in untried.items() if not _does_something(number, demo_pages.show(shown.view, page))]
        assert not dead, "\n".join(dead)


def _does_something(number: int, page: Page) -> bool:
    """Whether anything came of a button's press: a change of the page or the address, a request, a file, a move of the focus."""
    button = page.locator(BUTTONS).nth(number).element_handle()
    came: list[Download | Request] = []

    def note(event: Download | Request) -> None:
        came.append(event)

    page.on("request", note)
    page.on("download", note)
    field = page.locator("input:not([type]):visible, input[type=search]:visible, input[type=text]:visible").first
    if button.evaluate("(button) => button.type === 'submit' && button.form !== null") and field.count():
        # repeating the same search would change no element
        field.fill("a")
    for day in page.locator("form.filters input[type=date]:visible").all():
        day.fill("2030-01-07")
    button.evaluate("(button) => listen(button)")
    button.click()
    for _ in range(PATIENCE_MS // STEP_MS):
        if came or page.evaluate("() => answered"):
            return True
        page.wait_for_timeout(STEP_MS)
    return False


def _let_only_reads_pass(route: Route) -> None:
    """The demo stays as it is for the other tests: to have sent something is enough."""
    is_read = route.request.method == "GET" or route.request.url.endswith("/auth/refresh")
    route.continue_() if is_read else route.abort()
