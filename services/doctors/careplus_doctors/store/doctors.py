"""Statements about doctors' profiles."""

from sqlalchemy import func, or_, select
from sqlmodel import col

from careplus_clinic.search_keys import equality_key
from careplus_clinic.specialties import names_of
from careplus_contracts.doctors import BookingMode, Doctor, DoctorFilter, Doctors, UpdateProfile
from careplus_contracts.endpoints import Role
from careplus_contracts.refusals import NotFound, Unauthenticated
from careplus_contracts.texts import normal_email
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.http.records import by_name, fetch_page
from careplus_runtime.identity.tokens import Identity
from careplus_tables.accounts import AccountRow
from careplus_tables.doctors import DoctorRow
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.handovers import HandoverRow
from careplus_tables.people import display_key, has_words

AccountAndProfile = tuple[AccountRow, DoctorRow]
"""A doctor's account and profile; a blank profile that is not stored where the doctor has none."""

_BY_NAME = by_name(display_key(AccountRow), col(AccountRow.id), lambda row: ((row[1] or row[0]).sort_key, row[0].id))


async def current_account(db: AnySession, who: Identity) -> AccountAndProfile:
    """Return the caller's account and profile. Raise Unauthenticated where the account is gone or deactivated."""
    try:
        account, profile = await lock_for_update(db, who, who.id)
    except NotFound:
        raise Unauthenticated("This account is closed.") from None
    if not account.active:
        raise Unauthenticated("This account is closed.")
    return account, profile


async def lock_for_update(db: AnySession, who: Identity, doctor_id: int) -> AccountAndProfile:
    """Return the own account and profile, or any for administrators, locked until the transaction ends. Raise NotFound."""
    # lock the account, because the profile may not exist yet
    account = await db.get(AccountRow, doctor_id, with_for_update={"key_share": True})
    if account is None or (who.role is not Role.ADMIN and doctor_id != who.id):
        raise NotFound(NOTHING_HERE)
    # administrators arrange the visits of doctors that have another role now
    if account.role != Role.DOCTOR.value and (who.role is not Role.ADMIN or await db.get(HandoverRow, doctor_id) is None):
        raise NotFound(NOTHING_HERE)
    return account, await db.get(DoctorRow, doctor_id) or _blank(account)


async def list_all(db: ReadSession, wanted: DoctorFilter) -> Doctors:
    """Return doctors by name, with or without a profile, also the ones that have another role now."""
    query = (
        select(AccountRow, DoctorRow)
        .outerjoin(DoctorRow, col(DoctorRow.id) == col(AccountRow.id))
        .where(or_(col(AccountRow.role) == Role.DOCTOR.value, col(AccountRow.id).in_(select(col(HandoverRow.doctor_id)))))
    )
    if wanted.q and (text := wanted.q.strip()):
        key = func.coalesce(col(DoctorRow.search_key), col(AccountRow.search_key))
        in_email = col(AccountRow.email).contains(normal_email(text), autoescape=True)
        query = query.where(or_(has_words(key, text), in_email))
    if wanted.specialty and (specialty := equality_key(wanted.specialty)):
        query = query.where(col(DoctorRow.specialty_key) == specialty)
    if wanted.active is not None:
        query = query.where(func.coalesce(col(DoctorRow.active), False) == wanted.active)
    rows, next_cursor = await fetch_page(db, query, _BY_NAME, wanted)
    return Doctors(items=[to_contract(account, profile or _blank(account)) for account, profile in rows], next_cursor=next_cursor)


async def add(db: WriteSession, who: Identity, doctor_id: int, body: UpdateProfile) -> Doctor:
    """Store the profile of an account that was just invited, for the first time or again. Raise NotFound."""
    account, profile = await lock_for_update(db, who, doctor_id)
    if profile not in db:
        profile.version = 0
    return await save(db, account, profile, body, active=True)


async def save(
    db: WriteSession, account: AccountRow, profile: DoctorRow, body: UpdateProfile, *, active: bool | None = None
) -> Doctor:
    """Store a new or changed profile as its next version. `active` None leaves it, and is true for a new profile."""
    if profile not in db:
        profile.active = True
        db.add(profile)
    if active is not None:
        profile.active = active
    profile.full_name = body.full_name
    profile.specialty = body.specialty
    profile.bio = body.bio
    profile.languages = body.languages
    profile.phone = body.phone
    profile.room = body.room
    profile.booking = body.booking.value
    profile.version += 1
    await db.flush()
    return to_contract(account, profile)


def to_contract(account: AccountRow, profile: DoctorRow) -> Doctor:
    """Return the account and profile as one answer."""
    return Doctor(
        id=profile.id,
        email=account.sign_in_email,
        full_name=profile.full_name,
        specialty=profile.specialty or None,
        specialty_names=names_of(profile.specialty),
        bio=profile.bio,
        languages=profile.languages,
        phone=profile.phone,
        room=profile.room,
        booking=BookingMode(profile.booking),
        active=profile.active,
        account_active=account.active and account.role == Role.DOCTOR.value,
        version=profile.version,
    )


def _blank(account: AccountRow) -> DoctorRow:
    assert account.id is not None
    # a doctor without a profile is neither found nor booked, so it is inactive
    return DoctorRow(
        id=account.id,
        full_name=account.full_name,
        specialty="",
        bio="",
        languages=[],
        phone=None,
        room=None,
        booking=BookingMode.ONLINE.value,
        active=False,
    )
