"""Every audited action has a text in the portals."""

import json

import pytest

from careplus_contracts.audit import BACKGROUND_ACTIONS
from careplus_contracts.endpoints import SIGNED_IN, Role
from careplus_contracts.registry import ENDPOINTS
from careplus_runtime.audit.subjects import patient_ids_in
from tests.web.test_sources import WEB

WORDS = sorted((WEB / "src" / "i18n").glob("*/trail.json"))


def audited() -> set[str]:
    """Return the names of all endpoints that careplus_runtime.audit can record."""
    return set(BACKGROUND_ACTIONS) | {
        endpoint.name
        for endpoint in ENDPOINTS
        if endpoint.always_audited
        or endpoint.method != "GET"
        or "{patient_id}" in endpoint.path
        or patient_ids_in(endpoint.answer) is not None
        or (not endpoint.public and endpoint.roles != SIGNED_IN and endpoint.admits(Role.PATIENT))
    }


def gaps(file: str, words: set[str]) -> list[str]:
    """Return one sentence for each missing or superfluous entry of a file."""
    named = {key.removeprefix("action.") for key in words if key.startswith("action.")}
    missing = [f'{name} has no words: add "action.{name}" to {file}.' for name in sorted(audited() - named)]
    unused = [f'No audited endpoint is named {name}: delete "action.{name}" from {file}.' for name in sorted(named - audited())]
    return missing + unused


def test_action_words_exist_for_every_audited_endpoint() -> None:
    files = {path.relative_to(WEB.parent).as_posix(): set(json.loads(path.read_text("utf-8"))) for path in WORDS}
    if found := [gap for file, words in files.items() for gap in gaps(file, words)]:
        pytest.fail("\n".join(found), pytrace=False)


def test_action_words_missing_are_reported_with_file() -> None:
    words = {f"action.{name}" for name in audited() - {"book"}} | {"action.amend_example"}
    assert gaps("web/src/i18n/de/trail.json", words) == [
        'book has no words: add "action.book" to web/src/i18n/de/trail.json.',
        'No audited endpoint is named amend_example: delete "action.amend_example" from web/src/i18n/de/trail.json.',
    ]
