"""A client generated from the document books and cancels a visit with only its own functions and models."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from careplus_contracts.consents import PRIVACY_NOTICE
from careplus_contracts.registry import ENDPOINTS
from tests.hospital import PASSWORD
from tests.openapi.documented import DOCUMENT
from tests.world import World

NAME = "generated_careplus_client"
TAGS = {endpoint.name: re.sub("[ -]", "_", endpoint.tag) for endpoint in ENDPOINTS}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Generate the package, make it importable and yield its folder."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(DOCUMENT))
    bin_folder = Path(sys.executable).parent
    command = [str(bin_folder / "openapi-python-client"), "generate", "--meta", "none", "--fail-on-warning"]
    generator = subprocess.run(
        [*command, "--path", str(folder / "openapi.json"), "--output-path", str(folder / NAME)],
        # the generator formats its output with the ruff on PATH
        env={**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert generator.returncode == 0, generator.stdout + generator.stderr
    assert "warning" not in (generator.stdout + generator.stderr).lower()
    sys.path.insert(0, str(folder))
    yield folder / NAME
    sys.path.remove(str(folder))
    for module in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[module]


def model(name: str) -> Any:
    return getattr(import_module(f"{NAME}.models"), name)


def call(endpoint: str, client: Any, *arguments: Any, **more: Any) -> Any:
    """Call a generated function and return the parsed answer."""
    function: Callable[..., Any] = import_module(f"{NAME}.api.{TAGS[endpoint]}.{endpoint}").sync
    return function(*arguments, client=client, **more)


def test_every_operation_has_a_module(generated: Path) -> None:
    for name, tag in TAGS.items():
        assert (generated / "api" / tag / f"{name}.py").exists(), name
        assert callable(import_module(f"{NAME}.api.{tag}.{name}").sync_detailed)


def test_generated_client_books_moves_and_cancels_visit(generated: Path, sandbox: World) -> None:
    hospital = sandbox.hospital
    staff = hospital.add_doctor(sandbox.people["admin"], "client@example.org", "Dr Gen Erated", "Oncology")
    staff.http.close()
    package = import_module(NAME)
    more = {"raise_on_unexpected_status": True, "httpx_args": {"trust_env": False}}
    with package.Client(base_url=hospital.url, **more) as public:
        consent = model("GiveConsent")(text_version=PRIVACY_NOTICE, language="en")
        details = {"date_of_birth": date(1984, 5, 17), "sex": model("Sex").FEMALE, "consent": consent}
        body = model("Register")(email="gen@example.org", password=PASSWORD, full_name="Gen Client", **details)
        account = call("register", public, body=body)
        assert isinstance(account, model("Account"))
        tokens = call("login", public, body=model("Login")(email="gen@example.org", password=PASSWORD))
        assert isinstance(tokens, model("Tokens"))
        assert tokens.account.id == account.id
        [doctor] = call("find_doctors", public, q="erated", limit=5).items
        assert doctor.id == staff.id
        slots = call("find_slots", public, doctor.id, days=7).items
        refused = call("me", public)
        assert isinstance(refused, model("UnauthenticatedProblem"))
    first, second = (slot.starts_at for slot in slots[-2:])
    assert datetime.now(UTC) < first < second
    with package.AuthenticatedClient(base_url=hospital.url, token=tokens.access_token, **more) as patient:
        booked = call("book", patient, body=model("Book")(doctor_id=doctor.id, starts_at=first), idempotency_key="once")
        assert isinstance(booked, model("Appointment"))
        assert (booked.starts_at, booked.status) == (first, "booked")
        again = call("book", patient, body=model("Book")(doctor_id=doctor.id, starts_at=first))
        assert isinstance(again, model("PatientBusyProblem")), "refusals of one status are told apart"
        assert first not in again.alternatives
        reschedule = model("Reschedule")(starts_at=second)
        moved = call("reschedule", patient, booked.id, body=reschedule, if_match=f'"{booked.version}"')
        assert (moved.starts_at, moved.version) == (second, booked.version + 1)
        stale = call("reschedule", patient, booked.id, body=reschedule, if_match=f'"{booked.version}"')
        assert (type(stale), stale.version) == (model("StaleProblem"), moved.version)
        cancelled = call("cancel", patient, booked.id)
        assert (cancelled.status, cancelled.cancelled_by) == ("cancelled", "patient")
        upcoming = call("list_appointments", patient, when=model("When").UPCOMING)
        assert [one.id for one in upcoming.items if one.status != "cancelled"] == []
        assert call("summarise", patient).next_appointment is None
