"""Allergies: substances that a patient must not get; "not asked" and "none known" are different answers."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import Answer, Body, Emergency, Id, Line, PastDay, Version

api = Contract(service="doctors", tag="charts")


class Severity(StrEnum):
    """FHIR reaction severity."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class AllergyStatus(StrEnum):
    """`none_known`: the patient was asked and has none. `not_asked`: the patient was not asked."""

    NOT_ASKED = "not_asked"
    NONE_KNOWN = "none_known"
    NOTED = "noted"


class Certainty(StrEnum):
    """FHIR verificationStatus; `suspected` is its `unconfirmed`. Null: not stated, as in entries from before this member."""

    CONFIRMED = "confirmed"
    SUSPECTED = "suspected"


class Allergy(Body):
    """One substance (FHIR AllergyIntolerance)."""

    substance: Line = Field(examples=["Penicillin"])
    reaction: Line | None = Field(default=None, examples=["Hives"])
    severity: Severity
    certainty: Certainty | None = None
    onset: PastDay | None = Field(default=None, description="The day of the first reaction.")
    noted_on: PastDay | None = Field(default=None, description="The day on which it was recorded or told.")


class RecordedAllergy(Allergy):
    """One substance of a chart."""

    emergency: Emergency


class SetAllergies(Body):
    """An empty list without `no_known_allergies` means that the patient was not asked.

    Each substance is named once; case, accents, hyphens and the spelling of umlauts do not count.
    """

    allergies: Annotated[list[Allergy], Field(max_length=100)]
    no_known_allergies: bool = Field(default=False, description="The patient was asked and has none; requires an empty list.")

    @model_validator(mode="after")
    def _check_consistent(self) -> "SetAllergies":
        if self.no_known_allergies and self.allergies:
            raise ValueError("no_known_allergies goes with an empty list")
        return self


class AllergyCheck(Answer):
    """Whether the checks of prescriptions know a substance or class in the text of one allergy.

    All substances and classes in it are found, in English and German, by any of their names: `ASS` and `aspirin`,
    `Penicillinallergie` and `penicillins`, several in one text.
    """

    substance: str
    known: bool = Field(
        description="If not, a prescription is compared with the words of the text only: tell the prescriber that this allergy "
        "is not checked."
    )


class Allergies(Answer):
    allergy_status: AllergyStatus
    allergies: list[RecordedAllergy] = Field(description="In the order that the doctor chose, at most 100.")
    checks: list[AllergyCheck] = Field(description="One per allergy, in the same order.")
    version: Version = Field(description="The version of the chart.")


@api.get("/api/doctor/patients/{patient_id}/allergies", roles={Role.DOCTOR}, refuses=(NotFound,))
async def show_allergies(patient_id: Id) -> Allergies:
    """Read the allergies of a patient in your care, without the rest of the chart."""


@api.put(
    "/api/doctor/patients/{patient_id}/allergies",
    roles={Role.DOCTOR},
    refuses=(NotFound,),
    versioned=True,
    example={
        "allergies": [
            {
                "substance": "Penicillin",
                "reaction": "Hives",
                "severity": "severe",
                "certainty": "confirmed",
                "onset": "2011-06-20",
                "noted_on": "2019-03-02",
            }
        ],
        "no_known_allergies": False,
    },
)
async def set_allergies(patient_id: Id, body: SetAllergies) -> Allergies:
    """Replace the allergies of a patient in your care, or record that there are none. The same list makes no new version.

    An entry that stays as it was keeps its `emergency`.
    """
