"""Video visits: the address under which patient and doctor meet, from shortly before the visit to its end."""

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Answer, Id, Instant

api = Contract(service="appointments", tag="appointments")

OPENS_MINUTES = 15


class VideoRoom(Answer):
    """The secret address of one visit, the same for patient and doctor."""

    patient_id: Id
    url: str | None = Field(description="Null unless the visit is by video, takes place, and is open now.")
    opens_at: Instant = Field(description="A quarter of an hour before the start.")
    closes_at: Instant = Field(description="The end of the visit.")


@api.get("/api/appointments/{appointment_id}/video", roles={Role.PATIENT}, refuses=(NotFound,))
async def show_video_room(appointment_id: Id) -> VideoRoom:
    """Read the address of one of your video visits."""


@api.get("/api/doctor/appointments/{appointment_id}/video", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_video_room_to_doctor(appointment_id: Id) -> VideoRoom:
    """Read the address of a video visit to you, or to a doctor that you replace."""
