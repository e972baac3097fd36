"""Subjects and texts of mails, per language. They hold no clinical content: other people may read a mailbox.

Mails about visits name the doctor, the place and the time; the others hold no names.
"""

import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from careplus_contracts.notices import NoticeKind
from careplus_contracts.values import PortalLanguage
from careplus_runtime.process.settings import Settings


class Kind(StrEnum):
    """The kinds of queued mail. Notices have kinds of their own."""

    INVITATION = "invitation"
    CONFIRM_EMAIL = "confirm_email"
    PASSWORD_RESET = "password_reset"
    PASSWORD_CHANGED = "password_changed"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    WRONG_CODE = "wrong_code"
    SIGN_ON_LINKED = "sign_on_linked"
    RECORD_LINKED = "record_linked"
    CRITICAL_WAITS = "critical_waits"
    CRITICAL_UNANSWERED = "critical_unanswered"
    CHART_OPENED = "chart_opened"
    AUDIT_HEAD = "audit_head"
    AUDIT_REFUSED = "audit_refused"
    ALERT = "alert"


class Template(NamedTuple):
    """Subject and text of a kind of mail in one language, with placeholders in braces."""

    subject: str
    text: str


def _load(language: PortalLanguage) -> dict[str, Template]:
    source = files("careplus_auth.mail").joinpath("texts", f"{language.value}.toml").read_text(encoding="utf-8")
    return {kind: Template(**template) for kind, template in tomllib.loads(source).items()}


TEMPLATES: Mapping[PortalLanguage, Mapping[str, Template]] = {language: _load(language) for language in PortalLanguage}


BEFORE_CONFIRMATION = frozenset(
    {
        *(Kind.INVITATION, Kind.CONFIRM_EMAIL, Kind.PASSWORD_RESET),
        *(Kind.CRITICAL_WAITS, Kind.CRITICAL_UNANSWERED, Kind.CHART_OPENED, Kind.AUDIT_HEAD, Kind.AUDIT_REFUSED, Kind.ALERT),
    }
)
"""The mails that an unconfirmed address gets: three with a link that proves it, and mails for staff."""


def write(
    kind: Kind | NoticeKind,
    language: PortalLanguage,
    settings: Settings,
    link: str | None,
    more: Mapping[str, str] = MappingProxyType({}),
) -> tuple[str, str]:
    """Return subject and text, with more words for mails about visits. A mail without a link links to the password page."""
    template = TEMPLATES[language][kind.value]
    words = {**more, "hospital": settings.hospital, "link": link or f"{settings.public_url}/password"}
    signed = f"{template.text.format(**words)}\n{settings.hospital}\n{settings.public_url}\n"
    return template.subject.format(**words), signed


def reset_link(settings: Settings, code: str) -> str:
    """Return the link of a reset code. The code follows `#`, which browsers do not send, so no server logs it."""
    return f"{settings.public_url}/password#code={code}"


def confirmation_link(settings: Settings, code: str) -> str:
    """Return the link of a confirmation code; the code follows `#` too."""
    return f"{settings.public_url}/confirm-email#code={code}"


def kind_of_new(codes: Sequence[str]) -> Kind:
    """Return the kind of mail about a new app or passkey; recovery codes come with the first one."""
    return Kind.SECOND_FACTOR_ON if codes else Kind.FACTOR_ADDED


def kind_of_removed(others: bool) -> Kind:
    """Return the kind of mail about a removed app or passkey; `others`: the account has another one."""
    return Kind.FACTOR_REMOVED if others else Kind.SECOND_FACTOR_OFF
