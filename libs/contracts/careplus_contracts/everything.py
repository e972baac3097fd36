"""Everything that is promised, in one place: the gateway, the documents, the clients and the sweep tests walk this."""

from typing import Any

from careplus_contracts import (
    accounts,
    appointments,
    availability,
    doctors,
    finding,
    invitations,
    labs,
    platform,
    prescriptions,
    record,
    referrals,
    results,
    stats,
)
from careplus_contracts.endpoints import Contract, Endpoint

CONTRACTS: tuple[Contract, ...] = (
    platform.api,
    platform.keys,
    accounts.api,
    invitations.api,
    finding.api,
    appointments.api,
    availability.api,
    doctors.api,
    prescriptions.api,
    referrals.api,
    labs.api,
    results.api,
    record.api,
    stats.api,
)
ENDPOINTS: tuple[Endpoint[..., Any], ...] = tuple(endpoint for contract in CONTRACTS for endpoint in contract.endpoints)
SERVICES: tuple[str, ...] = ("auth", "appointments", "doctors", "labs")
"""The services behind the gateway, in the order in which they start."""
