"""Background work of auth: tell the privacy officer of charts that were opened in an emergency."""

from careplus_auth.crypto.vault import Vault
from careplus_auth.mail.templates import Kind
from careplus_auth.store import access_notices, mails
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database
from careplus_tables.locking import Work, takes_turn

PAGE = "/admin/emergency-access"


async def tell_privacy_officer(database: Database, settings: Settings, vault: Vault) -> int:
    """Queue a mail for each emergency access that has none, and return their number; 0 where no address is set."""
    if settings.privacy_officer is None:
        return 0
    async with database.reading() as db:
        if not await access_notices.is_any_due(db):
            return 0
    async with database.writing() as db:
        if not await takes_turn(db, Work.QUEUE_MAILS):
            return 0
        told = await access_notices.insert_missing(db)
        for _ in range(told):
            await mails.queue(db, vault, Kind.CHART_OPENED, settings.privacy_officer, f"{settings.public_url}{PAGE}")
    return told
