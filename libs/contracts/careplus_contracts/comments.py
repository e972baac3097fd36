"""Comments: the versions of the doctor's comment on a result."""

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Answer, Id, Instant, Person, Version

api = Contract(service="labs", tag="results")
MOST_COMMENTS = 50


class ResultComment(Answer):
    """One version of the comment; it is never changed or deleted."""

    version: Version = Field(description="The version that the result got with it.")
    text: str | None = Field(description="Null: the comment was removed, by a doctor or because the values were corrected.")
    at: Instant | None = Field(description="Null: written before this was stored.")
    by: Person | None = Field(description="The name is the one at that time. Null: written before this was stored.")


class ResultComments(Answer):
    result_id: Id
    patient_id: Id
    items: list[ResultComment] = Field(
        description=f"The latest {MOST_COMMENTS}, newest first; for a patient the ones that the patient could read."
    )


@api.get("/api/labs/results/{result_id}/comments", roles={Role.PATIENT, Role.DOCTOR, Role.LAB}, refuses=(NotFound,))
async def list_result_comments(result_id: Id) -> ResultComments:
    """List the versions of the doctor's comment with author and time, for every reader of the result."""
