"""What mails say. Nothing clinical: a mail is read by more than its reader."""

from collections.abc import Mapping
from enum import StrEnum

from careplus_runtime.process.settings import Settings


class Kind(StrEnum):
    """What a mail is about."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    PASSWORD_CHANGED = "password_changed"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"


SUBJECTS: Mapping[Kind, str] = {
    Kind.INVITATION: "Your account at {hospital}",
    Kind.PASSWORD_RESET: "Choose a new password",
    Kind.PASSWORD_CHANGED: "Your password was changed",
    Kind.SECOND_FACTOR_ON: "A second factor was switched on",
    Kind.SECOND_FACTOR_OFF: "The second factor was switched off",
}
TEXTS: Mapping[Kind, str] = {
    Kind.INVITATION: """\
{hospital} has made an account for you. Choose a password here:

{link}

The link works once, for seven days. If it has expired, ask for another one.
""",
    Kind.PASSWORD_RESET: """\
Somebody, most likely you, asked for a new password for your account at {hospital}. Choose it here:

{link}

The link works once, for an hour. If it was not you, you need not do anything: your password stays as it is.
""",
    Kind.PASSWORD_CHANGED: """\
The password of your account at {hospital} was changed, and you were signed out on your other devices.

If it was not you, choose another password at once and tell the hospital:

{link}
""",
    Kind.SECOND_FACTOR_ON: """\
Signing in to your account at {hospital} asks for a code of your authenticator app from now on.
Keep your recovery codes where you find them without your phone.

If it was not you, choose another password at once and tell the hospital:

{link}
""",
    Kind.SECOND_FACTOR_OFF: """\
Signing in to your account at {hospital} does not ask for a code any more.

If it was not you, choose another password at once and tell the hospital:

{link}
""",
}


def write(kind: Kind, house: Settings, link: str | None) -> tuple[str, str]:
    """Subject and text. Without a link of its own a mail leads to where passwords are chosen anew."""
    words = {"hospital": house.hospital, "link": link or f"{house.public_url}/password"}
    return SUBJECTS[kind].format(**words), f"{TEXTS[kind].format(**words)}\n{house.hospital}\n{house.public_url}\n"


def reset_link(house: Settings, code: str) -> str:
    """Where a new password is chosen. After `#`, so that no server on the way writes the code down."""
    return f"{house.public_url}/password#code={code}"
