"""Mails are delivered at least once, over a real SMTP server or into files; their text is deleted afterwards."""

import asyncio
import email
import io
import json
import re
import stat
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from pyotp import TOTP

from careplus_auth import background, rules
from careplus_auth.crypto.vault import Vault
from careplus_auth.mail.delivery import compose, server
from careplus_auth.mail.templates import BEFORE_CONFIRMATION, Kind, write
from careplus_auth.store import accounts, confirmations, mails, purging
from careplus_auth.store.mails import QueuedMail
from careplus_contracts.accounts import Register
from careplus_contracts.values import Email, PortalLanguage
from careplus_runtime.process import logs
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database
from tests import databases
from tests.attacks import hostile
from tests.attacks.hostile import HOSTILE, LINES, accepts
from tests.auth.postbox import Postbox, mail_server
from tests.authenticator import register
from tests.hospital import ADMIN, PASSWORD, Hospital, Person, free_port
from tests.mailbox import mails as mails_to
from tests.world import made

# Like a local mail server that accepts passwords without TLS.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
LINK = "http://localhost:5000/register#invitation=abcdefgh&email=me%40example.org"
VAULT = Vault(["k" * 40], "what is kept encrypted")


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def smtp_url(postbox: Postbox) -> Iterator[str]:
    with mail_server(postbox) as url:
        yield url


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Yield the captured log."""
    written = io.StringIO()
    with redirect_stdout(written):
        logs.configure("auth", "info")
        yield written


def settings(folder: Path, smtp_url: str | None = None) -> Settings:
    return Settings(_env_file=None, data=folder, smtp_url=smtp_url, origins="https://care.example.org")


async def queued(database: Database, kind: Kind = Kind.INVITATION, to: str = "me@example.org", link: str | None = LINK) -> None:
    async with database.writing() as db:
        await mails.queue(db, VAULT, kind, to, link)


def rows(tmp_path: Path) -> list[dict[str, Any]]:
    return databases.named_rows(databases.url(tmp_path), "SELECT * FROM mails ORDER BY id")


def change(tmp_path: Path, assignment: str) -> None:
    databases.execute(databases.url(tmp_path), f"UPDATE mails SET {assignment}")


async def test_mail_is_delivered_once(database: Database, postbox: Postbox, smtp_url: str, tmp_path: Path) -> None:
    await queued(database)
    assert "example" not in str(rows(tmp_path)), "recipient and text are encrypted"
    assert await background.send_one(database, settings(tmp_path, smtp_url), VAULT)
    assert not await background.send_one(database, settings(tmp_path, smtp_url), VAULT)
    [(to, mail)] = postbox.taken
    assert (to, mail["To"], mail["Subject"]) == (["me@example.org"], "me@example.org", "Your account at CarePlus Hospital")
    assert mail["From"] == "CarePlus Hospital <no-reply@care.example.org>"
    assert LINK in mail.get_content()
    [row] = rows(tmp_path)
    assert (row["attempts"], row["ciphertext"]) == (1, None)


async def test_mailed_domain_is_ascii(database: Database, postbox: Postbox, smtp_url: str, tmp_path: Path) -> None:
    await queued(database, to="me@müller.example")
    assert await background.send_one(database, settings(tmp_path, smtp_url), VAULT)
    [(to, mail)] = postbox.taken
    assert (to, mail["To"]) == (["me@xn--mller-kva.example"], "me@xn--mller-kva.example")


async def test_failed_delivery_is_retried(database: Database, postbox: Postbox, smtp_url: str, tmp_path: Path) -> None:
    await queued(database)
    nowhere = f"smtp://127.0.0.1:{free_port()}"
    for url in (nowhere, smtp_url.replace("care%20plus", "somebody")):
        assert await background.send_one(database, settings(tmp_path, url), VAULT)
        assert not await background.send_one(database, settings(tmp_path, url), VAULT), "the retry is delayed"
        change(tmp_path, "due_at = created_at")
    assert postbox.taken == []
    assert await background.send_one(database, settings(tmp_path, smtp_url), VAULT)
    assert len(postbox.taken) == 1
    assert rows(tmp_path)[0]["attempts"] == 3


async def test_refused_mail_is_given_up_and_its_text_deleted(
    database: Database, postbox: Postbox, smtp_url: str, tmp_path: Path, logged: io.StringIO
) -> None:
    postbox.refuses = "550 no such user me@example.org"
    await queued(database)
    change(tmp_path, f"attempts = {rules.MAIL_ATTEMPTS - 1}")
    assert await background.send_one(database, settings(tmp_path, smtp_url), VAULT)
    [row] = rows(tmp_path)
    assert row["ciphertext"] is None
    line = json.loads(logged.getvalue().splitlines()[-1])
    assert (line["event"], line["reason"], line["again"]) == ("mail_not_sent", "SMTPDataError 550", False)
    assert "example.org" not in str(line)
    assert not await background.send_one(database, settings(tmp_path, smtp_url), VAULT)


async def test_mail_with_expired_lease_is_sent_again(database: Database, postbox: Postbox, smtp_url: str, tmp_path: Path) -> None:
    await queued(database)
    async with database.writing() as db:
        assert await mails.claim(db, VAULT) is not None
    assert not await background.send_one(database, settings(tmp_path, smtp_url), VAULT), "the lease has not ended"
    change(tmp_path, "due_at = created_at")
    assert await background.send_one(database, settings(tmp_path, smtp_url), VAULT)
    assert len(postbox.taken) == 1


async def test_slow_mail_server_times_out_before_the_lease(
    database: Database, tmp_path: Path, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def deliver(*_: object) -> None:
        await asyncio.Event().wait()

    assert timedelta(seconds=background.SEND_TIMEOUT_S) < mails.LEASE
    monkeypatch.setattr(background, "deliver", deliver)
    monkeypatch.setattr(background, "SEND_TIMEOUT_S", 0.01)
    await queued(database)
    async with asyncio.timeout(20):
        assert await background.send_one(database, settings(tmp_path), VAULT)
    line = json.loads(logged.getvalue().splitlines()[-1])
    assert (line["event"], line["reason"], line["again"]) == ("mail_not_sent", "TimeoutError", True)


async def test_claimed_mail_is_not_claimed_twice(database: Database, postbox: Postbox, smtp_url: str, tmp_path: Path) -> None:
    other = Database(databases.url(tmp_path))
    for number in range(6):
        await queued(database, to=f"{number}@example.org")
    ours = settings(tmp_path, smtp_url)
    await asyncio.gather(*(background.send_one(one, ours, VAULT) for one in (database, other) for _ in range(6)))
    await other.close()
    assert sorted(to[0] for to, _ in postbox.taken) == [f"{number}@example.org" for number in range(6)]


async def test_mail_without_server_becomes_private_file(database: Database, tmp_path: Path, logged: io.StringIO) -> None:
    await queued(database)
    assert await background.send_one(database, settings(tmp_path), VAULT)
    [file] = (tmp_path / "mail").iterdir()
    assert file.name == "000001-invitation.eml"
    assert [stat.S_IMODE(place.stat().st_mode) for place in (file.parent, file)] == [0o700, 0o600]
    assert LINK in email.message_from_bytes(file.read_bytes(), policy=default).get_content()
    line = json.loads(logged.getvalue().splitlines()[-1])
    assert (line["event"], line["file"]) == ("mail_written", str(file))
    assert "me@example.org" not in str(line)
    assert LINK not in str(line)


async def test_reset_for_unknown_email_sends_no_mail(database: Database, tmp_path: Path) -> None:
    await queued(database, Kind.PASSWORD_RESET, "nobody@example.org", None)
    assert await background.send_one(database, settings(tmp_path), VAULT)
    assert rows(tmp_path) == []
    assert not (tmp_path / "mail").exists()


@pytest.mark.parametrize("kind", Kind)
async def test_unconfirmed_address_gets_few_kinds_of_mail(database: Database, tmp_path: Path, kind: Kind) -> None:
    body = Register(email="me@example.org", password="seven-quiet-herons", full_name="Me")
    async with database.writing() as db:
        account = await accounts.add(db, body, "hash", confirmed=False)
    await queued(database, kind)
    await background.send_one(database, settings(tmp_path), VAULT)
    assert (tmp_path / "mail").exists() is (kind in BEFORE_CONFIRMATION)
    async with database.writing() as db:
        await confirmations.confirm(db, await db.merge(account))
    await queued(database, kind)
    await background.send_one(database, settings(tmp_path), VAULT)
    assert any(kind.value in file.name for file in (tmp_path / "mail").iterdir())


async def test_undecryptable_mail_is_given_up(database: Database, tmp_path: Path, logged: io.StringIO) -> None:
    await queued(database)
    assert await background.send_one(database, settings(tmp_path), Vault(["n" * 40], "what is kept encrypted"))
    assert rows(tmp_path)[0]["ciphertext"] is None
    assert json.loads(logged.getvalue())["event"] == "mail_not_decrypted"
    assert not (tmp_path / "mail").exists()


@pytest.mark.parametrize("spoilt", ["ciphertext", "kind"])
async def test_malformed_mail_does_not_block_the_queue(database: Database, tmp_path: Path, spoilt: str) -> None:
    await queued(database)
    change(tmp_path, f"due_at = created_at, {spoilt} = '{VAULT.encrypt('[]')}'")
    await queued(database)
    for _ in range(2):
        assert await background.send_one(database, settings(tmp_path), VAULT)
    assert [row["ciphertext"] for row in rows(tmp_path)] == [None, None]
    assert [file.name for file in (tmp_path / "mail").iterdir()] == ["000002-invitation.eml"]


async def test_background_task_continues_after_an_error(
    database: Database, tmp_path: Path, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    await queued(database)
    delivered, claim = asyncio.Event(), mails.claim

    async def fail_once(*_: object) -> None:
        monkeypatch.setattr(mails, "claim", claim)
        raise KeyError

    async def deliver(*_: object) -> None:
        delivered.set()

    monkeypatch.setattr(mails, "claim", fail_once)
    monkeypatch.setattr(background, "deliver", deliver)
    working = asyncio.create_task(background.run(database, settings(tmp_path), VAULT))
    async with asyncio.timeout(20):
        await delivered.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert json.loads(logged.getvalue().splitlines()[0])["reason"] == "KeyError"


async def test_sent_mails_are_purged_after_thirty_days(database: Database, tmp_path: Path) -> None:
    await queued(database)
    await queued(database)
    change(tmp_path, "created_at = '2020-01-01T00:00:00Z' WHERE id = 1")
    async with database.writing() as db:
        assert await purging.purge(db) == 1
    assert [row["id"] for row in rows(tmp_path)] == [2]


HEADERS = sorted(
    [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    ]
)
ADDRESSES = [
    *("o'neil+x@example.org", "a,b@example.org", '"<script>@example.org', "=?utf-8?q?x?=@example.org", "ü@exämple.org"),
    *(address for text in HOSTILE if accepts(Email, address := f"{text}@example.org")),
    *(address for text in HOSTILE if accepts(Email, address := f"me@{text}.example.org")),
    # Without characters that an address cannot hold.
    *{f"{re.sub(r'[^!-?A-~]', '', text)[:60]}@example.org" for text in HOSTILE if re.search("[!-?A-~]", text)},
]


def check_plain(mail: EmailMessage, to: str) -> None:
    """Assert the usual headers only, one recipient and one part."""
    assert sorted(mail.keys()) == HEADERS
    assert mail["To"].defects == mail["From"].defects == mail["Subject"].defects == ()
    assert [(one.display_name, one.addr_spec) for one in mail["To"].addresses] == [("", to)]
    assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]
    assert mail.defects == []


@pytest.mark.parametrize("language", PortalLanguage)
@pytest.mark.parametrize("kind", Kind)
def test_odd_address_adds_no_header(tmp_path: Path, kind: Kind, language: PortalLanguage) -> None:
    assert len(ADDRESSES) > 80
    # no text depends on the address: each kind gets some, and one gets all
    for to in ADDRESSES if (kind, language) == (Kind.INVITATION, PortalLanguage.EN) else ADDRESSES[list(Kind).index(kind) :: 16]:
        assert accepts(Email, to)
        written = compose(QueuedMail(1, kind, 1, to, LINK, language).outgoing, settings(tmp_path)).as_bytes()
        head = written.partition(b"\r\n\r\n")[0]
        names = [line.partition(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
        assert sorted(names) == HEADERS, to
        mail = email.message_from_bytes(written, policy=default)
        assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]
        assert mail.get_content().replace("\r\n", "\n") == write(kind, language, settings(tmp_path), LINK)[1]
        addresses = [(one.username, one.domain) for one in mail["To"].addresses]
        if to.isascii() and to.endswith("@example.org") and "=?" not in to:
            assert addresses == [(to.removesuffix("@example.org"), "example.org")]
        assert len(addresses) == 1, to


@pytest.mark.parametrize("special", '()<>[]:;,"\\')
def test_domain_with_special_character_is_refused(special: str) -> None:
    assert not accepts(Email, f"a@b{special}example.org")


def test_mails_hold_no_name(hospital: Hospital) -> None:
    check_mails_to(hospital, [hostile.TEXTS["img"]])


@pytest.mark.attack
@pytest.mark.timeout(900)
def test_mails_hold_no_name_for_hostile_names(hospital: Hospital) -> None:
    # a mail has no place for a name, so one of each few is as good as all
    check_mails_to(hospital, LINES[::7])


FOR_STAFF = {Kind.CRITICAL_WAITS, Kind.CRITICAL_UNANSWERED, Kind.CHART_OPENED, Kind.AUDIT_HEAD, Kind.AUDIT_REFUSED, Kind.ALERT}
# sent after a first sign-on, or a link of two accounts
ABOUT_ACCOUNTS = set(Kind) - FOR_STAFF - {Kind.SIGN_ON_LINKED, Kind.RECORD_LINKED}
"""The mails about a person's own account; the others are the same for each recipient (tests/auth/test_escalation.py)."""


