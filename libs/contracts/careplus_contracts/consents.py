"""Consents: the agreements of patients, with the version and the language of the text."""

from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import Refusal
from careplus_contracts.values import Answer, Body, Day, Id, Instant, Language, Page, PageFilter

api = Contract(service="auth", tag="consents")

PRIVACY_NOTICE: Final = date(2026, 11, 30)
"""The version of the privacy notice that applies: the day of its last change (web/src/i18n/*/privacy.json)."""


class ConsentKind(StrEnum):
    PRIVACY_NOTICE = "privacy_notice"


class GiveConsent(Body):
    """An agreement to a text that the person has read."""

    kind: ConsentKind = ConsentKind.PRIVACY_NOTICE
    text_version: Day = Field(description="The version of the text: the day of its last change.")
    language: Language = Field(description="The language in which the person read the text.")


class Consent(Answer):
    id: Id
    kind: ConsentKind
    text_version: Day
    language: Language
    given_at: Instant


class Consents(Page[Consent]):
    """Consents, newest first."""


class ConsentRequired(Refusal):
    """The agreement to the present privacy notice is missing.

    Show the patient the notice at `/privacy`, and send `consent` with `text_version` of this answer and the language of the text.
    """

    status = 422
    text_version: date


@api.get("/api/me/consents", roles={Role.PATIENT})
async def list_consents(query: PageFilter) -> Consents:
    """List your consents, newest first. They are never changed or removed."""


@api.post(
    "/api/me/consents",
    roles={Role.PATIENT},
    refuses=(ConsentRequired,),
    example={"kind": "privacy_notice", "text_version": PRIVACY_NOTICE.isoformat(), "language": "de"},
)
async def give_consent(body: GiveConsent) -> Consent:
    """Agree to the present privacy notice: a newer one than at your registration, or that of an older account."""
