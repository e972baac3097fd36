"""Notes: the doctor's text about a visit; a draft until it is signed, and then closed."""

from enum import StrEnum

from pydantic import Field, model_validator

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Body, Id, Instant, OptionalWords, Person, Version

api = Contract(service="appointments", tag="notes")


class NotesStatus(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"


class Addendum(Answer):
    """A text added after the notes were signed."""

    text: str
    at: Instant
    by: Person = Field(description="The name is the one at that time.")


class Notes(Answer):
    """The notes of one visit. Its author reads the draft; after a handover, the author's successor does too."""

    appointment_id: Id
    patient_id: Id
    text: str = Field(description="Empty before the first draft.")
    status: NotesStatus
    author: Person | None = Field(description="The doctor that changed the text last; null before the first draft.")
    updated_at: Instant | None = Field(description="The time of the last change of the text.")
    signed_at: Instant | None
    signed_by: Person | None = Field(description="The author, or the colleague who took over the notes of one that left.")
    addenda: list[Addendum] = Field(description="Oldest first, at most 100.")
    version: Version


class WriteNotes(Body):
    text: OptionalWords
    sign: bool = Field(default=False, description="Signs and closes the text. An addendum is closed without it.")

    @model_validator(mode="after")
    def _check_text_to_sign(self) -> "WriteNotes":
        if self.sign and not self.text.strip():
            raise ValueError("write something before you sign")
        return self


class NotesSigned(Refusal):
    """These notes are signed; only an addendum is possible.

    Write an addendum.
    """

    status = 409


class NoVisit(Refusal):
    """Notes are signed only for a visit that takes place; this one is cancelled, or the patient did not come.

    Sign in the visit that took place. If the patient came to this one after all, set it to arrived first.
    """

    status = 409


@api.get("/api/doctor/appointments/{appointment_id}/notes", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_notes(appointment_id: Id) -> Notes:
    """Read the notes of a visit to you; before the first draft, an empty one."""


@api.put(
    "/api/doctor/appointments/{appointment_id}/notes",
    roles={Role.DOCTOR},
    refuses=(NotFound, NotesSigned, NoVisit),
    versioned=True,
    example={"text": "ECG sinus rhythm. Continue, check in 3 months.", "sign": False},
)
async def write_notes(appointment_id: Id, body: WriteNotes) -> Notes:
    """Save the notes of a visit to you, as often as the text changes.

    The text replaces the draft. After signing, a different text becomes an addendum; the present text has no effect and makes
    no new version. Notes of a visit that is cancelled, or to which the patient did not come, are not signed; an addendum to ones
    that were signed before is possible. The names of author and signer stay the ones at the time of signing.
    """
