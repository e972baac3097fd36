"""Notices about requests to renew prescriptions: the patient is told of the answer, the doctor or the desk of the request."""

from zoneinfo import ZoneInfo

from sqlalchemy import select

from careplus_contracts.notices import NoticeKind
from careplus_runtime.identity.acting import MOST, administrators
from careplus_runtime.identity.refills import owners, present
from careplus_runtime.notices import Notice, append, append_daily
from careplus_tables.engine import WriteSession
from careplus_tables.refills import RefillRow


async def tell_of_answer(db: WriteSession, row: RefillRow) -> None:
    assert row.id is not None
    await append(db, [Notice(NoticeKind.REFILL_ANSWERED, row.patient_id, row.id, str(row.id))])


async def tell_of_request(db: WriteSession, row: RefillRow, zone: ZoneInfo) -> None:
    """Tell the doctors that the request belongs to, or the administrators where no doctor is present; each once a day."""
    assert row.id is not None
    pairs = owners(present(zone))
    refill_id, doctor_id = pairs.columns
    doctors = (await db.execute(select(doctor_id).where(refill_id == row.id).order_by(doctor_id).limit(MOST))).scalars().all()
    if doctors:
        await append_daily(db, NoticeKind.REFILLS_WAIT, doctors, row.id, zone)
    else:
        await append_daily(db, NoticeKind.REFILLS_UNOWNED, await administrators(db), row.id, zone)
