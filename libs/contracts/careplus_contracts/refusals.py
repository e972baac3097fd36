"""Refusals: errors of the API, as RFC 9457 problem details.

A refusal is an exception class with a status. Its name in snake_case is its `code`, its docstring's first line its `title`,
the rest of its docstring the remedy, and annotated attributes are members of the problem beyond the standard ones. The list of
codes of an operation is closed, the members of a problem are not: readers ignore members that they do not know.
"""

import re
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, get_type_hints

from pydantic import BaseModel, Field, create_model

from careplus_contracts.values import Answer, Id, Instant

PROBLEM_MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One member of the request that is not valid."""

    field: str = Field(description="Dotted path to the member, `body.items.0.dose`.")
    message: str = Field(description="The values that are accepted.")


class Problem(BaseModel):
    """RFC 9457 problem details. Ignore members that you do not know."""

    type: str = Field(description="A URI reference that names the problem; `/docs/problems#<code>`.")
    title: str
    status: int
    detail: str = Field(description="The cause, and the action to take.")
    code: str = Field(description="Identifies the kind of problem; clients switch on it.")
    request_id: str = Field(description="The id of the request, as in the logs.")


class Refusal(Exception):
    """A request that is refused. Subclasses set `status`.

    Its members are attributes. In a client, `request_id` is the id of the refused request, and `retry_after` the seconds of the
    answer's Retry-After.
    """

    status: ClassVar[int]
    retry_after: int | None = None

    def __init__(self, detail: str, **extras: Any) -> None:
        """Raise TypeError for a member that the class does not declare."""
        super().__init__(detail)
        if unknown := extras.keys() - self.members():
            raise TypeError(f"{type(self).__name__} declares no {sorted(unknown)}")
        self.detail = detail
        self.extras = extras
        self.__dict__.update(extras, request_id=None)

    if TYPE_CHECKING:
        # declared here alone, because every other annotation is a member of the problem
        request_id: str | None

    @classmethod
    def remedy(cls) -> str:
        """Return the advice to the caller."""
        return " ".join((cls.__doc__ or "").partition("\n")[2].split())

    @classmethod
    @cache
    def members(cls) -> dict[str, Any]:
        """Return the types of the members beyond the standard ones, by name."""
        hints = get_type_hints(cls, include_extras=True)
        return {name: kind for name, kind in hints.items() if name not in {"status", "retry_after"}}

    @classmethod
    def read(cls, body: bytes, retry_after: int | None = None) -> Self:
        """Return the refusal in a body. Raise ValidationError where the body is another problem."""
        problem = cls.problem().model_validate_json(body, extra="ignore")
        refusal = cls(problem.detail, **{name: getattr(problem, name) for name in cls.members()})
        refusal.request_id, refusal.retry_after = problem.request_id, retry_after
        return refusal

    @classmethod
    def code(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0].rstrip(".")

    @classmethod
    @cache
    def problem(cls) -> type[Problem]:
        """Return the model of this refusal as JSON."""
        fields: dict[str, Any] = {
            "code": (Literal[cls.code()], ...),
            "status": (Literal[cls.status], ...),
            **{name: (kind, ...) for name, kind in cls.members().items()},
        }
        return create_model(
            f"{cls.__name__}Problem",
            __base__=Problem,
            __doc__=cls.title() + ".",
            **fields,
        )

    def body(self, request_id: str) -> bytes:
        return (
            self.problem()(
                type=f"/docs/problems#{self.code()}",
                title=self.title(),
                status=self.status,
                detail=self.detail,
                code=self.code(),
                request_id=request_id,
                **self.extras,
            )
            .model_dump_json()
            .encode()
        )

    def headers(self) -> dict[str, str]:
        """Return the headers of this refusal."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


class NotHttp(Refusal):
    """The request is not valid HTTP/1.1.

    Send HTTP/1.1 with one Host header, and a body with its length or in chunks.
    """

    status = 400


class Unauthenticated(Refusal):
    """A valid access token is needed.

    Sign in, or renew the token, and repeat the request with the new one.
    """

    status = 401

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="careplus"'}


class Forbidden(Refusal):
    """Your role may not do this.

    Sign in with an account of a role that the operation lists.
    """

    status = 403


