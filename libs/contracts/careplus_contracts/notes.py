"""Notes: what the doctor writes about a visit; a draft until signed, and closed from then on."""

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
    """What was written after the notes were signed."""

    text: str
    at: Instant
    by: Person


class Notes(Answer):
    """The notes of one visit. A draft is seen by the visit's doctor alone."""

    appointment_id: Id
    patient_id: Id
    text: str = Field(description="Empty before anything was written.")
    status: NotesStatus
    author: Person | None = Field(description="Who wrote the text; null before anything was written.")
    updated_at: Instant | None = Field(description="When the text was last changed.")
    signed_at: Instant | None
    addenda: list[Addendum] = Field(description="Oldest first, at most 100.")
    version: Version


class WriteNotes(Body):
    text: OptionalWords
    sign: bool = Field(default=False, description="Closes the text; an addendum is closed at once and needs no sign.")

    @model_validator(mode="after")
    def _signs_something(self) -> "WriteNotes":
        if self.sign and not self.text.strip():
            raise ValueError("write something before you sign")
        return self


class NotesSigned(Refusal):
    """These notes are signed and take no more than an addendum."""

    status = 409


@api.get("/api/doctor/appointments/{appointment_id}/notes", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_notes(appointment_id: Id) -> Notes:
    """The notes of a visit to you; an empty draft before anything was written."""


@api.put(
    "/api/doctor/appointments/{appointment_id}/notes",
    roles={Role.DOCTOR},
    refuses=(NotFound, NotesSigned),
    versioned=True,
    example={"text": "ECG sinus rhythm. Continue, check in 3 months.", "sign": False},
)
async def write_notes(appointment_id: Id, body: WriteNotes) -> Notes:
    """Write the notes of a visit to you, as often as you type.

    The text replaces the draft. Once signed, another text is added as an addendum; the text that stands there already answers
    the same and makes no new version.
    """
