"""The change of an account by administrators: role, activity, second factor, and the handover of a doctor's work."""

from fastapi import Request

from careplus_auth.mail.templates import Kind
from careplus_auth.store import handovers, mails, people, second_factors, sessions
from careplus_contracts.people import UpdateAccount
from careplus_runtime.audit.recorder import identify_patients
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import WriteSession


async def change(request: Request, db: WriteSession, settings: Settings, account: AccountRow, body: UpdateAccount) -> None:
    """Change a locked account and end its sessions; equal values have no effect. Raise WorkWaits and Malformed."""
    assert account.id is not None
    await people.check_owns_no_record(db, account, body.role)
    plan = await handovers.plan(db, account, body, settings.clinic_zone)
    loses_factor = body.second_factor is False and account.second_factor
    if loses_factor:
        await second_factors.remove(db, account)
        await mails.queue(db, request.app.state.vault, Kind.SECOND_FACTOR_OFF, account.sign_in_email)
    if plan.doctor_ids or (account.role, account.active) != (body.role, body.active):
        people.change(account, body)
    elif not loses_factor:
        return
    if plan.doctor_ids:
        patients = await handovers.hand_over(db, plan, settings.clinic_zone)
        identify_patients(request, patients, await handovers.words(db, plan))
    await sessions.end_all(db, account.id)
