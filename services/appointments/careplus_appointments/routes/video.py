"""The addresses of video visits."""

from careplus_appointments.store import appointments, video
from careplus_contracts import video_visits as contract
from careplus_contracts.values import Id
from careplus_contracts.video_visits import VideoRoom
from careplus_runtime.http.dependencies import CurrentUser, ReadDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.show_video_room)
async def show_video_room(appointment_id: Id, *, who: CurrentUser, db: ReadDb) -> VideoRoom:
    return await video.room_of(db, await appointments.of_patient(db, who, appointment_id))


@routes.serve(contract.show_video_room_to_doctor)
async def show_video_room_to_doctor(appointment_id: Id, *, who: CurrentUser, db: ReadDb) -> VideoRoom:
    return await video.room_of(db, await appointments.of_doctor(db, who, appointment_id))
