"""Every audited action has a text in the portals."""

import json
import re

from careplus_contracts.endpoints import SIGNED_IN, Role
from careplus_contracts.everything import ENDPOINTS
from careplus_runtime.concerned import patients_in
from tests.web.test_sources import WEB

SOURCE = WEB / "src"


def audited() -> set[str]:
    """Return the names of all endpoints that careplus_runtime.audit can record."""
    return {
        endpoint.name
        for endpoint in ENDPOINTS
        if endpoint.watched
        or endpoint.method != "GET"
        or "{patient_id}" in endpoint.path
        or patients_in(endpoint.answer) is not None
        or (not endpoint.public and endpoint.roles != SIGNED_IN and endpoint.admits(Role.PATIENT))
    }


def test_every_act_has_a_word_and_no_word_is_without_an_act() -> None:
    words = json.loads((SOURCE / "i18n" / "en" / "trail.json").read_text(encoding="utf-8"))
    assert {key.removeprefix("action.") for key in words if key.startswith("action.")} == audited()


def test_every_act_can_be_chosen() -> None:
    (listed,) = re.findall(r"ACTIONS = \[(.*?)\]", (SOURCE / "lib" / "actions.ts").read_text(encoding="utf-8"), re.DOTALL)
    assert set(re.findall(r'"(\w+)"', listed)) == audited()
