"""Every page on a German device abroad: no English word of a coded list or message of the portals, and one zone note.

The frame draws the note from the device's zone; its language changes the note's words alone, so one load of a page serves
both tests. test_cross_zone_note.py has the English note.
"""

import functools
import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from careplus_clinic.lab_texts import GERMAN
from careplus_clinic.specialties import SPECIALTIES
from careplus_tables.catalogue import FILE
from tests.browser.demo_pages import DemoPages
from tests.browser.pages import VIEWS, WEB, View
from tests.hospital import Hospital

TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) found.push(node.data);
  for (const one of document.querySelectorAll("[aria-label], [title], [placeholder]"))
    found.push(...["aria-label", "title", "placeholder"].map((name) => one.getAttribute(name) ?? ""));
  return found;
}"""
CUTS = re.compile(r"[,;:()·]\s*|\n")
ENGLISH_ON_PURPOSE = {"/admin/tests/{}", "/admin/analytes/{}", "/screen#token=revoked-or-never-issued"}
"""Forms that change a stored text show it as it is stored; a screen without a language speaks both."""
SOURCES: list[str] = list(tomllib.loads(FILE.read_text(encoding="utf-8"))["sources"].values())
"""Citations stay in their language."""
ZONE_NOTE = re.compile(r"\(jetzt GMT\+[12]\); Ihr Gerät ist auf eine andere Zeitzone eingestellt")


def spoken() -> set[str]:
    """Return the English texts of coded lists and of messages of three words and more that are different in German."""
    found = {en for texts in GERMAN.values() for en, de in texts.items() if en != de}
    found |= {one.names.en for one in SPECIALTIES.values() if one.names.en != one.names.de}
    german = {word for file in _files("de") for word in file.values()}
    for english in _files("en"):
        found |= {text for text in english.values() if "{" not in text and text.count(" ") > 1 and text not in german}
    return found | {"once a day", "twice a day", "as needed"}


def _files(language: str) -> Iterator[dict[str, str]]:
    for path in sorted((WEB / "i18n" / language).glob("*.json")):
        yield json.loads(Path(path).read_text(encoding="utf-8"))


ENGLISH = spoken()


def english_in(texts: list[str]) -> list[str]:
    """Return the texts that are English, or have a part that is."""
    own = [functools.reduce(lambda left, source: left.replace(source, ""), SOURCES, text) for text in texts]
    return sorted({text for text in own if any(part.strip() in ENGLISH for part in (text, *CUTS.split(text)))})


@pytest.fixture(scope="module")
def demo_pages(browser: Browser, demo: Hospital) -> Iterator[DemoPages]:
    with ExitStack() as closing:
        yield DemoPages(browser, demo, closing, {"locale": "de-DE", "timezone_id": "America/New_York"})


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: view.name)
def loaded(demo_pages: DemoPages, request: pytest.FixtureRequest) -> tuple[View, Page]:
    return request.param, demo_pages.show(request.param)


def test_english_text_is_found_as_part_of_a_line() -> None:
    assert english_in(["Hämoglobin", "Sodium, Kalium", "Sodium: 140 mmol/L", "Dermatology"]) == [
        "Dermatology",
        "Sodium, Kalium",
        "Sodium: 140 mmol/L",
    ]


def test_german_page_has_no_english_of_a_list(loaded: tuple[View, Page]) -> None:
    view, page = loaded
    assert page.locator("html").get_attribute("lang") == "de"
    found = english_in(page.evaluate(TEXTS))
    assert found == [] or view.path in ENGLISH_ON_PURPOSE, "\n".join(found)


def test_page_abroad_has_one_zone_note(loaded: tuple[View, Page]) -> None:
    # the note is drawn with the frame, before the page has settled
    _, page = loaded
    assert page.get_by_text(ZONE_NOTE).count() == 1
    assert page.get_by_text(re.compile("Ihr Gerät", re.IGNORECASE)).count() == 1
