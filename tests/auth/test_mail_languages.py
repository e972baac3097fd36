"""Mails are in the language that the account has when they are sent."""

import email
import string
from email.policy import default
from pathlib import Path

import pytest

from careplus_auth import background
from careplus_auth.client_headers import preferred_language
from careplus_auth.crypto.vault import Vault
from careplus_auth.mail import delivery
from careplus_auth.mail.delivery import compose
from careplus_auth.mail.templates import TEMPLATES, Kind, write
from careplus_auth.store import accounts, mails
from careplus_auth.store.mails import QueuedMail
from careplus_contracts.accounts import Register
from careplus_contracts.endpoints import Role
from careplus_contracts.notices import NoticeKind
from careplus_contracts.values import InLanguages, PortalLanguage
from careplus_runtime.process.settings import Settings
from careplus_tables.engine import Database

EN, DE = PortalLanguage
LINK = "https://care.example.org/page"
VAULT = Vault(["k" * 40], "what is kept encrypted")
KINDS = [*Kind, *NoticeKind]
RESULTS = {NoticeKind.RESULT_RELEASED, NoticeKind.RESULT_CORRECTED}
VISITS = {kind for kind in NoticeKind if kind.value.startswith("visit_")}
WORDS = {
    **{
        "day": "Monday, 7 January 2030",
        "when": "Monday, 7 January 2030, 10:30",
        "before": "Friday, 4 January 2030, 9:00",
        "until": "9:30",
    },
    **{
        "doctor": "Dr Ann Other",
        "place": "Room 3",
        "reason": "",
        "preparation": "",
        "check_in": "",
        "opt_out": "https://care.example.org/off",
    },
}
CLINICAL = {
    EN: {"visit", "doctor", "result", "prescription", "appointment", "refill", "medicine", "patient"},
    DE: {"termin", "ärztin", "arzt", "befund", "ergebnis", "rezept", "verordnung", "folgerezept", "medikament", "patient"},
}


def settings(folder: Path) -> Settings:
    return Settings(_env_file=None, data=folder, origins="https://care.example.org")


def clinical(kind: Kind | NoticeKind, language: PortalLanguage) -> set[str]:
    """Return the words that the text may not have; mails about visits name the appointment, those about results a result."""
    named = {"appointment", "termin"} if kind in VISITS else {"result", "ergebnis"} if kind in RESULTS else set()
    return CLINICAL[language] - named


def test_each_language_has_a_text_for_every_kind() -> None:
    assert set(TEMPLATES) == set(PortalLanguage) == {PortalLanguage(name) for name in InLanguages.model_fields}
    for language, templates in TEMPLATES.items():
        assert set(templates) == {kind.value for kind in KINDS}, language


@pytest.mark.parametrize("language", PortalLanguage)
@pytest.mark.parametrize("kind", KINDS)
def test_mail_text_is_complete_and_not_clinical(tmp_path: Path, kind: Kind | NoticeKind, language: PortalLanguage) -> None:
    subject, text = write(kind, language, settings(tmp_path), LINK, WORDS)
    assert "{" not in subject + text
    assert any(line.endswith(LINK) for line in text.splitlines()), "the link ends its line"
    words = {word.strip(string.punctuation) for word in f"{subject} {text}".lower().split()}
    assert not clinical(kind, language) & words
    assert max(map(len, subject.splitlines())) < 78


@pytest.mark.parametrize("kind", KINDS)
def test_mail_texts_differ_between_languages(tmp_path: Path, kind: Kind | NoticeKind) -> None:
    english, german = (write(kind, language, settings(tmp_path), LINK, WORDS) for language in PortalLanguage)
    assert english[0] != german[0]
    assert english[1] != german[1]


def test_german_mail_is_ascii_on_the_wire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # the library would send short lines as 8-bit text
    monkeypatch.setattr(delivery, "write", lambda *_: ("Passwort", "Es wurde geändert.\n"))
    written = compose(QueuedMail(1, Kind.PASSWORD_CHANGED, 1, "me@example.org", LINK, DE).outgoing, settings(tmp_path)).as_bytes()
    assert written.isascii()
    assert "geändert" in email.message_from_bytes(written, policy=default).get_content()


async def test_mail_is_in_the_language_at_sending(database: Database, tmp_path: Path) -> None:
    details = {"email": "greta@example.org", "password": "seven-quiet-herons", "full_name": "Greta Groß", "role": Role.LAB}
    async with database.writing() as db:
        account = await accounts.add(db, Register.model_validate(details), "a hash", confirmed=True)
        assert account.language == EN
        for kind in (Kind.PASSWORD_CHANGED, Kind.PASSWORD_RESET):
            await mails.queue(db, VAULT, kind, account.sign_in_email)
        accounts.choose_language(account, DE)
    while await background.send_one(database, settings(tmp_path), VAULT):
        pass
    sent = [email.message_from_bytes(file.read_bytes(), policy=default) for file in sorted((tmp_path / "mail").iterdir())]
    assert [mail["Subject"] for mail in sent] == ["Ihr Passwort wurde geändert", "Wählen Sie ein neues Passwort"]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", EN),
        ("de-AT", DE),
        ("DE", DE),
        ("de,en;q=0.9", DE),
        ("en;q=0.5, de;q=0.9", DE),
        ("en,de", EN),
        ("fr-CH, fr;q=0.9, de;q=0.7, en;q=0.6", DE),
        ("en;q=0, de;q=0.1", DE),
        ("de;q=0", EN),
        ("*", EN),
        ("xx;q=1;q=2,,;", EN),
        ("de" * 5000, EN),
    ],
)
def test_preferred_language_follows_the_header(header: str, language: PortalLanguage) -> None:
    assert preferred_language(header) is language