def check_mails_to(hospital: Hospital, names: list[str]) -> None:
    """Assert that people with these names get the same mails as Pia Novak, word for word."""
    admin = hospital.sign_in(ADMIN)
    pia, *others = [asks_for_every_mail(hospital, admin, name) for name in ("Pia Novak", *names)]
    admin.http.close()
    wanted = told(hospital, pia, len(ABOUT_ACCOUNTS))
    assert len(wanted) == len(ABOUT_ACCOUNTS)
    for name, to in zip(names, others, strict=True):
        assert told(hospital, to, len(ABOUT_ACCOUNTS)) == wanted, name


def asks_for_every_mail(hospital: Hospital, admin: Person, name: str) -> str:
    """Register a person of this name, trigger every mail, and return the e-mail."""
    to = f"mails-{time.monotonic_ns()}@example.org"
    # the invitation takes the address, which is not confirmed
    hospital.register(to, name).http.close()
    invited = made(admin.http.post("/api/admin/invitations", json={"email": to, "full_name": name, "role": "patient"}))
    person = hospital.register(to, name, invitation=invited["code"])
    assert person.http.post("/auth/password/forgot", json={"email": to}).status_code == 204
    secret = made(person.http.post("/auth/mfa", json={"password": PASSWORD}))["secret"]
    made(person.http.post("/auth/mfa/confirm", json={"otp": TOTP(secret).now()}), 200)
    # Each code works once.
    with hospital.client() as http:
        assert http.post("/auth/login", json={"email": to, "password": PASSWORD, "otp": "000000"}).status_code == 401
    proved = hospital.sign_in(to, otp=TOTP(secret).at(int(time.time()), counter_offset=1))
    _, added = register(hospital, proved)
    assert proved.http.delete(f"/auth/passkeys/{added['passkey']['id']}").status_code == 204
    assert proved.http.delete("/auth/mfa").status_code == 204
    new = {"current_password": PASSWORD, "new_password": f"{PASSWORD}-again"}
    assert proved.http.post("/auth/password", json=new).status_code == 204
    for http in (person.http, proved.http):
        http.close()
    return to


def told(hospital: Hospital, to: str, count: int) -> set[tuple[str, str]]:
    """Return subjects and texts of the mails to an address, without the codes of their links."""
    deadline = time.monotonic() + 60
    while len(came := mails_to(hospital, to)) < count:
        assert time.monotonic() < deadline, [mail["Subject"] for mail in came]
        time.sleep(0.1)
    assert len(came) == count
    for mail in came:
        check_plain(mail, to)
    return {(mail["Subject"], re.sub(r"#\S+", "#", mail.get_content())) for mail in came}


@pytest.mark.parametrize(
    ("url", "port", "encrypted", "start_tls"),
    [
        ("smtp://mail.example.org", 587, False, None),
        ("smtp://u:p@mail.example.org:2525", 2525, False, True),
        ("smtp://u:p@localhost:25", 25, False, None),
        ("smtps://u:p@mail.example.org", 465, True, False),
    ],
)
def test_smtp_password_is_sent_over_tls_only(url: str, port: int, encrypted: bool, start_tls: bool | None) -> None:
    connection = server(url)
    assert (connection["port"], connection["use_tls"], connection["start_tls"]) == (port, encrypted, start_tls)
