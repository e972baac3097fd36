"""Notices of referrals and results: once, only while true and wanted, and nothing clinical. On SQLite and PostgreSQL."""

import pytest

from careplus_contracts.referrals import ReferralStatus
from careplus_contracts.results import ResultStatus
from careplus_contracts.values import PortalLanguage
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import Database
from careplus_tables.labs import LabResultRow
from careplus_tables.notices import NoticeRow
from careplus_tables.referrals import ReferralRow
from tests.auth.postbox import Postbox
from tests.auth.record_notices import choose, database, due, postbox, referred, settings, told, url
from tests.auth.visit_notices import PATIENT, ahead, change, configured, send_all, states
from tests.mailbox import text_of

__all__ = ["database", "postbox", "settings", "url"]
# Like a local mail server that accepts passwords without TLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
RELEASED, CORRECTED, REFERRAL = "result_released", "result_corrected", "referral_made"


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        (PortalLanguage.EN, "A new result is in your record", "Sign in to read it:"),
        (PortalLanguage.DE, "Ein neues Ergebnis ist in Ihrer Akte", "Melden Sie sich an, um es zu lesen:"),
    ],
)
async def test_results_released_together_are_one_mail(
    database: Database, postbox: Postbox, settings: Settings, language: PortalLanguage, subject: str, said: str
) -> None:
    await change(database, AccountRow, language=language.value)
    for _ in range(2):
        await told(database, 1, 2)
    await send_all(database, settings)
    assert await states(database) == [(RELEASED, "waiting")] * 2
    await due(database)
    await send_all(database, settings)
    assert await states(database) == [(RELEASED, "sent"), (RELEASED, "withdrawn")]
    [(to, mail)] = postbox.taken
    assert (to, mail["Subject"]) == ([f"{PATIENT}@example.org"], subject)
    assert said in text_of(mail)
    assert "https://care.example.org/results" in text_of(mail)
    html = mail.get_body(("html",))
    assert html is not None
    assert f'<html lang="{language.value}">' in html.get_content()
    assert not {"cbc", "oncology", "pia", "able"} & set(mail.as_string().lower().split())


async def test_result_released_later_is_told_again(database: Database, postbox: Postbox, settings: Settings) -> None:
    await told(database, 1)
    await due(database)
    await send_all(database, settings)
    await change(database, NoticeRow, created_at=ahead(-2), sent_at=ahead(-1))
    await told(database, 2)
    await change(database, NoticeRow, due_at=now())
    await send_all(database, settings)
    assert await states(database) == [(RELEASED, "sent")] * 2
    assert len(postbox.taken) == 2


async def test_hidden_result_is_not_told(database: Database, postbox: Postbox, settings: Settings) -> None:
    await told(database, 1)
    await told(database, 1, corrected=True)
    await change(database, LabResultRow, status=ResultStatus.VERIFIED.value)
    await due(database)
    await send_all(database, settings)
    assert (await states(database), postbox.taken) == ([(RELEASED, "withdrawn"), (CORRECTED, "withdrawn")], [])


async def test_correction_is_told_whatever_is_chosen(database: Database, postbox: Postbox, settings: Settings) -> None:
    await choose(database, results=False)
    await told(database, 1)
    for _ in range(2):
        await told(database, 1, corrected=True)
    await due(database)
    await send_all(database, settings)
    assert await states(database) == [(RELEASED, "withdrawn"), (CORRECTED, "sent")]
    [(_, mail)] = postbox.taken
    assert mail["Subject"] == "A result in your record was corrected"


async def test_referral_is_told_once_unless_cancelled(database: Database, postbox: Postbox, settings: Settings) -> None:
    for _ in range(2):
        await referred(database)
    await send_all(database, settings)
    assert await states(database) == [(REFERRAL, "sent")]
    [(_, mail)] = postbox.taken
    assert mail["Subject"] == "A new referral is in your record"
    assert "https://care.example.org/referrals" in text_of(mail)
    assert not {"lump", "breast", "oncology"} & set(mail.as_string().lower().split())
    await change(database, ReferralRow, status=ReferralStatus.CANCELLED.value)
    await change(database, NoticeRow, state="waiting", due_at=now())
    await send_all(database, settings)
    assert await states(database) == [(REFERRAL, "withdrawn")]


@pytest.mark.parametrize(("unwanted", "state"), [("referrals", "withdrawn"), ("refills", "sent")])
async def test_unwanted_kind_is_withdrawn(database: Database, settings: Settings, unwanted: str, state: str) -> None:
    await choose(database, **{unwanted: False})
    await referred(database)
    await send_all(database, settings)
    assert await states(database) == [(REFERRAL, state)]


async def test_records_are_told_in_the_morning(database: Database, postbox: Postbox, settings: Settings) -> None:
    assert settings.smtp_url is not None
    await referred(database)
    await told(database, 1)
    await due(database)
    await send_all(database, configured(settings.data, settings.smtp_url, hour=23))
    assert (await states(database), postbox.taken) == ([(REFERRAL, "waiting"), (RELEASED, "waiting")], [])
