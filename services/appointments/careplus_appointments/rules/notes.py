"""What becomes of a text that a doctor writes about a visit."""

from collections.abc import Sequence
from enum import Enum, auto

from careplus_contracts.notes import NotesSigned, NotesStatus, WriteNotes

MOST_ADDENDA = 100


class Act(Enum):
    NOTHING = auto()
    REPLACE = auto()
    SIGN = auto()
    ADD = auto()


def act(status: NotesStatus, text: str, addenda: Sequence[str], body: WriteNotes) -> Act:
    """What to do with the body. Raises NotesSigned for what cannot be an addendum."""
    if status is NotesStatus.DRAFT:
        if body.sign:
            return Act.SIGN
        return Act.NOTHING if body.text == text else Act.REPLACE
    if body.text in (text, *addenda):
        return Act.NOTHING
    if not body.text.strip():
        raise NotesSigned("These notes are signed and stay as they are. Write an addendum.")
    if len(addenda) >= MOST_ADDENDA:
        raise NotesSigned(f"These notes have {MOST_ADDENDA} addenda, and no room for another.")
    return Act.ADD
