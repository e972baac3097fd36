"""Note templates: texts that doctors insert into the notes of a visit, their own and the ones of the hospital."""

from enum import StrEnum

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Body, Id, Instant, Line, Page, PageFilter, Person, Version, Words

api = Contract(service="appointments", tag="note templates")

MOST_TEMPLATES = 500
PLACEHOLDERS = ("age", "sex", "reason", "problems", "allergies", "medicines", "results", "last_vitals", "today")
"""Words that stand in braces in a text; the portal replaces them with data of the visit and the chart."""


class TemplateKind(StrEnum):
    """A template is the outline of a whole note, a block a part of one."""

    TEMPLATE = "template"
    BLOCK = "block"


class NoteTemplate(Answer):
    id: Id
    kind: TemplateKind
    title: str
    text: str = Field(description=f"May have placeholders in braces: {', '.join(f'`{{{name}}}`' for name in PLACEHOLDERS)}.")
    house: bool = Field(description="The hospital's, which every doctor can insert and administrators change.")
    edited_by: Person
    edited_at: Instant
    version: Version


class NoteTemplates(Page[NoteTemplate]):
    """Templates in the order of their creation."""


class WriteTemplate(Body):
    kind: TemplateKind
    title: Line
    text: Words


class TooManyTemplates(Refusal):
    """There are as many note templates as can be kept.

    Delete one that is not used.
    """

    status = 409
    most: int


@api.get("/api/doctor/note-templates", roles={Role.DOCTOR})
async def list_templates(query: PageFilter) -> NoteTemplates:
    """List the note templates that you can insert: your own and the hospital's."""


@api.get("/api/doctor/note-templates/{template_id}", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_template(template_id: Id) -> NoteTemplate:
    """Read one of your note templates, or of the hospital's."""


@api.post(
    "/api/doctor/note-templates",
    location="/api/doctor/note-templates/{id}",
    roles={Role.DOCTOR},
    refuses=(TooManyTemplates,),
    example={"kind": "block", "title": "Medicines today", "text": "{age}. Takes now: {medicines}. Allergies: {allergies}."},
)
async def add_template(body: WriteTemplate) -> NoteTemplate:
    """Add a note template of your own.

    The text is stored as it is. Where a placeholder has no value, the portal inserts a visible gap, `[no active medicines]`.
    """


@api.put(
    "/api/doctor/note-templates/{template_id}",
    roles={Role.DOCTOR},
    refuses=(NotFound,),
    versioned=True,
    example={"kind": "block", "title": "Medicines", "text": "Takes now: {medicines}."},
)
async def change_template(template_id: Id, body: WriteTemplate) -> NoteTemplate:
    """Change one of your own note templates. The same values make no new version.

    Notes that were written with it stay as they are.
    """


@api.delete("/api/doctor/note-templates/{template_id}", roles={Role.DOCTOR}, refuses=(NotFound,))
async def delete_template(template_id: Id) -> None:
    """Delete one of your own note templates. Notes that were written with it stay as they are."""


@api.get("/api/admin/note-templates", roles={Role.ADMIN})
async def list_house_templates(query: PageFilter) -> NoteTemplates:
    """List the hospital's note templates."""


@api.get("/api/admin/note-templates/{house_template_id}", roles={Role.ADMIN}, refuses=(NotFound,))
async def show_house_template(house_template_id: Id) -> NoteTemplate:
    """Read one of the hospital's note templates."""


@api.post(
    "/api/admin/note-templates",
    location="/api/admin/note-templates/{id}",
    roles={Role.ADMIN},
    refuses=(TooManyTemplates,),
    example={"kind": "template", "title": "First visit", "text": "Reason: {reason}. Problems: {problems}."},
)
async def add_house_template(body: WriteTemplate) -> NoteTemplate:
    """Add a note template that every doctor can insert."""


@api.put(
    "/api/admin/note-templates/{house_template_id}",
    roles={Role.ADMIN},
    refuses=(NotFound,),
    versioned=True,
    example={"kind": "template", "title": "First visit", "text": "Reason: {reason}. Allergies: {allergies}."},
)
async def change_house_template(house_template_id: Id, body: WriteTemplate) -> NoteTemplate:
    """Change one of the hospital's note templates. The same values make no new version.

    Notes that were written with it stay as they are.
    """


@api.delete("/api/admin/note-templates/{house_template_id}", roles={Role.ADMIN}, refuses=(NotFound,))
async def delete_house_template(house_template_id: Id) -> None:
    """Delete one of the hospital's note templates. Notes that were written with it stay as they are."""
