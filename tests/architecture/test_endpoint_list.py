"""The endpoints that users asked for exist; each endpoint is served once, explained, and has a valid example."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from careplus_contracts.endpoints import Endpoint, Role
from careplus_contracts.refusals import Refusal
from careplus_contracts.registry import CONTRACTS, ENDPOINTS, SERVICES

USERS_OWN = """
POST /auth/register                             auth          everyone
POST /auth/login                                auth          everyone
GET  /api/appointments                          appointments  patient
POST /api/appointments                          appointments  patient
PUT  /api/appointments/{appointment_id}         appointments  patient
PUT  /api/appointments/{appointment_id}/cancel  appointments  patient
GET  /api/doctor/appointments                   appointments  doctor
PUT  /api/doctor/appointments/{appointment_id}  appointments  doctor
GET  /api/doctor/profile                        doctors       doctor
PUT  /api/doctor/profile                        doctors       doctor
POST /api/doctor/prescriptions                  doctors       doctor
POST /api/doctor/referrals                      doctors       doctor
GET  /api/doctor/referrals                      doctors       doctor
GET  /api/labs/tests                            labs          admin,doctor,lab,patient,reception
POST /api/labs/bookings                         labs          patient
GET  /api/labs/bookings                         labs          patient
GET  /api/admin/stats                           doctors       admin
GET  /api/admin/doctors                         doctors       admin
POST /api/admin/doctors                         doctors       admin
"""
"""Endpoints that the users asked for; they must not change."""


def test_every_endpoint_is_served_once_by_its_service() -> None:
    services = Path(__file__).parents[2] / "services"
    for service in SERVICES:
        sources = (path.read_text() for path in (services / service).rglob("*.py"))
        served = re.findall(r"@routes\.serve\(\w+\.(\w+)", "".join(sources))
        assert sorted(served) == sorted(endpoint.name for endpoint in ENDPOINTS if endpoint.service == service)


def test_names_and_addresses_are_unique() -> None:
    assert len({endpoint.name for endpoint in ENDPOINTS}) == len(ENDPOINTS)
    assert len({(endpoint.method, re.sub(r"{\w+}", "{}", endpoint.path)) for endpoint in ENDPOINTS}) == len(ENDPOINTS)
    assert {contract.service for contract in CONTRACTS} == {*SERVICES, "gateway"}


@pytest.mark.parametrize("line", USERS_OWN.strip().splitlines())
def test_requested_endpoints_exist(line: str) -> None:
    method, path, service, roles = line.split()
    [endpoint] = [one for one in ENDPOINTS if (one.method, one.path) == (method, path)]
    admitted = "everyone" if endpoint.public else ",".join(sorted(role for role in Role if endpoint.admits(role)))
    assert (endpoint.service, admitted) == (service, roles)


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.body], ids=lambda one: one.name)
def test_examples_are_accepted(endpoint: Endpoint[..., Any]) -> None:
    assert endpoint.body is not None
    assert endpoint.example is not None, "a body without an example"
    body: Any = TypeAdapter(endpoint.body.annotation)
    assert body.validate_json(json.dumps(dict(endpoint.example))) is not None


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_every_endpoint_has_a_description(endpoint: Endpoint[..., Any]) -> None:
    assert re.match(r"[A-Z].*\.$", endpoint.doc, re.DOTALL)
    for refusal in endpoint.all_refusals:
        assert issubclass(refusal, Refusal)
        assert 400 <= refusal.status < 600
        assert refusal.__doc__


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.answer is not type(None)], ids=lambda one: one.name)
def test_answers_have_no_defaults(endpoint: Endpoint[..., Any]) -> None:
    if endpoint.answer is not str:
        optional = [name for name, field in endpoint.answer.model_fields.items() if not field.is_required()]
        assert optional == []
