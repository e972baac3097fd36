"""Notices about visits: the choice of each patient, and reception's list."""

from fastapi import Request

from careplus_auth.notices.opt_out import account_of, forwarding_page
from careplus_auth.store import accounts, notice_choices, visit_notices
from careplus_contracts import notices as contract
from careplus_contracts.notices import NoticeChoices, OptOutToken, SetNoticeChoices, VisitNotice, VisitNotices
from careplus_contracts.values import Id
from careplus_runtime.audit.recorder import identify_subject
from careplus_runtime.http.dependencies import AppSettings, CurrentUser, ReadDb, WriteDb
from careplus_runtime.http.serving import Routes

routes = Routes()


@routes.serve(contract.show_notice_choices)
async def show_notice_choices(*, who: CurrentUser, db: ReadDb, settings: AppSettings) -> NoticeChoices:
    return await notice_choices.find(db, who.id, settings)


@routes.serve(contract.set_notice_choices)
async def set_notice_choices(body: SetNoticeChoices, *, who: CurrentUser, db: WriteDb, settings: AppSettings) -> NoticeChoices:
    await notice_choices.choose(db, who.id, body)
    return await notice_choices.find(db, who.id, settings)


@routes.serve(contract.open_reminders_off)
async def open_reminders_off(opt_out_token: OptOutToken, *, settings: AppSettings) -> str:
    return forwarding_page(settings, opt_out_token)


@routes.serve(contract.switch_reminders_off)
async def switch_reminders_off(opt_out_token: OptOutToken, *, request: Request, db: WriteDb, settings: AppSettings) -> None:
    account = await notice_choices.switch_reminders_off(db, account_of(settings, opt_out_token))
    identify_subject(request, accounts.to_contract(account))


@routes.serve(contract.list_notices)
async def list_notices(query: contract.NoticeFilter, *, who: CurrentUser, db: ReadDb) -> VisitNotices:
    return await visit_notices.list_all(db, who, query)


@routes.serve(contract.mark_called)
async def mark_called(notice_id: Id, *, who: CurrentUser, db: WriteDb) -> VisitNotice:
    await visit_notices.mark_called(db, who, await visit_notices.find(db, who, notice_id))
    return await visit_notices.show(db, who, notice_id)


@routes.serve(contract.resend_notice)
async def resend_notice(notice_id: Id, *, who: CurrentUser, db: WriteDb) -> VisitNotice:
    await visit_notices.resend(db, await visit_notices.find(db, who, notice_id))
    return await visit_notices.show(db, who, notice_id)
