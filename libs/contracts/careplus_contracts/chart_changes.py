"""Changes of a chart: each change of the allergies or the problems with its author, its time, and the lists before and after."""

from enum import StrEnum

from pydantic import Field

from careplus_contracts.allergies import Allergy
from careplus_contracts.charts import Condition
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Answer, Id, Instant, Page, PageFilter, Person, Version

api = Contract(service="doctors", tag="charts")


class ChartPart(StrEnum):
    ALLERGIES = "allergies"
    PROBLEMS = "problems"


class ChartEntries(Answer):
    """One part of the chart as it was; the members of the other part are null."""

    allergies: list[Allergy] | None
    no_known_allergies: bool | None
    problems: list[Condition] | None


class ChartChange(Answer):
    """One change; it is never changed or deleted."""

    id: Id
    patient_id: Id
    version: Version = Field(description="The version that the chart got.")
    part: ChartPart
    before: ChartEntries
    after: ChartEntries
    changed_at: Instant
    changed_by: Person = Field(description="The name is the one at that time.")


class ChartChanges(Page[ChartChange]):
    """Changes of a chart, newest first. Changes from before version 0.2 were not kept."""


@api.get("/api/doctor/patients/{patient_id}/history", roles={Role.DOCTOR}, refuses=(NotFound,))
async def list_chart_changes(patient_id: Id, query: PageFilter) -> ChartChanges:
    """List the changes of allergies and problems of a patient in your care, newest first."""
