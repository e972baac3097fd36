"""Appends the notice of a new referral, in the transaction that makes it. It names neither reason nor specialty."""

from careplus_contracts.notices import NoticeKind
from careplus_runtime.notices import Notice, append
from careplus_tables.engine import WriteSession
from careplus_tables.referrals import ReferralRow


async def tell_of_referral(db: WriteSession, row: ReferralRow) -> None:
    """Tell the patient once."""
    assert row.id is not None
    await append(db, [Notice(NoticeKind.REFERRAL_MADE, row.patient_id, row.id, str(row.id))])
