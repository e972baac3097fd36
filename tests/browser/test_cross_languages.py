"""Words 40 % longer, pages that run from right to left, forced colours: nothing scrolls sideways or is cut off anywhere."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import measures
from tests.browser.pages import VIEWS, WEB, View
from tests.browser.rooms import Rooms
from tests.hospital import Hospital

LONGER = 0.4
ACCENTED = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")
TURN = "(direction) => { document.documentElement.dir = direction; }"


def pseudo(text: str) -> str:
    """As web/test/pseudo.ts does it; the `{names}` of values stay."""
    accented = re.sub(r"(?:^|(?<=\}))[^{]*", lambda words: words[0].translate(ACCENTED), text)
    return f"[{accented}{'~' * round(len(text) * LONGER)}]"


def speak_pseudo(context: BrowserContext, built: Path) -> None:
    """Instead of each file with English words the browser is given one with longer words."""
    manifest = json.loads((built / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    for source in (WEB / "i18n" / "en").glob("*.json"):
        words = {key: pseudo(text) for key, text in json.loads(source.read_text(encoding="utf-8")).items()}
        script = f"export default {json.dumps(words)};"
        address = f"**/{manifest[f'src/i18n/en/{source.name}']['file']}"
        context.route(address, lambda route, script=script: route.fulfill(body=script, content_type="text/javascript"))


@pytest.fixture(scope="module")
def rooms(browser: Browser, demo: Hospital) -> Iterator[Rooms]:
    with ExitStack() as closing:
        rooms = Rooms(browser, demo, closing)
        for role in {view.role for view in VIEWS}:
            speak_pseudo(rooms.tab(role).page.context, Path(demo.extra["CAREPLUS_WEB"]))
        yield rooms


def sideways(page: Page, look: str) -> list[str]:
    found = []
    for width in measures.WIDTHS:
        measures.resize(page, width)
        found += [f"{look}, {width}: {problem}" for problem in measures.sideways(page)]
    return found


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_nothing_is_cut_off(rooms: Rooms, view: View) -> None:
    page = rooms.show(view)
    expect(page.get_by_role("contentinfo")).to_contain_text("[Ín án émérgéncy, cáll")
    found = sideways(page, "longer words")
    page.evaluate(TURN, "rtl")
    found += sideways(page, "right to left")
    page.emulate_media(forced_colors="active")
    found += sideways(page, "right to left in forced colours")
    page.emulate_media(forced_colors="none")
    assert not found, "\n".join(found)
