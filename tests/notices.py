"""Notices about visits in a running hospital."""

import time
from typing import Any

import httpx

from careplus_auth.crypto.vault import Vault
from careplus_auth.notices.opt_out import PURPOSE
from tests.hospital import Hospital
from tests.world import made

NOTICES = "/api/reception/notices"


def opt_out_token(hospital: Hospital, account_id: int) -> str:
    """Return the token of the link that switches the reminders of an account off."""
    return f"{account_id}-{Vault([hospital.secret], PURPOSE).keyed_hash(str(account_id))}"


def notice_of(desk: httpx.Client, visit_id: int, kind: str, state: str) -> dict[str, Any]:
    """Wait for the notice of a visit with this kind and state, and return it."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        items = made(desk.get(NOTICES, params={"appointment_id": visit_id}), 200)["items"]
        found = [one for one in items if (one["kind"], one["state"]) == (f"visit_{kind}", state)]
        if found:
            return dict(found[0])
        time.sleep(0.1)
    raise AssertionError(f"no {kind} {state}: {items}")


def untold(desk: httpx.Client, visit_id: int) -> int:
    """Return the notice of a cancelled visit that had no address."""
    return int(notice_of(desk, visit_id, "cancelled", "no_address")["id"])
