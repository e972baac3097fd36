"""The mails that a hospital without a mail server wrote into its data folder."""

import email
import re
import time
from email.message import EmailMessage
from email.policy import default

from tests.hospital import Hospital


def mails(hospital: Hospital, to: str) -> list[EmailMessage]:
    """All mails to somebody, in the order in which they were queued."""
    files = sorted((hospital.data / "mail").glob("*.eml"))
    read = [email.message_from_bytes(file.read_bytes(), policy=default) for file in files]
    return [mail for mail in read if mail["To"] == to]


def next_mail(hospital: Hospital, to: str, subject: str, after: int = 0) -> EmailMessage:
    """The mail with this subject that came after so many others with it; waits for it."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        found = [mail for mail in mails(hospital, to) if mail["Subject"] == subject]
        if len(found) > after:
            return found[after]
        time.sleep(0.1)
    raise AssertionError(f"no mail {subject!r} to {to}: {[mail['Subject'] for mail in mails(hospital, to)]}")


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content())


def reset_code(hospital: Hospital, to: str, after: int = 0) -> str:
    """The code of the link that chooses a new password."""
    found = re.search(r"/password#code=([\w-]+)", text_of(next_mail(hospital, to, "Choose a new password", after)))
    assert found is not None
    return found[1]
