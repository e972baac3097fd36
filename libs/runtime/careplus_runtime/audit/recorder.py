"""Records an audit event for each request, as the endpoint's contract says; handlers do not call it.

The event of a change is in the change's own transaction. The event of a read, or of a handler with several transactions, is
committed before the answer leaves, in one transaction with others that wait. Refusals of a known caller are recorded too: a
refusal waits for its event REFUSAL_TIMEOUT_S at most, and leaves even if the event fails. Of an account, or a network without
one, that is refused more often than once a second the rest is counted.
"""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from fastapi import Request, Response
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from careplus_contracts.accounts import Account, Tokens, TooManyAttempts
from careplus_contracts.audit import Kind
from careplus_contracts.booking_limits import CancelBookings
from careplus_contracts.charts import OpenChart
from careplus_contracts.endpoints import SIGNED_IN, Endpoint, Role
from careplus_contracts.refusals import Malformed, Refusal, TooManyRequests, Unauthenticated
from careplus_contracts.values import Id
from careplus_runtime.audit.group_commit import Event, EventWriter, append_events
from careplus_runtime.audit.subjects import patient_ids_in
from careplus_runtime.http.addresses import client_address
from careplus_runtime.http.problems import answer_refusal
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import error_type, log
from careplus_tables.audit import OK

WITH_REASON = (OpenChart, CancelBookings)
"""Bodies with a reason for the audit trail."""
AUDITED_REFUSALS = frozenset({403, 404, 409})
"""Forbidden or another person's record, and conflicts with the state of a record."""
REFUSAL_TIMEOUT_S = 1.0
MAX_OBJECT_ID_LENGTH = 64
_ID: TypeAdapter[int] = TypeAdapter(Id)


class Actor(NamedTuple):
    """The account that an event names as acting."""

    account_id: int | None = None
    role: Role | None = None
    session_id: str | None = None


def identify_subject(request: Request, account: Account, session_id: str | None = None) -> None:
    """Name the account that a request to a public endpoint is about, once the handler knows it."""
    identify_owner(request, account.id, account.role, session_id)


def identify_owner(request: Request, account_id: int, role: Role, session_id: str | None = None) -> None:
    """Name the owner of the secret address or link that a request to a public endpoint uses."""
    request.scope["subject"] = Actor(account_id, role, session_id)


def identify_holder(request: Request, patient_id: int, record_id: int) -> None:
    """Name the patient, acting by a code for one record alone, without a session, and that record."""
    request.scope["subject"], request.scope["object_id"] = Actor(patient_id, Role.PATIENT), record_id


def identify_patients(request: Request, patient_ids: Collection[int], reason: str | None = None) -> None:
    """Name the patients that a change concerns and its answer does not name, and how their record changed."""
    request.scope["concerned"], request.scope["reason"] = patient_ids, reason


