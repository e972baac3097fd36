"""Read the mails that a hospital without a mail server writes into its data folder."""

import email
import re
import time
from email.message import EmailMessage
from email.policy import default

from tests.hospital import Hospital, Person


def mails(hospital: Hospital, to: str) -> list[EmailMessage]:
    """Return all mails to an address, in the order of queueing."""
    files = sorted((hospital.data / "mail").glob("*.eml"))
    read = [email.message_from_bytes(file.read_bytes(), policy=default) for file in files]
    return [mail for mail in read if mail["To"] == to]


def next_mail(hospital: Hospital, to: str, subject: str, after: int = 0) -> EmailMessage:
    """Wait for the mail with this subject that follows `after` earlier ones, and return it."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        found = [mail for mail in mails(hospital, to) if mail["Subject"] == subject]
        if len(found) > after:
            return found[after]
        time.sleep(0.1)
    raise AssertionError(f"no mail {subject!r} to {to}: {[mail['Subject'] for mail in mails(hospital, to)]}")


def text_of(mail: EmailMessage) -> str:
    """Return the plain text; notices have HTML too."""
    plain = mail.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


CONFIRM = {"en": "Confirm your e-mail address", "de": "Bestätigen Sie Ihre E-Mail-Adresse"}


def confirmation_code(hospital: Hospital, to: str, after: int = 0, language: str = "en") -> str:
    """Return the code in the link of a mail that confirms an address."""
    found = re.search(r"/confirm-email#code=([\w-]+)", text_of(next_mail(hospital, to, CONFIRM[language], after)))
    assert found is not None
    return found[1]


def confirm_email(hospital: Hospital, person: Person, to: str, language: str = "en") -> None:
    """Confirm the address of a person by the link in the mail, so that other mails are sent to it."""
    assert (
        person.http.post("/auth/email/confirm", json={"code": confirmation_code(hospital, to, language=language)}).status_code
        == 204
    )


def reset_code(hospital: Hospital, to: str, after: int = 0) -> str:
    """Return the code in the link of a password-reset mail."""
    found = re.search(r"/password#code=([\w-]+)", text_of(next_mail(hospital, to, "Choose a new password", after)))
    assert found is not None
    return found[1]
