"""The change that a text makes to the notes of a visit."""

import pytest
from pydantic import ValidationError

from careplus_appointments.rules.notes import MOST_ADDENDA, NotesChange, change_by, check_unsigned
from careplus_contracts.notes import NotesSigned, NotesStatus, WriteNotes

DRAFT, SIGNED = NotesStatus.DRAFT, NotesStatus.SIGNED


def test_draft_is_replaced_or_signed() -> None:
    assert change_by(DRAFT, "one", [], WriteNotes(text="one")) is NotesChange.NONE
    assert change_by(DRAFT, "", [], WriteNotes(text="")) is NotesChange.NONE
    assert change_by(DRAFT, "one", [], WriteNotes(text="two")) is NotesChange.REPLACE_DRAFT
    assert change_by(DRAFT, "one", [], WriteNotes(text="")) is NotesChange.REPLACE_DRAFT
    assert change_by(DRAFT, "one", [], WriteNotes(text="one", sign=True)) is NotesChange.SIGN


def test_signed_notes_take_each_addendum_once() -> None:
    for sign in (False, True):
        assert change_by(SIGNED, "one", ["two"], WriteNotes(text="one", sign=sign)) is NotesChange.NONE
        assert change_by(SIGNED, "one", ["two"], WriteNotes(text="two", sign=sign)) is NotesChange.NONE
        assert change_by(SIGNED, "one", ["two"], WriteNotes(text="three", sign=sign)) is NotesChange.ADD_ADDENDUM


def test_signed_notes_refuse_empty_and_101st_addendum() -> None:
    for text in ("", " \n"):
        with pytest.raises(NotesSigned, match="addendum"):
            change_by(SIGNED, "one", [], WriteNotes(text=text))
    full = [f"number {number}" for number in range(MOST_ADDENDA)]
    assert change_by(SIGNED, "one", full[1:], WriteNotes(text="more")) is NotesChange.ADD_ADDENDUM
    with pytest.raises(NotesSigned, match="no room"):
        change_by(SIGNED, "one", full, WriteNotes(text="more"))


def test_blank_notes_cannot_be_signed() -> None:
    with pytest.raises(ValidationError, match="before you sign"):
        WriteNotes(text=" ", sign=True)


def test_signed_text_is_completed_with_the_same_text_only() -> None:
    check_unsigned(DRAFT, "one", "two")
    check_unsigned(SIGNED, "one", "one")
    with pytest.raises(NotesSigned, match="addendum"):
        check_unsigned(SIGNED, "one", "two")
