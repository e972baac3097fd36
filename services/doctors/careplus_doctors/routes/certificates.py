"""Certificates: doctors write and void them, patients read them."""

from careplus_contracts import certificates as contract
from careplus_contracts.certificates import Certificate, Certificates, CertifiedFilter, Certify, VoidCertificate
from careplus_contracts.values import Id, PageFilter
from careplus_doctors.store import certificates as store
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, IfMatch, ReadDb, WriteDb, check_version
from careplus_runtime.http.serving import Routes
from careplus_runtime.identity.care import check_in_care

routes = Routes()


@routes.serve(contract.certify)
async def certify(body: Certify, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> Certificate:
    await check_in_care(db, who, body.patient_id, body.appointment_id)
    return await store.add(db, who, body, settings.clinic_zone)


@routes.serve(contract.list_certified)
async def list_certified(query: CertifiedFilter, *, who: CurrentUser, db: ReadDb) -> Certificates:
    return await store.list_own(db, who, query)


@routes.serve(contract.show_certified)
async def show_certified(certificate_id: Id, *, who: CurrentUser, db: ReadDb) -> Certificate:
    return await store.find(db, who, certificate_id)


@routes.serve(contract.void_certificate, path_record=store.check_own)
async def void_certificate(
    certificate_id: Id, body: VoidCertificate, *, who: CurrentUser, db: WriteDb, expected: IfMatch
) -> Certificate:
    row = await store.lock_for_update(db, who, certificate_id)
    check_version(row.version, expected)
    return await store.void(db, who, row, body.reason)


@routes.serve(contract.list_certificates)
async def list_certificates(query: PageFilter, *, who: CurrentUser, db: ReadDb) -> Certificates:
    return await store.list_own(db, who, query)


@routes.serve(contract.show_certificate)
async def show_certificate(certificate_id: Id, *, who: CurrentUser, db: ReadDb) -> Certificate:
    return await store.find(db, who, certificate_id)
