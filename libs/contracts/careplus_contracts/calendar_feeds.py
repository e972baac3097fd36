"""Calendar feeds: a secret address under which a calendar program reads the visits of one person."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from careplus_contracts.endpoints import EVERYONE, Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Body, Id, Instant, Line

api = Contract(service="appointments", tag="calendar feeds")

MOST_FEEDS = 5
PAST_DAYS, AHEAD_DAYS = 30, 365
"""A feed has the visits of these days before and after today."""
MOST_EVENTS = 2000


class FeedDetail(StrEnum):
    """What a doctor's feed shows of a visit: the patient's name, or only that the time is taken."""

    NAMES = "names"
    BUSY = "busy"


class CalendarFeed(Answer):
    id: Id
    name: str
    detail: FeedDetail
    created_at: Instant


class NewCalendarFeed(CalendarFeed):
    """A feed with its address, which only this answer has: the hospital keeps a digest of it."""

    address: str = Field(
        description="The address for a calendar program. It needs no sign-in: pass it to nobody.",
        examples=["https://hospital.example/api/calendar-feeds/Zm9yIHRoZSBjYWxlbmRhciBwcm9ncmFtIG9mIG9uZSBwZX"],
    )


class CalendarFeeds(Answer):
    """The feeds of one person that are not revoked, oldest first."""

    items: list[CalendarFeed] = Field(description="At most 5.")


class AddFeed(Body):
    name: Line = Field(description="The calendar that will read it, so that you know which one to revoke.")
    detail: FeedDetail = Field(
        default=FeedDetail.BUSY, description="What a doctor's feed shows. A patient's feed shows the doctor's name either way."
    )


class TooManyFeeds(Refusal):
    """You have as many calendar feeds as can be kept.

    Revoke one that is not used.
    """

    status = 409
    most: int


class FeedRevoked(Refusal):
    """This calendar feed was revoked.

    Remove it from the calendar program. Its owner can add a new one.
    """

    status = 410


FeedToken = Annotated[str, StringConstraints(min_length=43, max_length=43, pattern=r"^[A-Za-z0-9_-]+$")]

_OWNERS = {Role.PATIENT, Role.DOCTOR}


@api.get("/api/me/calendar-feeds", roles=_OWNERS)
async def list_feeds() -> CalendarFeeds:
    """List your calendar feeds."""


@api.post(
    "/api/me/calendar-feeds",
    roles=_OWNERS,
    refuses=(TooManyFeeds,),
    example={"name": "Phone", "detail": "busy"},
)
async def add_feed(body: AddFeed) -> NewCalendarFeed:
    """Add a calendar feed: a patient's has their visits, a doctor's the visits to them. It updates as visits change.

    It holds no reason for a visit and no specialty.
    """


@api.delete("/api/me/calendar-feeds/{feed_id}", roles=_OWNERS, refuses=(NotFound,))
async def revoke_feed(feed_id: Id) -> None:
    """Revoke a calendar feed of yours. Its address answers 410 from then on."""


@api.get(
    "/api/calendar-feeds/{feed_token}",
    roles=EVERYONE,
    refuses=(NotFound, FeedRevoked),
    media_type="text/calendar",
    conditional=True,
    always_audited=True,
)
async def read_feed(feed_token: FeedToken) -> str:
    """Read the visits of a calendar feed from 30 days ago to a year ahead, as a calendar program does.

    Cancelled visits are left out. A feed of a closed account, or of a doctor who left, is revoked.
    """
