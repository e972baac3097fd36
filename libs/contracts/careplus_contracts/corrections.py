"""Corrections: of verified results, and the versions that they replaced."""

from typing import Annotated

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import IllegalTransition, Malformed, NotFound
from careplus_contracts.results import EnterObservation, LabResult, Observation, WrongUnit
from careplus_contracts.values import Answer, Body, Id, Instant, Justification, OptionalWords, Person, Version

api = Contract(service="labs", tag="corrections")
MOST_VERSIONS = 50


class CorrectResult(Body):
    """All values of the result as they should be; a value that is left out is withdrawn."""

    observations: Annotated[list[EnterObservation], Field(min_length=1, max_length=60)]
    reason: Justification = Field(description="The doctor and the patient read it.")
    note: OptionalWords | None = Field(default=None, description="Replaces the note; without it, or with null, the note stays.")


class ResultVersion(Answer):
    """Values that a correction replaced, with the note and the doctor's comment on them."""

    version: Version
    observations: list[Observation]
    outside_range: int
    critical: bool
    note: str | None
    comment: str | None
    entered_at: Instant
    verified_at: Instant | None
    verified_by: Person | None
    released_at: Instant | None
    replaced_at: Instant
    replaced_by: Person
    reason: str


class ProposedCorrection(Answer):
    """A correction that waits for the check by a second person of the laboratory."""

    observations: list[Observation]
    note: str | None
    reason: str
    proposed_at: Instant
    proposed_by: Person


class ResultVersions(Answer):
    result_id: Id
    patient_id: Id
    items: list[ResultVersion] = Field(
        description=f"The latest {MOST_VERSIONS}, newest first; for a patient the ones that were released."
    )
    proposed: ProposedCorrection | None = Field(description="For the laboratory; otherwise null.")


@api.post(
    "/api/labs/results/{result_id}/correction",
    location="/api/labs/results/{id}",
    roles={Role.LAB},
    refuses=(NotFound, IllegalTransition, Malformed, WrongUnit),
    versioned=True,
    example={
        "observations": [{"analyte": "hemoglobin", "value": 12.3, "unit": "g/dL"}],
        "reason": "Digits were swapped while typing.",
    },
)
async def correct_result(result_id: Id, body: CorrectResult) -> LabResult:
    """Correct a verified or released result: the new values take the place of the old ones, marked as corrected.

    The same act verifies them, so that the result is unseen again for its doctor. A released result stays released, and the
    patient reads the date and the reason. The doctor's comment stays with the old values. The same values with another note
    correct the note; the same values alone compare them again, for example once the date of birth is known.

    Where the hospital wants a second person to verify, the correction waits for `verify_result` by another person, and
    `correction_waits_since` says so to every reader; the next correction takes the place of one that waits.
    """


@api.get(
    "/api/labs/results/{result_id}/versions",
    roles={Role.PATIENT, Role.DOCTOR, Role.LAB},
    refuses=(NotFound,),
)
async def list_result_versions(result_id: Id) -> ResultVersions:
    """List the versions of a result that corrections replaced, for every reader of the result."""
