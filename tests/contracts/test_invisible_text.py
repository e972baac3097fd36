"""A required text shows something: names, medicines and reasons are no invisible characters."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from careplus_contracts.values import Justification, Line, Words

INVISIBLE = (
    "\u200b",
    "\u00ad",
    "\u2800",
    "\u2800 \u2800",
    "\u200b\u2060",
    "\u3164",
    "\u034f",
    "\ufe0f",
    "\u2003",
    "\u200e\u200f",
    "\U000e0100",
    "\u180b",
)


@pytest.mark.parametrize("text", INVISIBLE, ids=ascii)
@pytest.mark.parametrize("kind", [Line, Words, Justification], ids=["line", "words", "justification"])
def test_invisible_text_is_refused(kind: Any, text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text * 6)


@pytest.mark.parametrize("text", ["⠁⠀⠃", "नमस्ते", "❤️", "م\u200cی", "Ⅳ", "李", "ᠮᠣᠩ"])
def test_visible_text_of_any_script_is_kept(text: str) -> None:
    for kind in (Line, Words):
        assert TypeAdapter(kind).validate_python(text) == text
