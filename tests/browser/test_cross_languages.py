"""Layout with words 40 % longer, right to left, and in forced colours: no sideways scrolling, no clipped text."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser import measures
from tests.browser.demo_pages import DemoPages
from tests.browser.pages import VIEWS, WEB, View
from tests.hospital import Hospital

LONGER = 0.4
ACCENTED = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")
TURN = "(direction) => { document.documentElement.dir = direction; }"


def pseudo(text: str) -> str:
    """Return a pseudo-translation with accents, each word 40 % longer; `{placeholders}` are unchanged."""
    return f"[{re.sub(r'{[a-z_]+}|[^ {}]+', _longer, text)}]"


def _longer(word: re.Match[str]) -> str:
    return word[0] if word[0].startswith("{") else word[0].translate(ACCENTED) + "~" * round(len(word[0]) * LONGER)


def pseudo_scripts(built: Path) -> dict[str, str]:
    """Return the built English message files by name, each as a script with longer pseudo-translated messages."""
    manifest = json.loads((built / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    scripts = {}
    for source in (WEB / "i18n" / "en").glob("*.json"):
        words = {key: pseudo(text) for key, text in json.loads(source.read_text(encoding="utf-8")).items()}
        name = Path(manifest[f"src/i18n/en/{source.name}"]["file"]).name
        scripts[name] = f"export default {json.dumps(words)};"
    return scripts


def speak_pseudo(context: BrowserContext, scripts: dict[str, str]) -> None:
    def answer(route: Route) -> None:
        route.fulfill(body=scripts[Path(route.request.url).name], content_type="text/javascript")

    context.route(re.compile("|".join(map(re.escape, scripts))), answer)


@pytest.fixture(scope="module")
def demo_pages(browser: Browser, demo: Hospital) -> Iterator[DemoPages]:
    with ExitStack() as closing:
        demo_pages, scripts = DemoPages(browser, demo, closing), pseudo_scripts(Path(demo.extra["CAREPLUS_WEB"]))
        for role in {view.role for view in VIEWS}:
            speak_pseudo(demo_pages.tab(role).page.context, scripts)
        yield demo_pages


def sideways(page: Page, look: str) -> list[str]:
    found = []
    for width in measures.WIDTHS:
        measures.resize(page, width)
        found += [f"{look}, {width}: {problem}" for problem in measures.sideways(page)]
    return found


# the screen of a waiting room has no footer
FRAMED = [view for view in VIEWS if not view.path.startswith("/screen")]


@pytest.mark.parametrize("view", FRAMED, ids=lambda view: view.name)
def test_pages_fit_with_longer_words(demo_pages: DemoPages, view: View) -> None:
    page = demo_pages.show(view)
    expect(page.get_by_role("contentinfo")).to_contain_text("[Ín~ án~ émérgéncy")
    found = sideways(page, "longer words")
    assert not found, "\n".join(found)


@pytest.mark.attack
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_pages_fit_in_rtl_and_forced_colors(demo_pages: DemoPages, view: View) -> None:
    page, found = demo_pages.show(view), list[str]()
    page.evaluate(TURN, "rtl")
    found += sideways(page, "right to left")
    page.emulate_media(forced_colors="active")
    found += sideways(page, "right to left in forced colours")
    page.emulate_media(forced_colors="none")
    assert not found, "\n".join(found)
