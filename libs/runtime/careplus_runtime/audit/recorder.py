"""The audit trail: what every endpoint leaves in it, as its contract says. Nothing here is asked for by handlers.

A change stands in the act's own transaction. A read, and an act whose handler has several transactions, is committed before its
answer leaves, together with those that wait at the same time. What was refused to somebody is noted too: the refusal waits for
that a second at most, and leaves whatever becomes of it.
"""

import asyncio
from contextlib import suppress
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from careplus_contracts.accounts import Account, Tokens
from careplus_contracts.audit import Kind
from careplus_contracts.charts import OpenChart
from careplus_contracts.endpoints import SIGNED_IN, Endpoint, Role
from careplus_contracts.refusals import Malformed, Refusal, TooManyRequests, Unauthenticated
from careplus_contracts.values import Id
from careplus_runtime.audit.group_commit import Committer
from careplus_runtime.audit.subjects import patients_in
from careplus_runtime.http.addresses import caller
from careplus_runtime.http.problems import answer_refusal
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import now
from careplus_runtime.process.logs import error_type, log
from careplus_tables.audit import OK
from careplus_tables.trail import Event, append

NOTED_REFUSALS = frozenset({403, 404, 409})
"""What is not theirs, and what a record itself did not allow."""
PATIENCE_S = 1.0
"""A refusal waits no longer for its event."""
LONGEST_ID = 64
_ID: TypeAdapter[int] = TypeAdapter(Id)


def about(request: Request, account: Account, session_id: str | None = None) -> None:
    """Whose account a public endpoint turned out to be about."""
    request.scope["about"] = (account.id, account.role, session_id)


class Auditor:
    """Notes what becomes of the requests to one endpoint."""

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        self.endpoint = endpoint
        self.patients_in = patients_in(endpoint.answer)
        self.always = endpoint.watched or endpoint.method != "GET"
        self.kind = Kind.READ.value if endpoint.method == "GET" else Kind.CHANGE.value
        self.is_own_record = endpoint.roles != SIGNED_IN

    async def done(self, request: Request, given: dict[str, Any], result: Any, response: Response) -> None:
        """Note what was answered: in the transaction of a change, else with other reads. Raises SQLAlchemy's errors."""
        if not self.endpoint.noted or response.status_code == 304 or (self.endpoint.public and not self.always):
            return
        who: Identity | None = request.scope.get("who")
        # what patients may see is about themselves
        is_patient = who is not None and who.role is Role.PATIENT
        patients = set() if is_patient else self._patients(request, result)
        if not (self.always or (self.is_own_record if is_patient else patients)):
            return
        event = self._event(request, given, OK, patients, getattr(result, "id", None), result)
        is_change = self.kind == Kind.CHANGE.value
        if is_change and (db := next((value for value in given.values() if isinstance(value, AsyncSession)), None)):
            await append(db, [event])
        else:
            await committer(request).add(event)

    async def refused(self, request: Request, refusal: Refusal) -> None:
        """Note what somebody was refused. Raises nothing."""
        given: dict[str, Any] = request.scope.get("given", {})
        if not self._is_noted(request, refusal):
            return
        try:
            event = self._event(request, given, refusal.code(), self._patients(request, None), None, None)
            async with asyncio.timeout(PATIENCE_S):
                await committer(request).add(event, may_drop=True)
        except Exception as error:
            log.error("refusal_not_audited", request_id=request.scope["request_id"], reason=error_type(error))

    def _is_noted(self, request: Request, refusal: Refusal) -> bool:
        if not self.endpoint.public:
            return "who" in request.scope and refusal.status in NOTED_REFUSALS
        # nobody who shows nothing may fill the trail, nor who is told to wait
        names_nobody = isinstance(refusal, Malformed | Unauthenticated) and "about" not in request.scope
        return self.always and refusal.status < 500 and refusal.status != TooManyRequests.status and not names_nobody

    def _patients(self, request: Request, result: Any) -> set[int]:
        found: set[int] = set() if self.patients_in is None or result is None else set(self.patients_in(result))
        # in the path, the query or the body; refused may be what is no id at all
        given = request.scope.get("given", {})
        body = self._body(given)
        for named in (request.path_params, given, vars(body) if body else {}):
            if (patient := named.get("patient_id")) is not None:
                with suppress(ValidationError):
                    found.add(_ID.validate_python(patient))
        return found

    def _body(self, given: dict[str, Any]) -> BaseModel | None:
        body = given.get(self.endpoint.body.name) if self.endpoint.body else None
        return body if isinstance(body, BaseModel) else None

    def _event(
        self, request: Request, given: dict[str, Any], outcome: str, patients: set[int], made_id: Any, result: Any
    ) -> Event:
        account_id, role, session_id = _actor(request, given, result)
        body = self._body(given)
        object_id = next(reversed(request.path_params.values()), made_id)
        scope = request.scope
        row = {
            "at": now(),
            "request_id": scope["request_id"],
            "account_id": account_id,
            "role": role and role.value,
            "session_id": session_id,
            "address": caller(scope),
            "service": self.endpoint.service,
            "action": self.endpoint.name,
            "kind": self.kind,
            "object_id": None if object_id is None else str(object_id)[:LONGEST_ID],
            "outcome": outcome,
            "reason": body.reason if isinstance(body, OpenChart) else None,
            "members": " ".join(sorted(body.model_fields_set)) if body else None,
        }
        return Event(row, patients - {account_id} if role is Role.PATIENT else patients)


def committer(request: Request) -> Committer:
    """Of this process."""
    found: Committer = request.app.state.committer
    return found


async def answer_refusal_noted(request: Request, refusal: Exception) -> Response:
    """Exception handler for refusals of services."""
    auditor: Auditor | None = getattr(request.scope.get("endpoint"), "auditor", None)
    if auditor is not None and isinstance(refusal, Refusal):
        await auditor.refused(request, refusal)
    return await answer_refusal(request, refusal)


def _actor(request: Request, given: dict[str, Any], result: Any) -> tuple[int | None, Role | None, str | None]:
    who: Identity | None = request.scope.get("who") or given.get("visitor")
    if who is not None:
        return who.id, who.role, who.sid
    if "about" in request.scope:
        known: tuple[int, Role, str | None] = request.scope["about"]
        return known
    account = result.account if isinstance(result, Tokens) else result
    return (account.id, account.role, None) if isinstance(account, Account) else (None, None, None)
