"""The mail about a visit: doctor, place and time as they are when it is sent, and the visit as a calendar file.

The reason of the visit, the specialty and the name of the visit type are left out: other people may read a mailbox.
"""

from email.utils import parseaddr
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from careplus_auth.mail.delivery import Calendar, Mail
from careplus_auth.notices.dates import long_day, long_when
from careplus_auth.notices.opt_out import opt_out_link, opt_out_page, opt_out_token
from careplus_clinic.calendar_file import CalendarMethod, Invitation, calendar_file, preparation_of
from careplus_contracts.appointments import Appointment
from careplus_contracts.endpoints import Role
from careplus_contracts.notices import NoticeKind
from careplus_contracts.texts import mailed_address
from careplus_contracts.values import PortalLanguage
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.appointments import AppointmentRow
from careplus_tables.engine import AnySession
from careplus_tables.notices import NoticeRow
from careplus_tables.visit_records import VisitRecord, appointment_members, select_visits
from careplus_tables.waitlist import WaitlistOfferRow

VISITS = frozenset(
    {
        *(NoticeKind.VISIT_BOOKED, NoticeKind.VISIT_MOVED, NoticeKind.VISIT_REASSIGNED),
        *(NoticeKind.VISIT_CANCELLED, NoticeKind.VISIT_REMINDER, NoticeKind.VISIT_OFFERED),
    }
)
"""The kinds of notices about visits."""
REASON = {PortalLanguage.EN: "The hospital writes:", PortalLanguage.DE: "Das Krankenhaus schreibt dazu:"}

PREPARATION = {PortalLanguage.EN: "Before you come:", PortalLanguage.DE: "Bevor Sie kommen:"}

CHECK_IN = {
    PortalLanguage.EN: "From an hour before on you can say here that you have come, without signing in:",
    PortalLanguage.DE: "Ab einer Stunde vorher können Sie hier ohne Anmeldung am Konto sagen, dass Sie da sind:",
}


async def with_visit(db: AnySession, mail: Mail, notice: NoticeRow, settings: Settings) -> Mail:
    """Return the mail with the details of its visit, which was found to be true before. Without an address it has no calendar."""
    visit = await _find(db, notice)
    is_reminder, words = mail.kind is NoticeKind.VISIT_REMINDER, _words(visit, notice, mail.language, settings)
    if mail.kind is NoticeKind.VISIT_OFFERED:
        # no calendar file: the patient has not accepted the time
        return mail._replace(words={**words, "until": await _held_until(db, visit, mail.language, settings)})
    check_in = await _check_in(db, visit.id, mail.language, settings)
    opt_out = opt_out_page(settings, opt_out_token(settings, notice.account_id))
    return mail._replace(
        link=f"{settings.public_url}/appointments/{visit.id}",
        words=words | {"check_in": check_in, "opt_out": opt_out},
        calendar=_calendar(visit, mail, settings) if mail.email else None,
        opt_out=opt_out_link(settings, notice.account_id) if is_reminder else None,
    )


async def _find(db: AnySession, notice: NoticeRow) -> Appointment:
    query = select_visits().where(col(AppointmentRow.id) == notice.record_id, col(AppointmentRow.patient_id) == notice.account_id)
    row: Any = (await db.execute(query)).one()
    return Appointment.model_validate(appointment_members(VisitRecord(*row)))


async def _check_in(db: AnySession, visit_id: int, language: PortalLanguage, settings: Settings) -> str:
    """Return the paragraphs with the address that is in the QR code of the visit, or no text where it has none."""
    query = select(col(AppointmentRow.check_in_code)).where(col(AppointmentRow.id) == visit_id)
    found = await db.execute(query.execution_options(cross_patient="a mail to the patient of the visit"))
    code = found.scalar_one()
    return f"{CHECK_IN[language]}\n\n{settings.public_url}/check-in#code={code}\n\n" if code else ""


async def _held_until(db: AnySession, visit: Appointment, language: PortalLanguage, settings: Settings) -> str:
    offer = await db.get_one(WaitlistOfferRow, visit.id)
    return long_when(offer.offered_until, settings.clinic_zone, language)


def _words(visit: Appointment, notice: NoticeRow, language: PortalLanguage, settings: Settings) -> dict[str, str]:
    zone, preparation = settings.clinic_zone, preparation_of(visit, language)
    # the patient knows the reason that they gave themselves
    by_staff = visit.cancel_reason and visit.cancelled_by is not Role.PATIENT
    return {
        "day": long_day(visit.starts_at, zone, language),
        "when": long_when(visit.starts_at, zone, language),
        "before": long_when(notice.before_at or visit.starts_at, zone, language),
        "doctor": visit.doctor.full_name,
        "place": visit.place or settings.hospital,
        "preparation": f"{PREPARATION[language]}\n{preparation}\n\n" if preparation else "",
        "reason": f"{REASON[language]}\n{visit.cancel_reason}\n\n" if by_staff else "",
    }


def _calendar(visit: Appointment, mail: Mail, settings: Settings) -> Calendar:
    method = CalendarMethod.CANCEL if mail.kind is NoticeKind.VISIT_CANCELLED else CalendarMethod.REQUEST
    _, sender = parseaddr(settings.sender)
    invitation = Invitation(method, sender, mailed_address(mail.email))
    text = calendar_file(visit, settings.hospital, settings.public_url, now(), mail.language, invitation)
    return Calendar(text, method)
