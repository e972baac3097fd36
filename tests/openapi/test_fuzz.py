"""schemathesis, as everybody: whatever is sent, the answer is a documented one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from careplus_contracts.endpoints import Role
from careplus_contracts.everything import ENDPOINTS
from tests.hospital import ADMIN, PASSWORD, free_times
from tests.world import World

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "8"))
"""Random requests to an operation; more with OPENAPI_EXAMPLES=200."""
EMAILS = {
    Role.PATIENT: "pia@example.org",
    Role.DOCTOR: "osei@example.org",
    Role.LAB: "lab@example.org",
    Role.ADMIN: ADMIN,
}
SETTINGS = """
seed = 20300107
workers = 1
continue-on-failure = true
max-failures = 50

[cache]
enabled = false

[generation]
max-examples = {examples}
no-shrink = true
database = "none"

[checks.positive_data_acceptance]
# a schema cannot say that a cursor was given out, that a time is free or that a version is the newest
enabled = false

[checks.use_after_free]
# deleting is the end of it for one id, but the same list goes on
enabled = true

[auth]
auto-signup = false

[warnings]
fail-on = ["unsupported_regex", "unresolvable_reference", "missing_deserializer", "dictionary_mismatch", "unmatched_filter"]
"""
SIGN_IN = """
[auth.dynamic.openapi.bearer]
path = "/auth/login"
payload = {{ email = "{email}", password = "{password}" }}
extract_selector = "/access_token"
"""


@pytest.fixture(scope="module")
def known_values(shaken: World) -> dict[str, list[Any]]:
    return known(shaken)


def known(world: World) -> dict[str, list[Any]]:
    """Values that exist, by where they are sent."""
    times = free_times(world.people["patient"].http, world.people["doctor"].id, days=14)
    ids = {f"path.{name}": [value] for name, value in world.ids.items()}
    ids |= {f"path.{name}": [1, 2, 3, 4, 5] for name in ("appointment_id", "booking_id")}
    return {
        **ids,
        "body.doctor_id": [world.people["doctor"].id],
        "body.patient_id": [world.people["patient"].id],
        "body.starts_at": [at.isoformat() for at in times[:200:7]],
        "header.If-Match": ["*"],
    }


def settings(role: Role | None, values: dict[str, list[Any]]) -> str:
    text = SETTINGS.format(examples=EXAMPLES)
    if role is not None:
        text += SIGN_IN.format(email=EMAILS[role], password=PASSWORD)
    for number, (place, found) in enumerate(values.items()):
        # half of the time, so that others are tried too
        text += f"\n[dictionaries.d{number}]\nvalues = {json.dumps(found)}\n"
        text += f'[parameters."{place}"]\ndictionary = "d{number}"\nprobability = 0.5\n'
    return text


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "nobody")
def test_whatever_is_sent_the_answer_is_documented(
    shaken: World, known_values: dict[str, list[Any]], tmp_path: Path, role: Role | None
) -> None:
    (tmp_path / "schemathesis.toml").write_text(settings(role, known_values))
    names = [one.name for one in ENDPOINTS if (one.public if role is None else not one.public and one.admits(role))]
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{shaken.hospital.url}/openapi.json", "--no-color"]
    ran = subprocess.run(
        [*command, *(part for name in names for part in ("--include-operation-id", name))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if "OPENAPI_EXAMPLES" in os.environ:
        Path(f"/tmp/oa/fuzz.{role}.txt").write_text(ran.stdout + ran.stderr)
    assert ran.returncode == 0, ran.stdout + ran.stderr
