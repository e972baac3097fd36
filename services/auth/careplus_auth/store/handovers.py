"""Statements about the work of doctors that can no longer act."""

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, false, select, true, update
from sqlmodel import col

from careplus_clinic.specialties import names_of
from careplus_contracts.appointments import Practitioner
from careplus_contracts.endpoints import Role
from careplus_contracts.handovers import AccountWork, Handover, HandoverFilter, Handovers, OpenWork, WorkWaits
from careplus_contracts.people import UpdateAccount
from careplus_contracts.values import Id, PageFilter
from careplus_runtime.http.problems import malformed
from careplus_runtime.http.records import Keyset, fetch_page
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_tables import open_work
from careplus_tables.accounts import AccountRow
from careplus_tables.colleagues import handed_to, is_done_by
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.handovers import HandoverRow
from careplus_tables.people import display_name, people_by_id

_BY_DOCTOR = Keyset((col(HandoverRow.doctor_id),), Id, lambda row: row[0].doctor_id)


class Plan(NamedTuple):
    """The change of an account, as far as it concerns open work."""

    doctor_ids: list[int]
    """The doctor, and the doctors that handed their work over to this one; empty where no work changes hands."""
    colleague_id: int | None


async def plan(db: WriteSession, account: AccountRow, wanted: UpdateAccount, zone: ZoneInfo) -> Plan:
    """Return the doctors of the handovers that change, with the colleague locked. Raise WorkWaits and Malformed."""
    assert account.id is not None
    stays = wanted.active and wanted.role is Role.DOCTOR
    leaves = _can_act(account) and not stays
    row = await db.get(HandoverRow, account.id)
    if wanted.colleague_id is None:
        if leaves:
            await _check_nothing_waits(db, account.id, zone)
        return Plan([], None)
    colleague = await db.get(AccountRow, wanted.colleague_id, with_for_update={"key_share": True})
    if stays or not (leaves or row) or colleague is None or colleague.id == account.id or not _can_act(colleague):
        message = "name a doctor with an active account, for a doctor whose account is closed or gets another role"
        raise malformed([{"loc": ("body", "colleague_id"), "msg": message}])
    if row is not None and row.colleague_id == wanted.colleague_id:
        return Plan([], None)
    return Plan([account.id, *(await _handed_to(db, account.id))], wanted.colleague_id)


async def can_take_over(db: AnySession, colleague_id: int | None) -> bool:
    """Return whether this is a doctor with an active account."""
    colleague = None if colleague_id is None else await db.get(AccountRow, colleague_id)
    return colleague is not None and _can_act(colleague)


async def hand_over(db: WriteSession, of: Plan, zone: ZoneInfo) -> set[int]:
    """Give the work of the doctors to the colleague. Return the patients that it concerns."""
    # the triggers of the account insert the row
    await db.flush()
    handed = update(HandoverRow).where(col(HandoverRow.doctor_id).in_(of.doctor_ids))
    await db.execute(handed.values(colleague_id=of.colleague_id))
    return await open_work.patients(db, of.doctor_ids, now(), zone)


async def words(db: AnySession, of: Plan) -> str:
    """Return the names of the doctor and the colleague for the audit trail."""
    people = await people_by_id(db, [of.doctor_ids[0], of.colleague_id])
    return " → ".join(people[id_].full_name for id_ in (of.doctor_ids[0], of.colleague_id) if id_ is not None)


async def work_of(db: AnySession, account: AccountRow, zone: ZoneInfo) -> AccountWork:
    """Return the open work of an account, with work that it took over."""
    assert account.id is not None
    row = await db.get(HandoverRow, account.id)
    people = await people_by_id(db, [row.colleague_id] if row else [])
    colleague = people[row.colleague_id].person() if row and row.colleague_id else None
    return AccountWork(
        work=await _work(db, account.id, zone),
        left_at=row.left_at if row else None,
        colleague=colleague,
        last_of_role=account.active and not await _has_others(db, Role(account.role), account.id),
    )


async def list_all(db: ReadSession, wanted: HandoverFilter, zone: ZoneInfo) -> Handovers:
    """Return the handovers with open work, by doctor."""
    is_wanted = col(HandoverRow.colleague_id).is_(None) if wanted.without_owner else true()
    return await _page(db, is_wanted, wanted, zone)


async def list_done_by(db: ReadSession, who: Identity, wanted: PageFilter, zone: ZoneInfo) -> Handovers:
    """Return the handovers with open work that the doctor does."""
    return await _page(db, is_done_by(HandoverRow, who.id) if who.role is Role.DOCTOR else false(), wanted, zone)


async def _page(db: ReadSession, is_wanted: ColumnElement[bool], wanted: PageFilter, zone: ZoneInfo) -> Handovers:
    left = select(col(HandoverRow.doctor_id))
    query: Select[*tuple[Any, ...]] = (
        select(HandoverRow, display_name(AccountRow), col(DoctorRow.specialty))
        .join(AccountRow, col(AccountRow.id) == col(HandoverRow.doctor_id))
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(HandoverRow.doctor_id))
        .where(is_wanted, col(HandoverRow.doctor_id).in_(open_work.doctors_with_work(left, now(), zone)))
    )
    rows, next_cursor = await fetch_page(db, query, _BY_DOCTOR, wanted)
    works = await open_work.count(db, [row.doctor_id for row, _, _ in rows], now(), zone)
    people = await people_by_id(db, [row.colleague_id for row, _, _ in rows])
    items = [
        Handover(
            doctor=Practitioner(
                id=row.doctor_id,
                full_name=full_name,
                specialty=specialty or None,
                specialty_names=names_of(specialty),
                bookable=False,
            ),
            left_at=row.left_at,
            colleague=people[row.colleague_id].person() if row.colleague_id else None,
            work=works[row.doctor_id],
        )
        for row, full_name, specialty in rows
    ]
    return Handovers(items=items, next_cursor=next_cursor)


async def _check_nothing_waits(db: WriteSession, doctor_id: int, zone: ZoneInfo) -> None:
    """Raise WorkWaits where the doctor has open work and a colleague exists that could do it."""
    work = await _work(db, doctor_id, zone)
    if work.total and await _has_others(db, Role.DOCTOR, doctor_id):
        raise WorkWaits("This doctor has open work. Name the doctor that takes it over in colleague_id.", work=work)


async def _work(db: AnySession, doctor_id: int, zone: ZoneInfo) -> OpenWork:
    doctor_ids = [doctor_id, *(await _handed_to(db, doctor_id))]
    return open_work.added((await open_work.count(db, doctor_ids, now(), zone)).values())


async def _has_others(db: AnySession, role: Role, account_id: int) -> bool:
    """Return whether another active account has this role."""
    others = select(col(AccountRow.id)).where(
        col(AccountRow.role) == role.value, col(AccountRow.active), col(AccountRow.id) != account_id
    )
    return (await db.execute(others.limit(1))).first() is not None


async def _handed_to(db: AnySession, doctor_id: int) -> list[int]:
    return list((await db.execute(handed_to(doctor_id))).scalars())


def _can_act(account: AccountRow) -> bool:
    return account.active and account.role == Role.DOCTOR.value
