"""Allergies: what a patient must not get, and that nobody asked is not the same as that there are none."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Body, Id, Line, PastDay, Version

api = Contract(service="doctors", tag="charts")


class Severity(StrEnum):
    """FHIR reaction severity."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class AllergyStatus(StrEnum):
    """`none_known`: somebody asked, and there are none. `not_asked`: nobody knows."""

    NOT_ASKED = "not_asked"
    NONE_KNOWN = "none_known"
    NOTED = "noted"


class Allergy(Body):
    """One substance (FHIR AllergyIntolerance)."""

    substance: Line = Field(examples=["Penicillin"])
    reaction: Line | None = Field(default=None, examples=["Hives"])
    severity: Severity
    noted_on: PastDay | None = None


def _each_once(allergies: list[Allergy]) -> list[Allergy]:
    if len({allergy.substance.strip().casefold() for allergy in allergies}) < len(allergies):
        raise ValueError("name each substance once")
    return allergies


class SetAllergies(Body):
    """No allergies and not `no_known_allergies`: nobody asked."""

    allergies: Annotated[list[Allergy], Field(max_length=100), AfterValidator(_each_once)]
    no_known_allergies: bool = Field(default=False, description="Somebody asked, and there are none; goes with an empty list.")

    @model_validator(mode="after")
    def _does_not_contradict_itself(self) -> "SetAllergies":
        if self.no_known_allergies and self.allergies:
            raise ValueError("no_known_allergies goes with an empty list")
        return self


class Allergies(Answer):
    allergy_status: AllergyStatus
    allergies: list[Allergy] = Field(description="As the doctor ordered them, at most 100.")
    version: Version = Field(description="Of the chart.")


class AllergyMatch(Answer):
    """A prescribed medicine that is noted as an allergy."""

    medicine: str
    substance: str
    severity: Severity
    reaction: str | None


class AllergyConflict(Refusal):
    """The patient is allergic to a prescribed medicine."""

    status = 409
    conflicts: list[AllergyMatch]


@api.put(
    "/api/doctor/patients/{patient_id}/allergies",
    roles={Role.DOCTOR},
    refuses=(NotFound,),
    versioned=True,
    example={
        "allergies": [{"substance": "Penicillin", "reaction": "Hives", "severity": "severe", "noted_on": "2019-03-02"}],
        "no_known_allergies": False,
    },
)
async def set_allergies(patient_id: Id, body: SetAllergies) -> Allergies:
    """Replace the allergies of a patient in your care, or note that there are none. The same again makes no new version."""
