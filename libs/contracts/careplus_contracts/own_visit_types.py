"""The types of visits that a doctor offers."""

from typing import Annotated

from pydantic import AfterValidator, Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.values import Answer, Body, Id, Version
from careplus_contracts.visit_types import MOST_TYPES, Minutes, VisitType, VisitTypeNotOffered

api = Contract(service="appointments", tag="availability")


class ChosenVisitType(Body):
    """A type that the doctor offers; `minutes` where this doctor takes another time."""

    visit_type_id: Id
    minutes: Minutes | None = None


def _each_once(types: list[ChosenVisitType]) -> list[ChosenVisitType]:
    if len({one.visit_type_id for one in types}) != len(types):
        raise ValueError("name each type once")
    return types


class SetOwnVisitTypes(Body):
    types: Annotated[list[ChosenVisitType], Field(max_length=MOST_TYPES), AfterValidator(_each_once)] = Field(
        description="In the order in which they are offered; the first one is booked where none is named."
    )


class OwnVisitType(Answer):
    """A type that a doctor offers or can offer."""

    type: VisitType
    offered: bool
    minutes: Minutes | None = Field(description="Null: as long as the type says.")


class OwnVisitTypes(Answer):
    types: list[OwnVisitType] = Field(description="The offered ones in their order, then the other active ones.")
    version: Version


@api.get("/api/doctor/visit-types", roles={Role.DOCTOR})
async def show_own_visit_types() -> OwnVisitTypes:
    """Read the active types, and which of them you offer."""


@api.put(
    "/api/doctor/visit-types",
    roles={Role.DOCTOR},
    refuses=(VisitTypeNotOffered,),
    versioned=True,
    example={"types": [{"visit_type_id": 1, "minutes": 30}]},
)
async def set_own_visit_types(body: SetOwnVisitTypes) -> OwnVisitTypes:
    """Choose the types that you offer. With one type or none, patients are not asked for one.

    Booked visits stay as they are.
    """
