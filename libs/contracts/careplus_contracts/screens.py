"""Screens: waiting rooms show which patients wait and which are called in, by the end of their reference."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from careplus_contracts.endpoints import DESK, SCREEN, Contract
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Answer, Body, Count, Id, Instant, Line, Page, PageFilter, Person

api = Contract(service="appointments", tag="screens")

MOST_SHOWN = 200
"""Entries of one screen; above it the others are counted only."""
MOST_DOCTORS = 50
Tail = Annotated[
    str,
    Field(
        description="The last characters of the patient's reference: at least three, and more where another patient of the day "
        "has the same ones.",
        examples=["2X4"],
    ),
]


class ScreenLanguage(StrEnum):
    """The language of the texts on a screen; `both` shows German and English."""

    EN = "en"
    DE = "de"
    BOTH = "both"


class ShownState(StrEnum):
    """`called`: the patient is asked to come in now. The entry leaves the screen a few minutes later."""

    WAITING = "waiting"
    CALLED = "called"


class CreateScreen(Body):
    name: Line
    language: ScreenLanguage
    doctor_ids: list[Id] = Field(
        default=[], max_length=MOST_DOCTORS, description="Only visits to these doctors; without any the visits to all."
    )


class Screen(Answer):
    """A screen as the desk sees it."""

    id: Id
    name: str
    language: ScreenLanguage
    doctors: list[Person] = Field(description="Only visits to these doctors are shown; an empty list: to all.")
    created_by: Person
    created_at: Instant
    last_seen_at: Instant | None = Field(description="When it asked last, up to half a minute late; null: it never did.")
    revoked_at: Instant | None = Field(description="From then on its address shows nothing.")


class NewScreen(Screen):
    token: str = Field(description="Shown only once. The screen sends it as `Authorization: Bearer` to `GET /api/screen`.")
    url: str = Field(description="The page for the screen, with the token behind `#`, where no log has it.")


class Screens(Page[Screen]):
    """Screens, newest first."""


class ShownVisit(Answer):
    """A visit without the patient's name, time and subject."""

    tail: Tail
    doctor: str
    room: str | None = Field(description="The room of the doctor, or the place of the visit.")
    state: ShownState


class ScreenContent(Answer):
    """The waiting room now. It changes only with the visits, so that the answer to most polls is 304."""

    name: str
    language: ScreenLanguage
    items: list[ShownVisit] = Field(
        max_length=MOST_SHOWN, description="Called patients first, the last one called at the top; then the others by time."
    )
    more: Count = Field(description="Waiting patients that are not among the items.")


@api.post(
    "/api/reception/screens",
    roles=DESK,
    refuses=(NotFound,),
    example={"name": "Waiting room ground floor", "language": "both"},
)
async def create_screen(body: CreateScreen) -> NewScreen:
    """Create a screen for a waiting room. Its address is shown only once; open it on the screen.

    The token in it reads `GET /api/screen` alone. It does not expire: revoke it when the screen is taken away.
    """


@api.get("/api/reception/screens", roles=DESK)
async def list_screens(query: PageFilter) -> Screens:
    """List all screens, newest first, also the revoked ones."""


@api.put("/api/reception/screens/{screen_id}/revoke", roles=DESK, refuses=(NotFound,))
async def revoke_screen(screen_id: Id) -> Screen:
    """Revoke the token of a screen: its next poll is refused. Revoking it again has no effect."""


@api.get("/api/screen", roles=SCREEN, conditional=True)
async def show_screen() -> ScreenContent:
    """Read the waiting room of a screen, without names: a cheap read, repeated every second or two.

    Patients are shown from their arrival until three minutes after they were called in.
    """
