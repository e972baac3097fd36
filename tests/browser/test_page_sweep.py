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
"""The number of buttons tried per page; longer lists repeat the same buttons."""
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
class LoadedView:
    """A loaded view and the problems logged while it loaded."""

    view: View
    page: Page
    problems: list[str]


@pytest.fixture(scope="module")
def demo_pages(browser: Browser, demo: Hospital) -> Iterator[DemoPages]:
    with ExitStack() as closing:
        yield DemoPages(browser, demo, closing)


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: view.name)
def loaded(demo_pages: DemoPages, request: pytest.FixtureRequest) -> LoadedView:
    view: View = request.param
    monitor = demo_pages.tab(view.role).monitor
    monitor.problems.clear()
    return LoadedView(view, demo_pages.show(view), list(monitor.problems))


@pytest.fixture
def second_page(demo_pages: DemoPages, loaded: LoadedView) -> Iterator[Page]:
    """Yield a second page with the view, which a test may change or leave."""
    page = demo_pages.open_second_page(loaded.view)
    yield page
    page.close()


@pytest.fixture(scope="module")
def followed() -> set[tuple[str | None, str]]:
    """Links and buttons tried so far, by role."""
    return set()


def test_every_route_has_a_view() -> None:
    assert ROUTES - {view.route for view in VIEWS} == set()


@pytest.mark.clock
def test_page_loads_without_errors_and_has_a_title(loaded: LoadedView, demo_pages: DemoPages) -> None:
    assert loaded.problems == []
    expect(loaded.page).to_have_title(re.compile(r"^\S.* - CarePlus$"))
    expect(loaded.page.locator("h1")).to_have_count(1)
    if loaded.view != NOT_FOUND:
        assert loaded.page.locator("h1").inner_text() != demo_pages.not_found_heading


def test_page_in_the_clinics_zone_has_no_zone_note(loaded: LoadedView) -> None:
    expect(loaded.page.get_by_text("time zone")).to_have_count(0)


@pytest.mark.parametrize("looks", [measures.OPPOSITE, pytest.param(measures.BETWEEN, marks=pytest.mark.attack)], ids=str)
def test_page_has_no_axe_violations(loaded: LoadedView, looks: measures.Looks) -> None:
    found = [f"{look}: {problem}" for look in measures.in_looks(loaded.page, looks) for problem in measures.axe(loaded.page)]
    assert not found, "\n".join(found)


def test_page_fits_a_narrow_screen(loaded: LoadedView) -> None:
    measures.resize(loaded.page, min(measures.WIDTHS))
    found = measures.sideways(loaded.page)
    with measures.spaced(loaded.page):
        found += [f"with WCAG's text spacing: {problem}" for problem in measures.sideways(loaded.page)]
    assert not found, "\n".join(found)


def test_page_fits_with_double_font_size(loaded: LoadedView) -> None:
    measures.resize(loaded.page, min(measures.WIDTHS))
    with measures.enlarged(loaded.page):
        found = measures.sideways(loaded.page)
    assert not found, "\n".join(found)


def test_page_has_no_small_targets(loaded: LoadedView) -> None:
    for width in measures.WIDTHS:
        measures.resize(loaded.page, width)
        found = measures.small_targets(loaded.page)
        assert not found, "\n".join(found)


@pytest.mark.attack
def test_page_has_no_dead_links(
    loaded: LoadedView, second_page: Page, demo_pages: DemoPages, followed: set[tuple[str | None, str]]
) -> None:
    dead = []
    for link in loaded.page.locator("a[href]").evaluate_all("(links) => [...new Set(links.map((link) => link.href))]"):
        address = urlsplit(link)
        kind = (loaded.view.role, re.sub(r"=[^&]*|\d[\w:.-]*", "{}", f"{address.path}?{address.query}"))
        if link.startswith(f"{loaded.page.url}#"):
            if loaded.page.locator(f"[id='{address.fragment}']").count() == 0:
                dead.append(link)
        elif address.scheme == "http" and kind not in followed:
            followed.add(kind)
            if _is_dead(link, second_page, demo_pages, loaded.view.role):
                dead.append(link)
    assert not dead, "\n".join(dead)


def _is_dead(link: str, page: Page, demo_pages: DemoPages, role: str | None) -> bool:
    if urlsplit(link).path.startswith(SERVED):
        return demo_pages.http(role).get(link).status_code >= 400
    page.goto(link)
    return settled(page).locator("h1").inner_text() == demo_pages.not_found_heading


@pytest.mark.attack
def test_navigation_keeps_the_focus(loaded: LoadedView, second_page: Page, demo_pages: DemoPages) -> None:
    demo_pages.show(loaded.view, second_page)
    address = second_page.url
    served = "".join(f":not([href^='{path}'])" for path in (*SERVED, "#"))
    links = second_page.locator(f"main a[href^='/']{served}:visible, header a[href^='/']{served}:visible")
    here = {"/", urlsplit(address).path}
    leading_away = [link for link in links.all() if urlsplit(link.get_attribute("href") or "").path not in here]
    if not leading_away:
        pytest.skip("no link leads from here to another page of the app")
    leading_away[0].click()
    expect(second_page).not_to_have_url(address)
    expect(settled(second_page).locator("h1")).to_be_focused()
    second_page.go_back()
    expect(second_page).to_have_url(address)
    expect(settled(second_page).locator("h1")).to_be_focused()


@pytest.mark.attack
def test_page_has_no_dead_buttons(loaded: LoadedView, demo_pages: DemoPages, followed: set[tuple[str | None, str]]) -> None:
    role = loaded.view.role
    measures.resize(loaded.page, max(measures.WIDTHS))
    names = [re.sub(r"\d+", "#", name) for name in loaded.page.locator(BUTTONS).all_inner_texts()[:PRESSES]]
    untried = {name: number for number, name in reversed(list(enumerate(names))) if (role, name) not in followed}
    followed |= {(role, name) for name in untried}
    if untried:
        # in a separate profile, with its writes aborted
        with demo_pages.apart(role) as page:
            page.add_init_script(CHANGES)
            page.route(re.compile(r"/(api|auth)/"), _abort_writes)
            dead = [name for name, number in untried.items() if not _does_something(number, demo_pages.show(loaded.view, page))]
        assert not dead, "\n".join(dead)


def _does_something(number: int, page: Page) -> bool:
    """Return whether a press had an effect: a change of page or address, a request, a download, or a moved focus."""
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


def _abort_writes(route: Route) -> None:
    """Abort writes, so that the demo does not change for other tests; a sent request is enough."""
    is_read = route.request.method == "GET" or route.request.url.endswith("/auth/refresh")
    route.continue_() if is_read else route.abort()