class NotFound(Refusal):
    """This address has no record that you may see.

    Check the address and its ids. Records of other people answer the same.
    """

    status = 404


class MethodNotAllowed(Refusal):
    """This address does not support that method.

    Use a method of the Allow header.
    """

    status = 405


class Malformed(Refusal):
    """The request does not match its documentation.

    Correct the members that `errors` names; `message` says which values are accepted.
    """

    status = 422
    errors: list[FieldError]


class Stale(Refusal):
    """The record has changed since you read it.

    Read the record again, repeat your change on it, and send the new `version` as If-Match.
    """

    status = 412
    version: int

    @classmethod
    def at(cls, version: int) -> "Stale":
        """Return the refusal for a record that has this version now."""
        return cls("Somebody changed this record meanwhile. Read it again and repeat your change.", version=version)


class InProgress(Refusal):
    """A request with this Idempotency-Key is still in progress.

    Repeat the same request after the seconds of Retry-After: it gets the first one's answer.
    """

    status = 409
    retry_after = 1


class KeyReused(Refusal):
    """This Idempotency-Key was used for another request.

    Use a new random key for each new request. Repeat a request with exactly the same body.
    """

    status = 422


class TooLarge(Refusal):
    """The body is larger than 1 MiB.

    Send a smaller body.
    """

    status = 413


class AddressTooLong(Refusal):
    """The address is longer than 4 KiB.

    Send fewer or shorter query parameters.
    """

    status = 414


class HeadersTooLarge(Refusal):
    """The request has more than 64 header fields or 16 KiB of headers.

    Send fewer or shorter headers.
    """

    status = 431


class TooManyRequests(Refusal):
    """Too many requests in a short time.

    Wait for the seconds of Retry-After. The headers RateLimit and RateLimit-Policy say what is left.
    """

    status = 429
    retry_after = 5


class Unexpected(Refusal):
    """Something went wrong on our side.

    Tell the hospital the `request_id`. If you changed something, look whether it was done before you repeat it.
    """

    status = 500


class Unavailable(Refusal):
    """A part of the hospital's system is not available now.

    Repeat the request after the seconds of Retry-After. Use an Idempotency-Key for a change, so that it runs once.
    """

    status = 503
    retry_after = 2


class TimedOut(Refusal):
    """A part of the hospital's system did not answer in time.

    If you changed something, look whether it was done before you repeat it, or repeat it with the same Idempotency-Key.
    """

    status = 504
    retry_after = 5


class InsufficientStorage(Refusal):
    """The disk of the hospital's data is almost full.

    Nothing was changed, and records can still be read. Tell the hospital; repeat the change when there is space again.
    """

    status = 507


class SlotTaken(Refusal):
    """That time is not free.

    Choose one of `alternatives`, the nearest free times, or another one of the doctor's free slots.
    """

    status = 409
    alternatives: list[Instant]


class AppointmentKind(StrEnum):
    VISIT = "visit"
    LABORATORY = "laboratory"


class OtherAppointment(Answer):
    """The appointment that occupies the patient's time: a visit to a doctor or to the laboratory."""

    kind: AppointmentKind
    id: Id = Field(description="Of the visit or of the laboratory booking.")
    starts_at: Instant
    ends_at: Instant


class PatientBusy(Refusal):
    """The patient has another appointment at that time.

    Choose one of the `alternatives`, or move or cancel the `other` appointment.
    """

    status = 409
    other: OtherAppointment | None
    alternatives: list[Instant]

    @classmethod
    def during(cls, other: OtherAppointment | None, alternatives: list[Instant], *, own: bool) -> "PatientBusy":
        """Return the refusal; `own`: the patient asks. `other` is None where it was booked at this moment."""
        has = "You have" if own else "The patient has"
        detail = f"{has} another appointment at that time. Choose another time, or move or cancel the other appointment first."
        return cls(detail, other=other, alternatives=alternatives)


class IllegalTransition(Refusal):
    """The record cannot change from its status to that one.

    Read the record again: its status is `current`, and `legal` lists the possible next ones.
    """

    status = 409
    current: str
    legal: list[str]


ANYWHERE: tuple[type[Refusal], ...] = (NotHttp, MethodNotAllowed, AddressTooLong, Unexpected)
"""Refusals that no endpoint names, because any request may get them."""
