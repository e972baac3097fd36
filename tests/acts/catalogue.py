"""The acts of all services by name, and the sentences that name a gap."""

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

import pytest

from careplus_contracts.endpoints import Endpoint
from careplus_contracts.registry import ENDPOINTS, SERVICES
from tests.acts import appointments, auth, doctors, labs
from tests.acts.act import Act
from tests.acts.members import free_texts, named_records
from tests.acts.record_ids import RECORD_IDS, no_record

LISTED: tuple[Act, ...] = (*auth.ACTS, *appointments.ACTS, *doctors.ACTS, *labs.ACTS)
ACTS: dict[str, Act] = {act.name: act for act in LISTED}
HOW = "see 'Add an endpoint' in CONTRIBUTING.md"


def act_of(endpoint: Endpoint[..., Any]) -> Act:
    """Return the act of an endpoint; a GET without an entry needs no values. Fail the test if an entry is missing."""
    if endpoint.name in ACTS:
        return ACTS[endpoint.name]
    if endpoint.method != "GET":
        pytest.fail(no_act(endpoint), pytrace=False)
    return Act(endpoint.name)


def no_act(endpoint: Endpoint[..., Any]) -> str:
    return f"{endpoint.name} has no Act: add one to tests/acts/{endpoint.service}.py, {HOW}."


def gaps(endpoints: Iterable[Endpoint[..., Any]]) -> Iterator[str]:
    """Yield one sentence for each gap of the catalogue about these endpoints."""
    for endpoint in endpoints:
        act, file = ACTS.get(endpoint.name), f"tests/acts/{endpoint.service}.py"
        if act is None and endpoint.method != "GET":
            yield no_act(endpoint)
        if act is not None and endpoint.versioned and act.race is None:
            yield f"{endpoint.name} changes a record with a version: add race=Race(...) to its Act in {file}, {HOW}."
        if act is not None and free_texts(endpoint) and not act.read_back:
            yield f"{endpoint.name} takes text: add read_back={{person: path}} to its Act in {file}, {HOW}."
        yield from unknown_ids(endpoint)


def unknown_ids(endpoint: Endpoint[..., Any]) -> Iterator[str]:
    in_path = re.findall(r"{(\w+)}", endpoint.path)
    for name in dict.fromkeys([*in_path, *(named.name for named in named_records(endpoint))]):
        if name not in RECORD_IDS:
            yield f"{name} of {endpoint.name} is not known: add a RecordId to tests/acts/record_ids.py, {HOW}."
        elif name in in_path and RECORD_IDS[name].make is no_record:
            yield f"{name} of {endpoint.name} has no value: add make= to its RecordId in tests/acts/record_ids.py, {HOW}."


def by_turns(acts: Iterable[Act]) -> list[Act]:
    """Return acts of each service in turn: a service that was killed restarts at once only if it ran for ten seconds."""
    queues: list[list[Act]] = [[] for _ in SERVICES]
    for act in acts:
        queues[SERVICES.index(act.endpoint.service)].append(act)
    return [act for turn in zip_longest(*queues) for act in turn if act is not None]


def idempotent_acts() -> list[Act]:
    """Return the acts that take an Idempotency-Key."""
    return [act_of(endpoint) for endpoint in ENDPOINTS if endpoint.idempotent]


def changes() -> list[Act]:
    """Return every act that is not a read."""
    return [act_of(endpoint) for endpoint in ENDPOINTS if endpoint.method != "GET"]
