"""The check that a visit answers a referral. Doctors writes referrals."""

from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from careplus_contracts.appointments import ReferralNotOpen
from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.refusals import NotFound
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_tables.engine import AnySession
from careplus_tables.referral_status import IS_KEPT, UNANSWERED, has_visit, is_addressed_to, shown_status
from careplus_tables.referrals import ReferralRow


async def check_answerable(db: AnySession, patient_id: int, doctor_id: int, referral_id: int | None) -> None:
    """Raise NotFound unless the referral is one of the patient to this doctor, and ReferralNotOpen if it has a visit or is over.

    Lock the patient before, so that two visits do not answer one referral.
    """
    if referral_id is None:
        return
    query: Select[*tuple[Any, ...]] = select(shown_status(), has_visit(IS_KEPT)).where(
        col(ReferralRow.id) == referral_id, col(ReferralRow.patient_id) == patient_id, is_addressed_to(doctor_id)
    )
    found = (await db.execute(query)).first()
    if found is None:
        raise NotFound(NOTHING_HERE)
    status, is_booked = found
    if ReferralStatus(status) not in UNANSWERED or is_booked:
        raise ReferralNotOpen("This referral has a visit already, or is over. Book without it, or move the visit that it has.")
