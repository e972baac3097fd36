"""Cancellation of a patient's laboratory bookings by the labs service, which owns them."""

import httpx
from fastapi import Request

from careplus_contracts import booking_limits
from careplus_contracts.booking_limits import CancelBookings
from careplus_contracts.client import Client
from careplus_contracts.refusals import Unavailable
from careplus_runtime.http.addresses import onward_headers
from careplus_runtime.http.idempotency import derived_key_headers
from careplus_runtime.http.problems import header
from careplus_runtime.process.settings import Settings


async def cancel_lab_bookings(request: Request, settings: Settings, patient_id: int, body: CancelBookings) -> int:
    """Call labs with the caller's own token and return the number. Raise NotFound, and Unavailable without an answer."""
    labs = Client(
        request.app.state.http,
        token=(header(request.scope, b"authorization") or "").partition(" ")[2],
        address=settings.service_url("labs"),
        headers={**onward_headers(request.scope), **derived_key_headers(request, "cancel_lab_bookings")},
    )
    try:
        return (await labs.call(booking_limits.cancel_lab_bookings, patient_id, body)).laboratory
    except httpx.HTTPError:
        raise Unavailable("The laboratory's part cannot be reached. No visit was cancelled; try again.") from None
