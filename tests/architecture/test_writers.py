"""A service writes its own tables only: SQLite reports each write of every process and connection."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from careplus_contracts.registry import ENDPOINTS, SERVICES
from careplus_tables import registry
from careplus_tables.merging import MOVED
from tests.acts.catalogue import changes
from tests.acts.context import acting_in
from tests.auth.forging_provider import settings_for
from tests.gateway.journal import log_lines
from tests.hospital import ADMIN, Hospital
from tests.world import World, build

ROOT = Path(__file__).parents[2]
ALLOWED = {
    "idempotency_keys": "the stored answer is in the transaction of the change",
    "audit_events": "the audit event is in the transaction of the change",
    "audit_patients": "the patients of an audit event are part of it",
    "notices": "the notice of a change is in the transaction of the change",
}
"""Tables that every service writes, with the reason."""
MERGED = {name for name in MOVED if name not in ALLOWED} | {"charts", "allergies", "problems", "chart_changes"}
"""Tables that auth writes in a merge of two records, which has to be whole (decision 50)."""
LISTENER = Path(__file__).parent / "listener"


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """Yield a hospital; its processes record in `writes` which service writes which table."""
    running = Hospital(tmp_path_factory.mktemp("hospital"), executed=True, measured=True)
    before = running.environment.get("PYTHONPATH")
    running.extra["PYTHONPATH"] = f"{LISTENER}:{before}" if before else str(LISTENER)
    running.extra["WRITE_LOG"] = str(running.data / "writes")
    # the acts of a sign-on start this provider; the services leave this port free
    running.extra |= settings_for(f"http://127.0.0.1:{running.port + 9}")
    with running.running_with_admin():
        yield running


@pytest.fixture(scope="module")
def world(hospital: Hospital) -> Iterator[World]:
    """Yield a world in which every act was done once."""
    admin = hospital.sign_in(ADMIN)
    with build(hospital, admin) as built:
        perform_all_acts(built)
        yield built


def perform_all_acts(world: World) -> None:
    """Perform every act of the catalogue, with a key if it is idempotent, and wait for the last log line."""
    with acting_in(world) as context:
        for act in changes():
            request = context.request(act)
            body = request.body if act.endpoint.body else None
            key = {"Idempotency-Key": f"writers {act.name}"} if act.endpoint.idempotent else {}
            answer = request.http.request(request.method, request.path, headers=key, json=body)
            assert answer.status_code == act.endpoint.status, f"{act.name}: {answer.text}"
        assert log_lines(world.hospital, answer)


def written(hospital: Hospital) -> set[tuple[str, str]]:
    """Return pairs of a service and a table that it wrote."""
    lines = [line.split() for line in (hospital.data / "writes").read_text().splitlines()]
    return {(service, table) for service, _, table in lines if service != "command"}


def foreign_writes(writes: set[tuple[str, str]]) -> list[tuple[str, str]]:
    owners = registry.owners()
    allowed = {("auth", table) for table in MERGED}
    foreign = {(service, table) for service, table in writes if owners[table] != service and table not in ALLOWED}
    return sorted(foreign - allowed)


def test_every_act_was_performed(world: World, hospital: Hospital) -> None:
    done = re.findall(r'"method": "(\w+)", "path": "([^"]+)", "status": (200|201|204)', hospital.log.read_text())
    for endpoint in ENDPOINTS:
        path = re.compile(re.sub(r"{\w+}", "[^/]+", endpoint.path))
        assert endpoint.method == "GET" or any(
            method == endpoint.method and path.fullmatch(called_path) for method, called_path, _ in done
        ), f"{endpoint.name} was not called"


def test_services_write_their_own_tables_only(world: World, hospital: Hospital) -> None:
    writes = written(hospital)
    assert foreign_writes(writes) == []
    assert {service for service, _ in writes} == set(SERVICES), "each service has a recorder"
    assert {table for _, table in writes} >= set(ALLOWED), "an exception without a write"


def test_write_to_foreign_table_is_found() -> None:
    assert foreign_writes({("labs", "accounts"), ("labs", "lab_results"), ("labs", "idempotency_keys")}) == [("labs", "accounts")]


def rows(service: str) -> Iterator[tuple[Path, str, str]]:
    """Yield each place of a service that makes, inserts, updates or deletes rows: file, row class and owner."""
    owners: dict[str, Any] = {
        name: file.OWNER for file in registry.FILES for name, kind in vars(file).items() if isinstance(kind, type)
    }
    for path in (ROOT / "services" / service).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                verb = node.func.id in {"insert", "update", "delete"}
                named = node.args[0] if verb and node.args else node.func
                if isinstance(named, ast.Name) and named.id.endswith("Row") and named.id in owners:
                    yield path, named.id, owners[named.id]


@pytest.mark.parametrize("service", SERVICES)
def test_services_import_no_foreign_row_to_write(service: str) -> None:
    assert [(path.name, row) for path, row, owner in rows(service) if owner != service] == []


def test_writes_are_found_in_source_code() -> None:
    assert {row for service in SERVICES for _, row, _ in rows(service)} >= {"AppointmentRow", "LabResultRow", "InvitationRow"}
