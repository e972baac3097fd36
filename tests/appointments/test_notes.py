"""What becomes of a text about a visit."""

import pytest
from pydantic import ValidationError

from careplus_appointments.rules.notes import MOST_ADDENDA, Act, act
from careplus_contracts.notes import NotesSigned, NotesStatus, WriteNotes

DRAFT, SIGNED = NotesStatus.DRAFT, NotesStatus.SIGNED


def test_a_draft_is_replaced_and_signed() -> None:
    assert act(DRAFT, "one", [], WriteNotes(text="one")) is Act.NOTHING
    assert act(DRAFT, "", [], WriteNotes(text="")) is Act.NOTHING
    assert act(DRAFT, "one", [], WriteNotes(text="two")) is Act.REPLACE
    assert act(DRAFT, "one", [], WriteNotes(text="")) is Act.REPLACE
    assert act(DRAFT, "one", [], WriteNotes(text="one", sign=True)) is Act.SIGN


def test_signed_text_is_added_to_once() -> None:
    for sign in (False, True):
        assert act(SIGNED, "one", ["two"], WriteNotes(text="one", sign=sign)) is Act.NOTHING
        assert act(SIGNED, "one", ["two"], WriteNotes(text="two", sign=sign)) is Act.NOTHING
        assert act(SIGNED, "one", ["two"], WriteNotes(text="three", sign=sign)) is Act.ADD


def test_what_is_signed_stays() -> None:
    for text in ("", " \n"):
        with pytest.raises(NotesSigned, match="addendum"):
            act(SIGNED, "one", [], WriteNotes(text=text))
    full = [f"number {number}" for number in range(MOST_ADDENDA)]
    assert act(SIGNED, "one", full[1:], WriteNotes(text="more")) is Act.ADD
    with pytest.raises(NotesSigned, match="no room"):
        act(SIGNED, "one", full, WriteNotes(text="more"))


def test_nothing_is_not_signed() -> None:
    with pytest.raises(ValidationError, match="before you sign"):
        WriteNotes(text=" ", sign=True)
