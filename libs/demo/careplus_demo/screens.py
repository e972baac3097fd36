"""The screen of the demo hospital's waiting room. Its token is known: the demo listens on the own machine alone."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from careplus_contracts.screens import ScreenLanguage
from careplus_demo.people import DESK_ID, People

TOKEN = "demo-screen-".ljust(43, "0")
CREATED_AGO = timedelta(days=30)


def screen_rows(people: People) -> list[dict[str, Any]]:
    """Return the screen of the ground floor, which shows the patients of all doctors."""
    return [
        {
            "id": 1,
            "name": "Waiting room ground floor",
            "language": ScreenLanguage.BOTH.value,
            "token_hash": sha256(TOKEN.encode()).hexdigest(),
            "created_by_id": DESK_ID,
            "created_at": people.plan.now - CREATED_AGO,
            "last_seen_at": None,
            "revoked_at": None,
        }
    ]
