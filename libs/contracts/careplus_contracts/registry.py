"""The registry of all contracts; the gateway, the OpenAPI document, the clients and the sweep tests read it."""

from typing import Any

from careplus_contracts import (
    accounts,
    allergies,
    appointments,
    audit,
    availability,
    charts,
    doctors,
    finding,
    handovers,
    invitations,
    lab_analytes,
    lab_catalogue,
    lab_hours,
    lab_orders,
    labs,
    notes,
    passwords,
    people,
    platform,
    prescriptions,
    reception,
    record,
    referrals,
    results,
    second_factors,
    sessions,
    stats,
)
from careplus_contracts.endpoints import Contract, Endpoint

CONTRACTS: tuple[Contract, ...] = (
    platform.api,
    platform.keys,
    accounts.api,
    sessions.api,
    passwords.api,
    second_factors.api,
    invitations.api,
    people.api,
    handovers.api,
    finding.api,
    appointments.api,
    reception.api,
    notes.api,
    availability.api,
    doctors.api,
    charts.api,
    allergies.api,
    prescriptions.api,
    referrals.api,
    lab_catalogue.api,
    lab_analytes.api,
    lab_hours.api,
    labs.api,
    lab_orders.api,
    results.api,
    record.api,
    stats.api,
    audit.api,
)
ENDPOINTS: tuple[Endpoint[..., Any], ...] = tuple(endpoint for contract in CONTRACTS for endpoint in contract.endpoints)
SERVICES: tuple[str, ...] = ("auth", "appointments", "doctors", "labs")
"""The services behind the gateway, in the order in which they start."""