class Auditor:
    """Records the requests to one endpoint."""

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        self.endpoint = endpoint
        self.patient_ids_in = patient_ids_in(endpoint.answer)
        self.always = endpoint.always_audited or endpoint.method != "GET"
        self.kind = Kind.READ.value if endpoint.method == "GET" else Kind.CHANGE.value
        self.is_own_record = endpoint.roles != SIGNED_IN

    async def record_answer(self, request: Request, arguments: dict[str, Any], result: Any, response: Response) -> None:
        """Record a success: in the change's transaction, or with other reads. Raise SQLAlchemy's errors."""
        if not self.endpoint.audited or response.status_code == 304 or (self.endpoint.public and not self.always):
            return
        who: Identity | None = request.scope.get("user")
        # patients see only their own records
        is_patient = who is not None and who.role is Role.PATIENT
        patients = set() if is_patient else self._patients(request, result)
        if not (self.always or (self.is_own_record if is_patient else patients)):
            return
        event = self._event(request, arguments, OK, patients, result)
        is_change = self.kind == Kind.CHANGE.value
        if is_change and (db := next((value for value in arguments.values() if isinstance(value, AsyncSession)), None)):
            await append_events(db, [event])
        else:
            await _event_writer(request).add(event)

    async def record_refusal(self, request: Request, refusal: Refusal) -> None:
        """Record a refusal. Log an error instead of raising it."""
        is_slowed = isinstance(refusal, TooManyAttempts)
        if not is_slowed and not self._is_audited(request, refusal):
            return
        try:
            arguments: dict[str, Any] = request.scope.get("arguments", {})
            event = self._event(request, arguments, refusal.code(), self._patients(request, None), None)
            writer = _event_writer(request)
            if is_slowed:
                email = getattr(self._body(arguments), "email", None)
                # signed in, the caller is known; the address is another account's
                writer.slowed.count(event, None if "user" in request.scope else email)
                return
            if writer.refusals.takes(event):
                return
            adding = asyncio.ensure_future(writer.add(event, may_drop=True))
            # an event that is late is still committed: only one that fails is reported
            adding.add_done_callback(partial(_report_lost, request.scope["request_id"]))
            await asyncio.wait({adding}, timeout=REFUSAL_TIMEOUT_S)
        except Exception as error:
            log.error("refusal_not_audited", request_id=request.scope["request_id"], reason=error_type(error))

    def _is_audited(self, request: Request, refusal: Refusal) -> bool:
        if not self.endpoint.public:
            return "user" in request.scope and refusal.status in AUDITED_REFUSALS
        # Do not audit anonymous reads, nor anonymous malformed, unauthenticated or rate-limited requests.
        names_no_account = isinstance(refusal, Malformed | Unauthenticated) or self.kind == Kind.READ.value
        is_anonymous = names_no_account and "subject" not in request.scope
        return self.always and refusal.status < 500 and refusal.status != TooManyRequests.status and not is_anonymous

    def _patients(self, request: Request, result: Any) -> set[int]:
        found: set[int] = set() if self.patient_ids_in is None or result is None else set(self.patient_ids_in(result))
        found |= set(request.scope.get("concerned", ()))
        arguments = request.scope.get("arguments", {})
        models = [vars(argument) for argument in arguments.values() if isinstance(argument, BaseModel)]
        for source in (request.path_params, arguments, *models):
            if (patient := source.get("patient_id")) is not None:
                # in a refused request it may be no id, or another spelling of one
                with suppress(ValidationError):
                    found |= {id for id in [_ID.validate_python(patient)] if str(id) == str(patient)}
        return found

    def _body(self, arguments: dict[str, Any]) -> BaseModel | None:
        body = arguments.get(self.endpoint.body.name) if self.endpoint.body else None
        return body if isinstance(body, BaseModel) else None

    def _event(self, request: Request, arguments: dict[str, Any], outcome: str, patients: set[int], result: Any) -> Event:
        actor = _actor(request, arguments, result)
        body = self._body(arguments)
        # a token in the path is a secret, which readers of the trail could use
        ids = [value for name, value in request.path_params.items() if not name.endswith("_token")]
        object_id = next(reversed(ids), request.scope.get("object_id", getattr(result, "id", None)))
        row = {
            "at": now(),
            "request_id": request.scope["request_id"],
            "account_id": actor.account_id,
            "role": actor.role and actor.role.value,
            "session_id": actor.session_id,
            "address": client_address(request.scope),
            "service": self.endpoint.service,
            "action": self.endpoint.name,
            "kind": self.kind,
            "object_id": None if object_id is None else str(object_id)[:MAX_OBJECT_ID_LENGTH],
            "outcome": outcome,
            "reason": body.reason if isinstance(body, WITH_REASON) else request.scope.get("reason"),
            "members": " ".join(sorted(body.model_fields_set)) if body else None,
        }
        return Event(row, patients - {actor.account_id} if actor.role is Role.PATIENT else patients)


async def answer_and_audit_refusal(request: Request, refusal: Exception) -> Response:
    """Exception handler for refusals of services."""
    auditor: Auditor | None = getattr(request.scope.get("endpoint"), "auditor", None)
    if auditor is not None and isinstance(refusal, Refusal):
        await auditor.record_refusal(request, refusal)
    return await answer_refusal(request, refusal)


def _report_lost(request_id: str, adding: asyncio.Future[None]) -> None:
    if not adding.cancelled() and (error := adding.exception()) is not None:
        log.error("refusal_not_audited", request_id=request_id, reason=error_type(error))


def _event_writer(request: Request) -> EventWriter:
    writer: EventWriter = request.app.state.event_writer
    return writer


def _actor(request: Request, arguments: dict[str, Any], result: Any) -> Actor:
    # at public endpoints the handler's own argument
    who = request.scope.get("user") or next((value for value in arguments.values() if isinstance(value, Identity)), None)
    if who is not None:
        return Actor(who.id, who.role, who.sid)
    if "subject" in request.scope:
        subject: Actor = request.scope["subject"]
        return subject
    account = result.account if isinstance(result, Tokens) else result
    return Actor(account.id, account.role) if isinstance(account, Account) else Actor()
