"""Templates of notes: the ones of one doctor, and the hospital's. Written by appointments."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from careplus_contracts.note_templates import TemplateKind
from careplus_tables.columns import BigId, InstantColumn, one_of

OWNER = "appointments"


class NoteTemplateRow(SQLModel, table=True):
    """A text to insert into notes; without an owner it is the hospital's."""

    __tablename__ = "note_templates"
    __table_args__ = (one_of("kind", TemplateKind),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    owner_id: int | None = Field(foreign_key="accounts.id", sa_type=BigId, index=True)
    kind: str
    title: str
    text: str
    edited_by_id: int = Field(foreign_key="accounts.id", sa_type=BigId)
    edited_at: datetime = Field(sa_type=InstantColumn)
    version: int = Field(default=1)
