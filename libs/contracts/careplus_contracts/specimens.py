"""Specimens: the laboratory collects, receives and rejects them one by one, and counts the bookings of its worklist."""

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.labs import LabBooking, OnlyDay, Search, SpecimenStatus
from careplus_contracts.refusals import IllegalTransition, NotFound
from careplus_contracts.values import Answer, Body, Count, Filter, Id, Reason

api = Contract(service="labs", tag="labs")


class SetSpecimenStatus(Body):
    status: SpecimenStatus
    reason: Reason | None = Field(default=None, description="Required with `rejected`.")


class WorklistCounts(Answer):
    """The number of bookings in each status that needs work, over all pages of the worklist."""

    booked: Count
    collected: Count
    received: Count
    in_progress: Count
    resulted: Count
    rejected: Count
    all: Count = Field(description="The sum of the others.")
    stat: Count = Field(description="Those of them that are `stat`.")


class CountFilter(Filter):
    day: OnlyDay = None
    q: Search = None


@api.get("/api/labs/worklist/counts", roles={Role.LAB}, conditional=True)
async def count_worklist(query: CountFilter) -> WorklistCounts:
    """Count the bookings that need work, with the same filters as the worklist."""


@api.put(
    "/api/labs/specimens/{specimen_id}/status",
    roles={Role.LAB},
    refuses=(NotFound, IllegalTransition),
    versioned=True,
    example={"status": "rejected", "reason": "The blood had clotted."},
)
async def set_specimen_status(specimen_id: Id, body: SetSpecimenStatus) -> LabBooking:
    """Record that one specimen was collected, received or rejected, and answer its booking; the version is the booking's.

    Rejecting deletes the results of its tests that are not verified; a new specimen of the same type with another accession
    number is expected then. Once all its results are verified, a specimen can no longer be rejected, and `rejected` is final.
    Values of a test can be entered once its specimen is received. Setting the present status has no effect and the same answer.
    """
