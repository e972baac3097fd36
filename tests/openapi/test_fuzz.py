"""schemathesis with every role: every request gets a documented answer."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from careplus_contracts.endpoints import Role
from careplus_contracts.registry import ENDPOINTS
from tests.hospital import ADMIN, PASSWORD, free_times
from tests.openapi.conftest import populated_world
from tests.world import World

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "4"))
"""Random requests to each operation; OPENAPI_EXAMPLES=200 runs for a quarter of an hour."""
pytestmark = pytest.mark.timeout(300 + 10 * EXAMPLES)
PHASES = ("examples,fuzzing", pytest.param("examples,coverage,fuzzing,stateful", marks=pytest.mark.attack))
"""Random requests; with `make attack` also each schema rule violated alone, and requests chained by their answers."""

EMAILS = {
    Role.PATIENT: "pia@example.org",
    Role.DOCTOR: "osei@example.org",
    Role.LAB: "lab@example.org",
    Role.RECEPTION: "desk@example.org",
    Role.ADMIN: ADMIN,
}
# one worker, so that a seed always sends the same requests. All checks but one are on: no 5xx; documented status, headers, media
# type and schema; 405 for other methods; malformed input refused; missing or invalid token refused
SETTINGS = f"""
seed = 20300107
workers = 1
continue-on-failure = true
request-timeout = 20
cache.enabled = false
auth.auto-signup = false

[generation]
max-examples = {EXAMPLES}
no-shrink = true
database = "none"

[checks.positive_data_acceptance]
# a schema cannot express which cursors were issued, which times are free, which version is current or which code exists
enabled = false

[warnings]
display = []
fail-on = ["unsupported_regex", "unresolvable_reference", "missing_deserializer", "dictionary_mismatch", "unmatched_filter"]
"""


def sign_in(email: str) -> str:
    """Return the settings that sign in again when a token expires."""
    return f"""
[auth.dynamic.openapi.bearer]
path = "/auth/login"
payload = {{ email = "{email}", password = "{PASSWORD}" }}
extract_selector = "/access_token"
"""


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Yield a separate hospital, because random requests of an administrator deactivate accounts."""
    with populated_world(tmp_path_factory.mktemp("fuzzed")) as world:
        yield world


@pytest.fixture(scope="module")
def existing(fuzzed: World) -> str:
    """Return settings that send ids of existing records often, so that requests reach more than refusals."""
    times = free_times(fuzzed.people["patient"].http, fuzzed.people["doctor"].id, days=14)
    values: dict[str, list[Any]] = {
        # a token with a pattern would stand in the place of texts that break it
        **{f"path.{name}": [value] for name, value in fuzzed.ids.items() if name != "opt_out_token"},
        "path.appointment_id": [1, 2, 3, 4, 5],
        "path.booking_id": [1, 2, 3, 4, 5],
        "header.If-Match": ["*"],
        "body.doctor_id": [fuzzed.people["doctor"].id],
        "body.patient_id": [fuzzed.people["patient"].id],
        "body.starts_at": [at.isoformat() for at in times[:200:7]],
        "body.date_of_birth": ["1984-05-17"],
        "body.test_code": ["CBC", "CRP"],
        "body.test_codes[*]": ["CBC", "LIPID", "CRP"],
    }
    return "".join(
        f'\n[dictionaries.d{number}]\nvalues = {json.dumps(found)}\n'
        f'[parameters."{place}"]\ndictionary = "d{number}"\nprobability = 0.6\n'
        for number, (place, found) in enumerate(values.items())
    )  # fmt: skip


@pytest.mark.parametrize("phases", PHASES)
@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "public")
def test_random_requests_get_documented_answers(
    fuzzed: World, existing: str, tmp_path: Path, role: Role | None, phases: str
) -> None:
    (tmp_path / "schemathesis.toml").write_text(SETTINGS + (sign_in(EMAILS[role]) if role else "") + existing)
    # each operation once, with its first admitted role; tests/test_every_endpoint.py covers the refused roles
    names = [
        one.name for one in ENDPOINTS if role == (None if one.public or one.takes_own_token else next(filter(one.admits, Role)))
    ]
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{fuzzed.hospital.url}/openapi.json", "--no-color"]
    included = [part for name in names for part in ("--include-operation-id", name)]
    ran = subprocess.run([*command, "--phases", phases, *included], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"Tested: {len(names)}" in ran.stdout
