"""Patients at the desk."""

from fastapi import Request

from careplus_auth import patient_rules, rules
from careplus_auth.mail.templates import Kind
from careplus_auth.store import accounts, invitations, mails, patient_invitations, patients
from careplus_contracts import patients as contract
from careplus_contracts.patients import (
    DeskPatient,
    DeskPatients,
    InvitePatient,
    OpenInvitation,
    PatientInvitation,
    PatientSearch,
    RegisterPatient,
    UpdatePatient,
)
from careplus_contracts.texts import normal_email
from careplus_contracts.values import Id, PortalLanguage
from careplus_runtime.audit.recorder import identify_patients
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.find_patients)
async def find_patients(query: PatientSearch, *, who: CurrentUser, db: ReadDb) -> DeskPatients:
    return await patients.search(db, who, query)


@routes.serve(contract.show_patient)
async def show_patient(patient_id: Id, *, who: CurrentUser, db: ReadDb) -> DeskPatient:
    return patients.to_contract(await patients.find(db, who, patient_id))


@routes.serve(contract.register_patient)
async def register_patient(body: RegisterPatient, *, request: Request, who: CurrentUser, db: WriteDb) -> DeskPatient:
    desk = await accounts.current_account(db, who)
    candidates = [] if body.another_person else await patients.candidates(db, who, body)
    identify_patients(request, [one.id for one in candidates])
    patient_rules.check_is_none_of(candidates)
    return patients.to_contract(await patients.add(db, body, PortalLanguage(desk.language)))


@routes.serve(contract.update_patient, path_record=patients.find)
async def update_patient(patient_id: Id, body: UpdatePatient, *, who: CurrentUser, db: WriteDb, expected: IfMatch) -> DeskPatient:
    account = await patients.find(db, who, patient_id)
    rules.check_open(account.active)
    check_version(account.version, expected)
    if "contact" in body.model_fields_set:
        accounts.change_contact(account, body.contact)
    return patients.to_contract(accounts.change_phone(account, body.phone))


@routes.serve(contract.invite_patient, path_record=patients.find)
async def invite_patient(
    patient_id: Id, body: InvitePatient, *, request: Request, who: CurrentUser, db: WriteDb, settings: AppSettings
) -> PatientInvitation:
    account = await patients.find(db, who, patient_id)
    rules.check_open(account.active)
    patient_rules.check_invitable(who.role, account.password_hash, account.email, normal_email(body.email))
    if (owner := await patient_invitations.take_address(db, who, account, body)) is not None:
        identify_patients(request, [patient_id, owner], "address given to an invitation")
    await accounts.give_address(db, account, body.email)
    invitation = await invitations.add(db, account, settings.public_url)
    await mails.queue(db, request.app.state.vault, Kind.INVITATION, invitation.email, invitation.url)
    return PatientInvitation(patient_id=patient_id, email=invitation.email, expires_at=invitation.expires_at)


@routes.serve(contract.show_patient_invitation)
async def show_patient_invitation(patient_id: Id, *, who: CurrentUser, db: ReadDb) -> OpenInvitation:
    account = await patients.find(db, who, patient_id)
    return OpenInvitation(patient_id=patient_id, invitation=await patient_invitations.open_of(db, account))


@routes.serve(contract.withdraw_patient_invitation, path_record=patients.find)
async def withdraw_patient_invitation(patient_id: Id, *, who: CurrentUser, db: WriteDb) -> None:
    await invitations.delete_unused(db, await patients.find(db, who, patient_id))
