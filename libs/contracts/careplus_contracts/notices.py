"""Notices: the kinds that patients choose, and reception's list of sent and failed ones, with patients to call."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from careplus_contracts.appointments import AppointmentStatus
from careplus_contracts.endpoints import DESK, EVERYONE, Contract, Role
from careplus_contracts.reception import Caller
from careplus_contracts.refusals import IllegalTransition, NotFound, Refusal
from careplus_contracts.values import Answer, Body, Count, Id, Instant, Page, PageFilter, Person

api = Contract(service="auth", tag="notices")


class NoticeKind(StrEnum):
    """The subject of a notice."""

    REFILL_ANSWERED = "refill_answered"
    REFILLS_WAIT = "refills_wait"
    REFILLS_UNOWNED = "refills_unowned"
    APPROVAL_WAITS = "approval_waits"
    VISIT_BOOKED = "visit_booked"
    VISIT_MOVED = "visit_moved"
    VISIT_REASSIGNED = "visit_reassigned"
    VISIT_CANCELLED = "visit_cancelled"
    VISIT_REMINDER = "visit_reminder"
    VISIT_OFFERED = "visit_offered"
    REFERRAL_MADE = "referral_made"
    RESULT_RELEASED = "result_released"
    RESULT_CORRECTED = "result_corrected"


class VisitNoticeKind(StrEnum):
    """The subject of a notice about a visit. `visit_reassigned`: another doctor has taken it over, perhaps at another time."""

    BOOKED = "visit_booked"
    MOVED = "visit_moved"
    REASSIGNED = "visit_reassigned"
    CANCELLED = "visit_cancelled"
    REMINDER = "visit_reminder"
    OFFERED = "visit_offered"


class NoticeState(StrEnum):
    """`waiting` is sent when it is due; the others are final.

    `withdrawn` was no longer true, not wanted or told by another notice when it was due, or its account was closed. `no_address`:
    the account had no confirmed e-mail address, and no phone that the hospital sends text messages to.
    """

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    NO_ADDRESS = "no_address"


class ReminderTime(StrEnum):
    """How long before a visit its reminder is sent."""

    OFF = "off"
    ONE_DAY = "24h"
    TWO_DAYS = "48h"


class NoticeChannel(StrEnum):
    """The way of a notice. `text`: a text message to the phone."""

    EMAIL = "email"
    TEXT = "text"


class SetNoticeChoices(Body):
    reminder: ReminderTime = Field(description="How long before a visit you are reminded of it.")
    own_bookings: bool = Field(description="Whether you get a notice about visits that you book, move or cancel yourself.")
    results: bool = Field(description="Whether you get a notice of a new result; one of a correction always comes.")
    referrals: bool = Field(description="Whether you get a notice about a new referral.")
    refills: bool = Field(description="Whether you get a notice when a request to renew a prescription is answered.")
    channel: NoticeChannel = Field(
        description="How notices come. Without a phone, or where the hospital sends no text messages, they come by e-mail."
    )


class NoticeChoices(Answer):
    """The notices that a patient gets. Those about corrections and changes that the hospital makes cannot be switched off."""

    reminder: ReminderTime
    own_bookings: bool
    results: bool
    referrals: bool
    refills: bool
    channel: NoticeChannel
    texts: bool = Field(description="Whether the hospital sends text messages.")


class ToldVisit(Answer):
    """The visit of a notice as it is now."""

    id: Id
    starts_at: Instant
    status: AppointmentStatus
    doctor: Person


class VisitNotice(Answer):
    """A notice about a visit, as reception sees it."""

    id: Id
    kind: VisitNoticeKind
    state: NoticeState
    patient: Caller
    visit: ToldVisit
    created_at: Instant
    due_at: Instant = Field(description="The next attempt while it waits.")
    channel: NoticeChannel | None = Field(description="The way of the latest attempt.")
    sent_at: Instant | None
    attempts: Count
    failure: str | None = Field(description="Why the last attempt failed: an error and the code of the server.")
    called_at: Instant | None = Field(description="When reception told the patient on the phone.")
    called_by: Person | None


class VisitNotices(Page[VisitNotice]):
    """Notices about visits, newest first."""


class NoticeFilter(PageFilter):
    state: NoticeState | None = None
    appointment_id: Id | None = None
    patient_id: Id | None = None
    to_call: Annotated[
        bool,
        Field(
            description="Only the call list: no mail was sent, the visit is ahead, the patient did not make the change, "
            "and reception has not called."
        ),
    ] = False


OptOutToken = Annotated[str, StringConstraints(min_length=8, max_length=100, pattern=r"^[0-9]+-[0-9a-f]+$")]


class InvalidOptOut(Refusal):
    """This link is not valid.

    Sign in and switch reminders off in the profile.
    """

    status = 403


@api.get("/api/me/notices", roles={Role.PATIENT})
async def show_notice_choices() -> NoticeChoices:
    """Read which notices you get: by default all by e-mail, and a reminder 24 hours before a visit."""


@api.put(
    "/api/me/notices",
    roles={Role.PATIENT},
    example={
        **{"reminder": "48h", "own_bookings": True, "results": True, "referrals": False, "refills": True},
        "channel": "email",
    },
)
async def set_notice_choices(body: SetNoticeChoices) -> NoticeChoices:
    """Choose which notices you get. The choice also holds for visits that are booked already.

    A change by the hospital, such as a cancelled visit or a corrected result, is always told.
    """


@api.get("/api/notices/reminders-off/{opt_out_token}", roles=EVERYONE, refuses=(NotFound,), media_type="text/html")
async def open_reminders_off(opt_out_token: OptOutToken) -> str:
    """Open the page of the portals that asks whether reminders are to be off, for programs that open the link of a reminder.

    It changes nothing, because programs that check mails open their links too.
    """


@api.post("/api/notices/reminders-off/{opt_out_token}", roles=EVERYONE, status=204, refuses=(InvalidOptOut, NotFound))
async def switch_reminders_off(opt_out_token: OptOutToken) -> None:
    """Switch the reminders of one patient off by the signed link of a reminder, without a sign-in (RFC 8058).

    The link never switches reminders on, and changes no other choice.
    """


@api.get("/api/reception/notices", roles=DESK)
async def list_notices(query: NoticeFilter) -> VisitNotices:
    """List notices about visits, newest first: sent ones, failed ones with the cause, and patients that have to be called."""


@api.put("/api/reception/notices/{notice_id}/called", roles=DESK, refuses=(NotFound, IllegalTransition))
async def mark_called(notice_id: Id) -> VisitNotice:
    """Record that reception told the patient on the phone. Only of a notice that `failed` or had `no_address`.

    Recording it again has no effect.
    """


@api.put("/api/reception/notices/{notice_id}/resend", roles=DESK, refuses=(NotFound, IllegalTransition))
async def resend_notice(notice_id: Id) -> VisitNotice:
    """Send a notice again that `failed` or had `no_address`, for example after the address was corrected.

    Whether it is still true is decided when it is sent.
    """
