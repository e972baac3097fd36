"""The change that a text makes to the notes of a visit."""

from collections.abc import Sequence
from enum import Enum, auto

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.notes import NotesSigned, NotesStatus, NoVisit, WriteNotes

MOST_ADDENDA = 100


class NotesChange(Enum):
    """A change of the notes."""

    NONE = auto()
    REPLACE_DRAFT = auto()
    SIGN = auto()
    ADD_ADDENDUM = auto()


def check_unsigned(status: NotesStatus, text: str, wanted: str) -> None:
    """Raise NotesSigned for another text than the signed one."""
    if status is NotesStatus.SIGNED and wanted != text:
        raise NotesSigned("These notes are signed and stay as they are. Complete the visit, and write an addendum.")


def check_took_place(status: AppointmentStatus) -> None:
    """Raise NoVisit for a visit that was cancelled, or to which the patient did not come."""
    if status is AppointmentStatus.CANCELLED:
        raise NoVisit("This visit was cancelled, so its notes cannot be signed. Sign in the visit that took place.")
    if status is AppointmentStatus.NO_SHOW:
        detail = "The patient did not come to this visit, so its notes cannot be signed. If the patient came, set it to arrived."
        raise NoVisit(detail)


def change_by(status: NotesStatus, text: str, addenda: Sequence[str], body: WriteNotes) -> NotesChange:
    """Return the change that the body asks for. Raise NotesSigned for a text that cannot be an addendum."""
    if status is NotesStatus.DRAFT:
        if body.sign:
            return NotesChange.SIGN
        return NotesChange.NONE if body.text == text else NotesChange.REPLACE_DRAFT
    if body.text in (text, *addenda):
        return NotesChange.NONE
    if not body.text.strip():
        raise NotesSigned("These notes are signed and stay as they are. Write an addendum.")
    if len(addenda) >= MOST_ADDENDA:
        raise NotesSigned(f"These notes have {MOST_ADDENDA} addenda, and no room for another.")
    return NotesChange.ADD_ADDENDUM
