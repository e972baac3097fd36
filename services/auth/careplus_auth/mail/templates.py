"""Subjects and texts of mails. They hold no clinical content and no names: other people may read a mailbox."""

from collections.abc import Mapping
from enum import StrEnum

from careplus_runtime.process.settings import Settings


class Kind(StrEnum):
    """The kinds of mail."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    PASSWORD_CHANGED = "password_changed"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    CRITICAL_WAITS = "critical_waits"
    CRITICAL_UNANSWERED = "critical_unanswered"


SUBJECTS: Mapping[Kind, str] = {
    Kind.INVITATION: "Your account at {hospital}",
    Kind.PASSWORD_RESET: "Choose a new password",
    Kind.PASSWORD_CHANGED: "Your password was changed",
    Kind.SECOND_FACTOR_ON: "A second factor was switched on",
    Kind.SECOND_FACTOR_OFF: "The second factor was switched off",
    Kind.CRITICAL_WAITS: "Please sign in now: an urgent message waits",
    Kind.CRITICAL_UNANSWERED: "An urgent message has no answer",
}
TEXTS: Mapping[Kind, str] = {
    Kind.INVITATION: """\
{hospital} has made an account for you. Choose a password here:

{link}

The link works once, for seven days. If it has expired, ask for another one.
""",
    Kind.PASSWORD_RESET: """\
A new password was requested for your account at {hospital}. Choose it here:

{link}

The link works once, for an hour. If you did not request it, ignore this mail: your password stays as it is.
""",
    Kind.PASSWORD_CHANGED: """\
The password of your account at {hospital} was changed, and you were signed out on your other devices.

If you did not do this, choose another password at once and tell the hospital:

{link}
""",
    Kind.SECOND_FACTOR_ON: """\
Signing in to your account at {hospital} asks for a code of your authenticator app from now on.
Keep your recovery codes where you find them without your phone.

If you did not do this, choose another password at once and tell the hospital:

{link}
""",
    Kind.SECOND_FACTOR_OFF: """\
Signing in to your account at {hospital} does not ask for a code any more.

If you did not do this, choose another password at once and tell the hospital:

{link}
""",
    Kind.CRITICAL_WAITS: """\
An urgent message at {hospital} waits for you. It is shown on every page after you sign in:

{link}

If you cannot sign in now, call the laboratory.
""",
    Kind.CRITICAL_UNANSWERED: """\
An urgent message at {hospital} has had no answer for a long time, although the people on duty were told by mail.

Call the laboratory now: it knows the message, and needs one of them on the telephone. You find them here:

{link}
""",
}


def write(kind: Kind, settings: Settings, link: str | None) -> tuple[str, str]:
    """Return subject and text. A mail without a link of its own links to the password page."""
    words = {"hospital": settings.hospital, "link": link or f"{settings.public_url}/password"}
    return SUBJECTS[kind].format(**words), f"{TEXTS[kind].format(**words)}\n{settings.hospital}\n{settings.public_url}\n"


def reset_link(settings: Settings, code: str) -> str:
    """Return the link of a reset code. The code follows `#`, which browsers do not send, so no server logs it."""
    return f"{settings.public_url}/password#code={code}"
