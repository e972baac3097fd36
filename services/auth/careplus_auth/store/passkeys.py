"""Statements about passkeys."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_auth import rules
from careplus_auth.crypto.vault import Vault
from careplus_auth.sign_in.passkeys import ALGORITHMS, NewPasskey, counter_of, user_handle
from careplus_auth.store import passkey_challenges
from careplus_contracts.passkey_ceremonies import KnownPasskey, PasskeyAssertion, PasskeyRequest
from careplus_contracts.passkeys import MAX_PASSKEYS, Passkey, PasskeyOptions, PasskeyRegistered, RegisterPasskey, TooManyPasskeys
from careplus_contracts.refusals import NotFound
from careplus_runtime.http.problems import NOTHING_HERE
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow
from careplus_tables.engine import AnySession, WriteSession
from careplus_tables.passkeys import PasskeyRow, Purpose


async def of_account(db: AnySession, account: AccountRow) -> Sequence[PasskeyRow]:
    """Return the passkeys of an account, the oldest first."""
    own = select(PasskeyRow).where(col(PasskeyRow.account_id) == account.id).order_by(col(PasskeyRow.id))
    return (await db.execute(own.limit(MAX_PASSKEYS))).scalars().all()


async def request(db: WriteSession, settings: Settings, account: AccountRow) -> PasskeyRequest | None:
    """Return a request to the account's passkeys with a new challenge, or None where it has none."""
    known = await of_account(db, account)
    if not known:
        return None
    return PasskeyRequest(
        challenge=await passkey_challenges.create(db, account, Purpose.SIGN_IN),
        relying_party=settings.passkey_relying_party,
        credentials=[_known(row) for row in known],
        timeout_ms=rules.PASSKEY_TIMEOUT_MS,
    )


async def accepts(db: WriteSession, settings: Settings, account: AccountRow, assertion: PasskeyAssertion) -> bool:
    """Return whether a passkey of the account signed an open challenge, which is used up in any case."""
    challenge = await passkey_challenges.use(db, account, Purpose.SIGN_IN, assertion.client_data)
    own = (col(PasskeyRow.account_id) == account.id, col(PasskeyRow.credential) == assertion.credential)
    row = (await db.execute(select(PasskeyRow).where(*own).with_for_update())).scalar_one_or_none()
    if challenge is None or row is None:
        return False
    counter = counter_of(settings, assertion, challenge, row.public_key, row.sign_count)
    if counter is None:
        return False
    row.sign_count, row.last_used_at = counter, now()
    return True


async def prepare(db: WriteSession, vault: Vault, settings: Settings, account: AccountRow) -> PasskeyOptions:
    """Return the options for a new passkey. Raise TooManyPasskeys."""
    await _check_space(db, account)
    return PasskeyOptions(
        challenge=await passkey_challenges.create(db, account, Purpose.REGISTER),
        relying_party=settings.passkey_relying_party,
        relying_party_name=settings.hospital,
        user_handle=user_handle(vault, account),
        user_name=account.sign_in_email,
        display_name=account.full_name,
        algorithms=[algorithm.value for algorithm in ALGORITHMS],
        registered=[_known(row) for row in await of_account(db, account)],
        timeout_ms=rules.PASSKEY_TIMEOUT_MS,
    )


async def add(db: WriteSession, account: AccountRow, body: RegisterPasskey, proved: NewPasskey) -> Passkey:
    """Insert a passkey. Raise TooManyPasskeys, and PasskeyRegistered where any account has it."""
    assert account.id is not None
    await _check_space(db, account)
    row = PasskeyRow(
        account_id=account.id,
        credential=proved.credential,
        public_key=proved.public_key,
        sign_count=proved.sign_count,
        transports=" ".join(body.transports),
        name=body.name,
        created_at=now(),
        last_used_at=None,
    )
    db.add(row)
    try:
        await db.flush()
    except IntegrityError:
        raise PasskeyRegistered("Use it as it is, or register another one.") from None
    return to_contract(row)


async def find(db: WriteSession, who: Identity, passkey_id: int) -> PasskeyRow:
    """Return a passkey of the caller. Raise NotFound."""
    own = select(PasskeyRow).where(col(PasskeyRow.id) == passkey_id, col(PasskeyRow.account_id) == who.id)
    row = (await db.execute(own.with_for_update())).scalar_one_or_none()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row


def to_contract(row: PasskeyRow) -> Passkey:
    assert row.id is not None
    return Passkey(id=row.id, name=row.name, created_at=row.created_at, last_used_at=row.last_used_at)


def _known(row: PasskeyRow) -> KnownPasskey:
    return KnownPasskey(credential=row.credential, transports=row.transports.split())


async def _check_space(db: WriteSession, account: AccountRow) -> None:
    """Raise TooManyPasskeys. The account is locked, so that concurrent registrations count each other."""
    counted = select(func.count()).select_from(PasskeyRow).where(col(PasskeyRow.account_id) == account.id)
    if (await db.execute(counted)).scalar_one() >= MAX_PASSKEYS:
        raise TooManyPasskeys("Remove one that you do not use any more.")
