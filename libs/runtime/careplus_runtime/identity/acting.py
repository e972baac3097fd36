"""The doctors that have to act on a critical result, and the administrators that are told where no doctor can act."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from careplus_contracts.endpoints import Role
from careplus_runtime.identity.care import doctors_in_care
from careplus_tables.accounts import AccountRow
from careplus_tables.colleagues import doctors_that_do

MOST = 100
"""The most doctors that do the work of one that left without a colleague."""
MOST_ADMINISTRATORS = 50


class CriticalCase(NamedTuple):
    """The members of a critical result that decide which doctors have to act."""

    result_id: int
    patient_id: int
    ordered_by_id: int | None
    since: datetime

    def belongs_to_all(self, at: datetime, delay: timedelta) -> bool:
        """Return whether it belongs to every treating doctor."""
        return self.ordered_by_id is None or at >= self.since + delay


class ActingDoctors(NamedTuple):
    """Ids of doctors that can act: the responsible ones, and other treating ones."""

    responsible: list[int]
    in_care: list[int]


async def acting_doctors(
    db: AsyncSession, cases: Sequence[CriticalCase], at: datetime, delay: timedelta
) -> dict[int, ActingDoctors]:
    """Return the doctors of each case by the id of its result; treating ones only after the escalation."""
    owners = {case.ordered_by_id for case in cases if case.ordered_by_id is not None}
    doing = {owner: await _doing_work_of(db, owner) for owner in owners}
    shared = {case.patient_id for case in cases if case.belongs_to_all(at, delay)}
    treating: dict[int, list[int]] = defaultdict(list)
    if shared:
        for patient_id, doctor_id in (await db.execute(doctors_in_care(shared))).all():
            treating[patient_id].append(doctor_id)
    found = {}
    for case in cases:
        responsible = doing.get(case.ordered_by_id or 0, [])
        everyone = treating[case.patient_id] if case.belongs_to_all(at, delay) else []
        found[case.result_id] = ActingDoctors(responsible, sorted(set(everyone) - set(responsible)))
    return found


async def administrators(db: AsyncSession) -> list[int]:
    """Return the ids of administrators with an active account, at most MOST_ADMINISTRATORS."""
    query = (
        select(col(AccountRow.id))
        .where(col(AccountRow.role) == Role.ADMIN.value, col(AccountRow.active))
        .order_by(col(AccountRow.id))
        .limit(MOST_ADMINISTRATORS)
    )
    return [id_ for id_ in (await db.execute(query)).scalars() if id_ is not None]


async def _doing_work_of(db: AsyncSession, owner_id: int) -> list[int]:
    account = (await db.execute(select(AccountRow).where(col(AccountRow.id) == owner_id))).scalar_one()
    # the usual case, without the search for colleagues
    if account.active and account.role == Role.DOCTOR.value:
        return [owner_id]
    return list((await db.execute(doctors_that_do(owner_id).limit(MOST))).scalars())
