"""The privacy notice: its texts and its version change together, so that a stored consent names the text that was read."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from careplus_contracts.consents import PRIVACY_NOTICE

WEB = Path(__file__).parents[2] / "web" / "src"
TEXTS = {"en": "a2539bb2a214b1e4", "de": "bacd5b9199bf0af4"}
"""The digest of the texts of this version. With a changed meaning of the notice, change PRIVACY_NOTICE too."""


def digest(language: str) -> str:
    text = json.loads((WEB / "i18n" / language / "privacy.json").read_text(encoding="utf-8"))
    return hashlib.sha256(json.dumps(text, sort_keys=True).encode()).hexdigest()[:16]


@pytest.mark.parametrize("language", TEXTS)
def test_privacy_notice_changes_with_its_version(language: str) -> None:
    assert digest(language) == TEXTS[language], "a new text needs a new PRIVACY_NOTICE, in the contract and in the portals"


def test_portals_and_contract_name_one_privacy_notice() -> None:
    source = (WEB / "lib" / "privacy-notice.ts").read_text(encoding="utf-8")
    assert re.findall(r'PRIVACY_NOTICE = "([\d-]+)"', source) == [PRIVACY_NOTICE.isoformat()]
