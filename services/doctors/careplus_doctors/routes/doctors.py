"""Profiles of doctors: the own one for a doctor, all of them for administrators."""

from fastapi import Request

from careplus_contracts import doctors as contract
from careplus_contracts.doctors import AddDoctor, Doctor, Doctors, NewDoctor, UpdateDoctor, UpdateProfile
from careplus_contracts.values import Id
from careplus_doctors.invitation import invite
from careplus_doctors.rules.profiles import check_specialty
from careplus_doctors.store import doctors as store
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.show_profile)
async def show_profile(*, who: CurrentUser, db: ReadDb) -> Doctor:
    return store.to_contract(*await store.current_account(db, who))


@routes.serve(contract.update_profile)
async def update_profile(body: UpdateProfile, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> Doctor:
    account, profile = await store.current_account(db, who)
    check_version(profile.version, expected)
    check_specialty(profile.specialty, body.specialty)
    return await store.save(db, account, profile, body)


@routes.serve(contract.list_doctors)
async def list_doctors(query: contract.DoctorFilter, *, db: ReadDb) -> Doctors:
    return await store.list_all(db, query)


@routes.serve(contract.add_doctor)
async def add_doctor(body: AddDoctor, *, who: CurrentUser, db: WriteDb, settings: AppSettings, request: Request) -> NewDoctor:
    # the transaction begins with the first statement, so none is open during the call to auth
    invitation = await invite(request, settings, body)
    doctor = await store.add(db, who, invitation.account_id, body)
    return NewDoctor(
        **dict(doctor),
        invitation_code=invitation.code,
        invitation_url=invitation.url,
        invitation_expires_at=invitation.expires_at,
        waits_for=invitation.waits_for,
    )


@routes.serve(contract.show_doctor_profile)
async def show_doctor_profile(doctor_id: Id, *, who: CurrentUser, db: ReadDb) -> Doctor:
    return store.to_contract(*await store.lock_for_update(db, who, doctor_id))


@routes.serve(contract.update_doctor, path_record=store.lock_for_update)
async def update_doctor(doctor_id: Id, body: UpdateDoctor, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> Doctor:
    account, profile = await store.lock_for_update(db, who, doctor_id)
    check_version(profile.version, expected)
    return await store.save(db, account, profile, body, active=body.active)
