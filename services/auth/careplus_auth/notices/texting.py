"""Text messages to phones: posted as JSON to CAREPLUS_TEXT_URL, which sends them by SMS or in an app, and signed.

The signature is an HMAC-SHA-256 of timestamp, full stop and body with CAREPLUS_TEXT_KEY, so that a copied request expires.
"""

import hashlib
import hmac
import json
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

import httpx

from careplus_auth.mail.delivery import Mail
from careplus_contracts.values import PortalLanguage
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import log
from careplus_runtime.process.settings import Settings
from careplus_tables.accounts import AccountRow

TIMEOUT_S = 20.0
TIMESTAMP, SIGNATURE = "X-CarePlus-Timestamp", "X-CarePlus-Signature"


def _load(language: PortalLanguage) -> dict[str, str]:
    file = files("careplus_auth.mail").joinpath("texts", f"short_{language.value}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


TEXTS: Mapping[PortalLanguage, Mapping[str, str]] = {language: _load(language) for language in PortalLanguage}
"""The text messages of the kinds of notice to patients."""


class TextRefusedError(Exception):
    """The endpoint did not take a text message; `code` is the status of its answer."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class TextMessage(NamedTuple):
    """One text message; `key` is the same for each attempt, so that the endpoint sends it once."""

    key: str
    to: str
    text: str


def number_of(account: AccountRow) -> str | None:
    """Return the phone number of a person without spaces and signs but a plus in front, or None."""
    digits = re.sub(r"\D", "", account.phone or "")
    is_international = (account.phone or "").lstrip().startswith("+")
    return f"{'+' if is_international else ''}{digits}" if digits else None


def text_message(mail: Mail, to: str, settings: Settings) -> TextMessage:
    """Return the text message with the content of a mail."""
    words = {**mail.words, "hospital": settings.hospital, "link": mail.link or settings.public_url}
    return TextMessage(mail.message_id, to, TEXTS[mail.language][mail.kind.value].format(**words))


async def post(message: TextMessage, settings: Settings) -> None:
    """Post one text message. Raise TextRefused, and the errors of httpx."""
    assert settings.text_url is not None
    assert settings.text_key is not None
    body, at = json.dumps(message._asdict()), str(int(now().timestamp()))
    headers = {"Content-Type": "application/json", TIMESTAMP: at, SIGNATURE: f"sha256={sign(settings.text_key, at, body)}"}
    async with httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_S) as http:
        answer = await http.post(settings.text_url, content=body, headers=headers)
    if not answer.is_success:
        raise TextRefusedError(answer.status_code)
    log.info("text_sent", text=message.key)


def sign(key: str, at: str, body: str) -> str:
    """Return the signature in hexadecimal digits."""
    return hmac.new(key.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
