"""Every refusal that a portal can meet has words in both languages, in a file that every portal loads."""

import json

import pytest

from careplus_contracts.refusals import Refusal
from careplus_contracts.registry import ENDPOINTS
from tests.web.test_sources import WEB

LANGUAGES = ("en", "de")
LOADED = ("shell", "problems")
"""Message files of every page: `loadMessages` in web/src/lib/i18n/i18n.ts."""


def codes() -> set[str]:
    """Return the codes of all refusals; importing the registry has loaded every contract."""
    assert ENDPOINTS
    found: set[type[Refusal]] = set()
    waiting = [Refusal]
    while waiting:
        below = waiting.pop().__subclasses__()
        found.update(below)
        waiting += below
    return {one.code() for one in found if one.__module__.startswith("careplus_contracts.")}


def words(language: str, file: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((WEB / "src" / "i18n" / language / f"{file}.json").read_text(encoding="utf-8"))
    return {key.removeprefix("problem."): text for key, text in found.items() if key.startswith("problem.")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_words(language: str) -> None:
    known = {code for file in LOADED for code in words(language, file)}
    missing = sorted(codes() - known)
    assert not missing, f'add "problem.<code>" to web/src/i18n/{language}/problems.json: {missing}'


@pytest.mark.parametrize("language", LANGUAGES)
def test_refusals_have_words_in_shared_files_only(language: str) -> None:
    files = {path.stem for path in (WEB / "src" / "i18n" / language).glob("*.json")} - set(LOADED)
    found = {f"{file}.json: problem.{code}" for file in files for code in words(language, file)}
    assert not found, f"other portals do not load these words: {sorted(found)}"


def test_german_words_of_refusals_are_not_english() -> None:
    english, german = ({code: text for file in LOADED for code, text in words(one, file).items()} for one in LANGUAGES)
    assert [code for code, text in german.items() if text == english[code]] == []
