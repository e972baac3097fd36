"""Referrals: doctors send and answer them, patients read them."""

from careplus_contracts import referrals as contract
from careplus_contracts.referrals import Refer, Referral, ReferralCounts, ReferralLetter, Referrals, UpdateReferral
from careplus_contracts.values import Id
from careplus_doctors.rules.referrals import transitions
from careplus_doctors.store import referrals as store
from careplus_doctors.store.enclosing import enclosed
from careplus_doctors.store.referral_access import parties
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.care import check_in_care

routes = Routes()


@routes.serve(contract.refer)
async def refer(body: Refer, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> Referral:
    await check_in_care(db, who, body.patient_id)
    await store.check_target(db, who, body.to_doctor_id)
    chart = await enclosed(db, who, body.patient_id, body.enclose, settings.clinic_zone)
    return await store.add(db, who, body, chart, settings.clinic_zone)


@routes.serve(contract.list_referred)
async def list_referred(query: contract.ReferredFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Referrals:
    return await store.list_own(db, who, query, settings.clinic_zone, query.direction)


@routes.serve(contract.count_referred)
async def count_referred(*, who: CurrentUser, db: ReadDb, settings: AppSettings) -> ReferralCounts:
    return await store.count(db, who, settings.clinic_zone)


@routes.serve(contract.show_referred)
async def show_referred(referral_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> ReferralLetter:
    return await store.find(db, who, referral_id, settings.clinic_zone)


@routes.serve(contract.update_referral, path_record=store.check_own)
async def update_referral(
    referral_id: Id, body: UpdateReferral, *, who: CurrentUser, db: WriteDb, settings: AppSettings, expected: IfMatch
) -> Referral:
    row = await store.lock_for_update(db, who, referral_id)
    check_version(row.version, expected)
    present = await store.status_of(db, row)
    transitions(await parties(db, who, row)).check(present, body.status)
    return await store.change(db, who, row, present, body, settings.clinic_zone)


@routes.serve(contract.list_referrals)
async def list_referrals(query: contract.ReferralFilter, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> Referrals:
    return await store.list_own(db, who, query, settings.clinic_zone)


@routes.serve(contract.show_referral)
async def show_referral(referral_id: Id, *, who: CurrentUser, db: ReadDb, settings: AppSettings) -> ReferralLetter:
    return await store.find(db, who, referral_id, settings.clinic_zone)
