"""Age limits of specialties: the ages of patients that may book a doctor of a specialty online."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from careplus_contracts.endpoints import DESK, Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Body, Count, InLanguages, SpecialtyCode, Version

api = Contract(service="appointments", tag="finding")

MOST_LIMITS = 100
OLDEST = 120
Age = Annotated[int, Field(ge=0, le=OLDEST, description="In completed years, on the clinic day of the visit.")]


class AgeLimits(Answer):
    """The ages that a specialty sees, both included; null: no limit on that side."""

    min_age: Age | None
    max_age: Age | None


class OutsideAgeLimits(Refusal):
    """This doctor's specialty sees patients of another age.

    Choose a doctor of another specialty, or call the hospital: reception can book this doctor. `limits` are the ages on the day
    of the visit.
    """

    status = 409
    limits: AgeLimits


class LimitedSpecialty(Answer):
    """A specialty of the list, with the hospital's limits and the usual ones."""

    code: SpecialtyCode
    names: InLanguages
    doctors: Count = Field(description="Number of doctors with this specialty that can be booked.")
    limits: AgeLimits | None = Field(description="Null: patients of any age book it online.")
    usual: AgeLimits | None = Field(
        description="The ages to which the list of specialties offers it for a complaint, where the hospital set no limits."
    )


class SpecialtyAges(Answer):
    specialties: list[LimitedSpecialty] = Field(description="The whole list of specialties, by English name.")
    version: Version


class SetAgeLimits(Body):
    """The limits of one specialty; at least one side is set."""

    code: SpecialtyCode
    min_age: Age | None = None
    max_age: Age | None = None

    @model_validator(mode="after")
    def _check_order(self) -> "SetAgeLimits":
        if self.min_age is None and self.max_age is None:
            raise ValueError("give min_age, max_age or both")
        if self.min_age is not None and self.max_age is not None and self.min_age > self.max_age:
            raise ValueError("min_age is above max_age")
        return self


def _each_code_once(limits: list[SetAgeLimits]) -> list[SetAgeLimits]:
    if len({one.code for one in limits}) != len(limits):
        raise ValueError("name each specialty once")
    return limits


class SetSpecialtyAges(Body):
    limits: Annotated[list[SetAgeLimits], Field(max_length=MOST_LIMITS), AfterValidator(_each_code_once)] = Field(
        description="Specialties that are not named have no limits."
    )


@api.get("/api/admin/specialty-ages", roles=DESK)
async def show_specialty_ages() -> SpecialtyAges:
    """Read the age limits of all specialties."""


@api.put(
    "/api/admin/specialty-ages",
    roles={Role.ADMIN},
    refuses=(NotFound,),
    versioned=True,
    example={"limits": [{"code": "paediatrics", "min_age": 0, "max_age": 17}]},
)
async def set_specialty_ages(body: SetSpecialtyAges) -> SpecialtyAges:
    """Replace the age limits of all specialties.

    They bind patients that search, book and move visits online; booked visits stay. Staff book a patient of any age.
    """
