"""Every page of the demo hospital, whoever may see it: accessible, narrow enough, quiet, and without dead ends."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Download, Page, Request, Route, expect

from tests.browser import measures
from tests.browser.measures import settled
from tests.browser.pages import NOWHERE, ROUTES, VIEWS, View
from tests.browser.rooms import Rooms
from tests.hospital import Hospital

PATIENCE_MS, STEP_MS = 10_000, 50
SERVED = ("/docs", "/openapi.json", "/api/", "/auth/")
"""What is not a page of the app: web/src/lib/router.ts."""
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
    """A view as it was loaded; what it complained about while loading."""

    view: View
    page: Page
    troubles: list[str]


@pytest.fixture(scope="module")
def rooms(browser: Browser, demo: Hospital) -> Iterator[Rooms]:
    with ExitStack() as closing:
        yield Rooms(browser, demo, closing)


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: view.name)
def shown(rooms: Rooms, request: pytest.FixtureRequest) -> Shown:
    view: View = request.param
    watch = rooms.tab(view.role).watch
    watch.troubles.clear()
    return Shown(view, rooms.show(view), list(watch.troubles))


@pytest.fixture
def beside(rooms: Rooms, shown: Shown) -> Iterator[Page]:
    """The view in a page that may change it or leave it."""
    page = rooms.beside(shown.view)
    yield page
    page.close()


@pytest.fixture(scope="module")
def followed() -> set[tuple[str | None, str]]:
    """Links and buttons that have been tried, by who tried them."""
    return set()


def test_every_route_of_the_app_is_looked_at() -> None:
    assert ROUTES - {view.route for view in VIEWS} == set()


def test_it_loads_quietly_and_has_a_name(shown: Shown, rooms: Rooms) -> None:
    assert shown.troubles == []
    expect(shown.page).to_have_title(re.compile(r"^\S.* - CarePlus$"))
    expect(shown.page.locator("h1")).to_have_count(1)
    if shown.view != NOWHERE:
        assert shown.page.locator("h1").inner_text() != rooms.nowhere


@pytest.mark.parametrize("looks", [measures.OPPOSITE, pytest.param(measures.BETWEEN, marks=pytest.mark.attack)], ids=str)
def test_axe_finds_nothing(shown: Shown, looks: measures.Looks) -> None:
    found = [f"{look}: {problem}" for look in measures.in_looks(shown.page, looks) for problem in measures.axe(shown.page)]
    assert not found, "\n".join(found)


def test_nothing_is_cut_off_on_a_narrow_screen(shown: Shown) -> None:
    measures.resize(shown.page, min(measures.WIDTHS))
    found = measures.sideways(shown.page)
    with measures.spaced(shown.page):
        found += [f"with WCAG's text spacing: {problem}" for problem in measures.sideways(shown.page)]
    assert not found, "\n".join(found)


def test_nothing_is_cut_off_with_letters_twice_as_large(shown: Shown) -> None:
    measures.resize(shown.page, min(measures.WIDTHS))
    with measures.enlarged(shown.page):
        found = measures.sideways(shown.page)
    assert not found, "\n".join(found)


def test_everything_that_can_be_pressed_is_large_enough(shown: Shown) -> None:
    for width in measures.WIDTHS:
        measures.resize(shown.page, width)
        found = measures.small_targets(shown.page)
        assert not found, "\n".join(found)


@pytest.mark.attack
def test_links_lead_somewhere(shown: Shown, beside: Page, rooms: Rooms, followed: set[tuple[str | None, str]]) -> None:
    dead = []
    for link in shown.page.locator("a[href]").evaluate_all("(links) => [...new Set(links.map((link) => link.href))]"):
        address = urlsplit(link)
        kind = (shown.view.role, re.sub(r"=[^&]*|\d[\w:.-]*", "{}", f"{address.path}?{address.query}"))
        if link.startswith(f"{shown.page.url}#"):
            if shown.page.locator(f"[id='{address.fragment}']").count() == 0:
                dead.append(link)
        elif address.scheme == "http" and kind not in followed:
            followed.add(kind)
            if _is_dead(link, beside, rooms, shown.view.role):
                dead.append(link)
    assert not dead, "\n".join(dead)


def _is_dead(link: str, page: Page, rooms: Rooms, role: str | None) -> bool:
    if urlsplit(link).path.startswith(SERVED):
        return rooms.http(role).get(link).status_code >= 400
    page.goto(link)
    return settled(page).locator("h1").inner_text() == rooms.nowhere


@pytest.mark.attack
def test_moves_within_the_app_keep_the_focus(shown: Shown, beside: Page, rooms: Rooms) -> None:
    rooms.show(shown.view, beside)
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
def test_buttons_do_something(shown: Shown, rooms: Rooms, followed: set[tuple[str | None, str]]) -> None:
    role = shown.view.role
    measures.resize(shown.page, max(measures.WIDTHS))
    names = [re.sub(r"\d+", "#", name) for name in shown.page.locator(BUTTONS).all_inner_texts()[:PRESSES]]
    untried = {name: number for number, name in reversed(list(enumerate(names))) if (role, name) not in followed}
    followed |= {(role, name) for name in untried}
    if untried:
        # in a profile of its own, for what a browser remembers; what it sends does not arrive
        with rooms.apart(role) as page:
            page.add_init_script(CHANGES)
            page.route(re.compile(r"/(api|auth)/"), _let_only_reads_pass)
            dead = [name for name, number in untried.items() if not _does_something(number, rooms.show(shown.view, page))]
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
        # to look for what was looked for already changes nothing
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
