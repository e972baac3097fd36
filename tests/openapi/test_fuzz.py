"""schemathesis, as everybody: whatever is sent, the answer is a documented one."""

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
from tests.openapi.conftest import furnished
from tests.world import World

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "4"))
"""Random requests to each operation; OPENAPI_EXAMPLES=200 digs for a quarter of an hour."""
pytestmark = pytest.mark.timeout(300 + 10 * EXAMPLES)
PHASES = ("examples,fuzzing", pytest.param("examples,coverage,fuzzing,stateful", marks=pytest.mark.attack))
"""By chance; and each rule of the schema broken by itself, and one request with what another answered."""

EMAILS = {Role.PATIENT: "pia@example.org", Role.DOCTOR: "osei@example.org", Role.LAB: "lab@example.org", Role.ADMIN: ADMIN}
# one worker, because the same seed is to send the same requests; every check but one is on, among them: no 5xx, documented
# status, headers, type and schema, 405 for other methods, malformed input refused, no token or a false one refused
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
# a schema cannot say which cursors were given out, which times are free, which version is the newest or which code exists
enabled = false

[warnings]
display = []
fail-on = ["unsupported_regex", "unresolvable_reference", "missing_deserializer", "dictionary_mismatch", "unmatched_filter"]
"""


def sign_in(email: str) -> str:
    """Settings with which tokens are fetched as they expire."""
    return f"""
[auth.dynamic.openapi.bearer]
path = "/auth/login"
payload = {{ email = "{email}", password = "{PASSWORD}" }}
extract_selector = "/access_token"
"""


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A hospital that nobody else needs: an administrator of chance closes accounts."""
    with furnished(tmp_path_factory.mktemp("fuzzed")) as world:
        yield world


@pytest.fixture(scope="module")
def existing(fuzzed: World) -> str:
    """Settings with which what exists is sent often, so that more is reached than refusals."""
    times = free_times(fuzzed.people["patient"].http, fuzzed.people["doctor"].id, days=14)
    values: dict[str, list[Any]] = {
        **{f"path.{name}": [value] for name, value in fuzzed.ids.items()},
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
@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "nobody")
def test_whatever_is_sent_the_answer_is_documented(
    fuzzed: World, existing: str, tmp_path: Path, role: Role | None, phases: str
) -> None:
    (tmp_path / "schemathesis.toml").write_text(SETTINGS + (sign_in(EMAILS[role]) if role else "") + existing)
    # once, as the first who may: what a role may not do is refused at the door, which tests/test_every_endpoint.py shows
    names = [one.name for one in ENDPOINTS if role == (None if one.public else next(filter(one.admits, Role)))]
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{fuzzed.hospital.url}/openapi.json", "--no-color"]
    included = [part for name in names for part in ("--include-operation-id", name)]
    ran = subprocess.run([*command, "--phases", phases, *included], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"Tested: {len(names)}" in ran.stdout
