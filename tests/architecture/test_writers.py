"""A service writes its own tables only: SQLite reports each write of every process and connection."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from careplus_contracts.registry import ENDPOINTS, SERVICES
from careplus_tables import registry as everything
from tests.acts.catalogue import changes
from tests.acts.context import acting_in
from tests.gateway.journal import said
from tests.hospital import ADMIN, Hospital
from tests.world import World, build

ROOT = Path(__file__).parents[2]
ALLOWED = {
    "idempotency_keys": "a kept answer is part of the act it answers, so it is in the acting service's transaction",
    "audit_events": "what was done and that it was done are one transaction",
    "audit_patients": "whom an event concerns is part of it",
}
"""Tables that others than their owner write, with the reason."""
LISTENER = Path(__file__).parent / "listener"


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """Yield a hospital; its processes record in `writes` which service writes which table."""
    running = Hospital(tmp_path_factory.mktemp("hospital"), measured=True)
    before = running.environment.get("PYTHONPATH")
    running.extra["PYTHONPATH"] = f"{LISTENER}:{before}" if before else str(LISTENER)
    running.extra["WRITES_ARE_NOTED_IN"] = str(running.data / "writes")
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
    """Do every act of the catalogue, with a key where it takes one, and wait until the log has the last one."""
    with acting_in(world) as context:
        for act in changes():
            request = context.request(act)
            body = request.body if act.endpoint.body else None
            key = {"Idempotency-Key": f"writers {act.name}"} if act.endpoint.idempotent else {}
            answer = request.http.request(request.method, request.path, headers=key, json=body)
            assert answer.status_code == act.endpoint.status, f"{act.name}: {answer.text}"
        assert said(world.hospital, answer)


def written(hospital: Hospital) -> set[tuple[str, str]]:
    """Which service wrote which table."""
    lines = [line.split() for line in (hospital.data / "writes").read_text().splitlines()]
    return {(service, table) for service, _, table in lines if service != "command"}


def strangers(writes: set[tuple[str, str]]) -> list[tuple[str, str]]:
    owners = everything.owners()
    return sorted((service, table) for service, table in writes if owners[table] != service and table not in ALLOWED)


def test_every_act_was_performed(world: World, hospital: Hospital) -> None:
    done = re.findall(r'"method": "(\w+)", "path": "([^"]+)", "status": (200|201|204)', hospital.log.read_text())
    for endpoint in ENDPOINTS:
        path = re.compile(re.sub(r"{\w+}", "[^/]+", endpoint.path))
        assert endpoint.method == "GET" or any(
            method == endpoint.method and path.fullmatch(asked) for method, asked, _ in done
        ), f"{endpoint.name} was not done"


def test_services_write_their_own_tables_only(world: World, hospital: Hospital) -> None:
    writes = written(hospital)
    assert strangers(writes) == []
    assert {service for service, _ in writes} == set(SERVICES), "each was listened to"
    assert {table for _, table in writes} >= set(ALLOWED), "exceptions that nobody needs"


def test_write_to_foreign_table_is_found() -> None:
    assert strangers({("labs", "accounts"), ("labs", "lab_results"), ("labs", "idempotency_keys")}) == [("labs", "accounts")]


def rows(service: str) -> Iterator[tuple[Path, str, str]]:
    """Files of a service that make, insert, update or delete rows, with the row's class and its owner."""
    owners: dict[str, Any] = {
        name: file.OWNER for file in everything.FILES for name, kind in vars(file).items() if isinstance(kind, type)
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
