"""Verification: of many normal results at once."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.values import Answer, Body, Id, Version

api = Contract(service="labs", tag="verification")


class ResultToVerify(Body):
    result_id: Id
    version: Annotated[int, Field(ge=1, le=10**9, description="The version that was looked at.")]


def _each_once(results: list[ResultToVerify]) -> list[ResultToVerify]:
    if len({one.result_id for one in results}) != len(results):
        raise ValueError("name each result once")
    return results


class VerifyNormal(Body):
    results: Annotated[list[ResultToVerify], Field(min_length=1, max_length=100), AfterValidator(_each_once)]


class LeftBecause(StrEnum):
    """Why a result was left: `second_person`: the caller entered it, and another person has to verify it."""

    NOT_NORMAL = "not_normal"
    CHANGED = "changed"
    CLOSED = "closed"
    SECOND_PERSON = "second_person"
    NOT_FOUND = "not_found"


class VerifiedResult(Answer):
    result_id: Id
    patient_id: Id
    version: Version


class UnverifiedResult(Answer):
    result_id: Id
    reason: LeftBecause


class VerifiedNormal(Answer):
    """Each result of the request, in one of the two lists."""

    verified: list[VerifiedResult]
    left: list[UnverifiedResult]


@api.post(
    "/api/labs/results/verify-normal",
    roles={Role.LAB},
    status=200,
    example={"results": [{"result_id": 7, "version": 1}]},
)
async def verify_normal(body: VerifyNormal) -> VerifiedNormal:
    """Verify the results with only normal values, and say which ones were left and why.

    A value without a range, or one that cannot be judged for certain, is not normal. Each result is verified as `verify_result`
    does it, or left unchanged.
    """
