"""Video visits: the address under which patient and doctor meet, from shortly before the visit to its end."""

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Id, Instant

api = Contract(service="appointments", tag="appointments")

OPENS_MINUTES = 15


class VideoRoom(Answer):
    """The secret address of one visit, the same for patient and doctor."""

    url: str
    opens_at: Instant
    closes_at: Instant


class VideoRoomClosed(Refusal):
    """The video visit is not open.

    Ask again between `opens_at`, a quarter of an hour before the start, and `closes_at`, its end. A visit that does not take
    place any more does not open.
    """

    status = 409
    opens_at: Instant
    closes_at: Instant


@api.get("/api/appointments/{appointment_id}/video", roles={Role.PATIENT}, refuses=(NotFound, VideoRoomClosed))
async def show_video_room(appointment_id: Id) -> VideoRoom:
    """Read the address of one of your video visits. `NotFound` for a visit that is not by video."""


@api.get("/api/doctor/appointments/{appointment_id}/video", roles={Role.DOCTOR}, refuses=(NotFound, VideoRoomClosed))
async def show_video_room_to_doctor(appointment_id: Id) -> VideoRoom:
    """Read the address of a video visit to you, or to a doctor that you replace."""
