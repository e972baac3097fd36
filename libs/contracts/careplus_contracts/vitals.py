"""Vital signs of a patient, measured by doctors: blood pressure, heart rate, temperature, weight and others.

One record is one set of measurements of one time: in FHIR a vital signs panel (LOINC 85353-1) with an Observation for each value.
A record never changes. A wrong one is marked as entered in error (FHIR status `entered-in-error`) with a reason, and stays
readable for doctors.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import (
    Answer,
    Body,
    Emergency,
    Id,
    Instant,
    Justification,
    Page,
    PageFilter,
    Person,
    Reason,
    Version,
)

api = Contract(service="doctors", tag="vitals")


class VitalSign(StrEnum):
    """FHIR's vital signs with their LOINC codes and UCUM units, and the pain that the patient tells.

    `systolic` 8480-6 and `diastolic` 8462-4 blood pressure in mm[Hg], `heart_rate` 8867-4 and `respiratory_rate` 9279-1 in
    /min, body `temperature` 8310-5 in Cel, `oxygen_saturation` by pulse oximetry 59408-5 in %, body `weight` 29463-7 in kg,
    body `height` 8302-2 in cm, `pain` severity 72514-3 from 0 to 10.
    """

    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    HEART_RATE = "heart_rate"
    RESPIRATORY_RATE = "respiratory_rate"
    TEMPERATURE = "temperature"
    OXYGEN_SATURATION = "oxygen_saturation"
    WEIGHT = "weight"
    HEIGHT = "height"
    PAIN = "pain"


@dataclass(frozen=True)
class Within:
    """Refuses a value that no living person has, and names the unit: the value may be right in another one."""

    low: float
    high: float
    unit: str

    def check(self, value: float) -> float:
        if not self.low <= value <= self.high:
            raise ValueError(f"enter the value in {self.unit}, from {self.low:g} to {self.high:g}")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        described = f"In {self.unit}, from {self.low:g} to {self.high:g}."
        return {**handler(schema), "minimum": self.low, "maximum": self.high, "description": described}


class _Measured(Body):
    """The values of a set; null: not measured."""

    systolic: Annotated[int, Within(40, 300, "mmHg")] | None = None
    diastolic: Annotated[int, Within(20, 200, "mmHg")] | None = None
    heart_rate: Annotated[int, Within(10, 300, "beats per minute")] | None = None
    respiratory_rate: Annotated[int, Within(3, 120, "breaths per minute")] | None = None
    temperature: Annotated[float, Within(25, 45, "°C, not °F")] | None = None
    oxygen_saturation: Annotated[int, Within(30, 100, "%")] | None = None
    weight: Annotated[float, Within(0.3, 400, "kg, not g or lb")] | None = None
    height: Annotated[float, Within(20, 250, "cm, not m or in")] | None = None
    pain: Annotated[int, Within(0, 10, "points of the 0-10 scale")] | None = None


class RecordVitals(_Measured):
    """At least one value. A diastolic pressure goes with a systolic one."""

    appointment_id: Id | None = Field(default=None, description="The visit to you at which they were measured.")
    measured_at: Instant | None = Field(default=None, description="Not in the future; null: now.")
    note: Reason | None = Field(default=None, description="For example the arm, the position or the device.")
    confirmed: Annotated[list[VitalSign], Field(max_length=len(VitalSign))] = Field(
        default=[], description="Unusual values that were checked and are right; see `unusual_values`."
    )

    @model_validator(mode="after")
    def _check_values(self) -> "RecordVitals":
        if all(getattr(self, sign) is None for sign in VitalSign):
            raise ValueError(f"give one of {', '.join(VitalSign)}")
        if self.diastolic is not None and (self.systolic is None or self.systolic <= self.diastolic):
            raise ValueError("a diastolic blood pressure goes with a higher systolic one")
        return self


class MarkVitals(Body):
    reason: Justification = Field(description="Why the record is wrong; doctors read it beside the values.")


class VitalSigns(Answer):
    """One set of measurements (FHIR vital signs panel)."""

    id: Id
    patient_id: Id
    appointment_id: Id | None
    measured_at: Instant
    systolic: int | None
    diastolic: int | None
    heart_rate: int | None
    respiratory_rate: int | None
    temperature: float | None
    oxygen_saturation: int | None
    weight: float | None
    height: float | None
    pain: int | None
    bmi: float | None = Field(
        description="Body mass index (39156-5) in kg/m², of this set's weight and height; computed, not stored."
    )
    note: str | None
    recorded_by: Person
    recorded_at: Instant
    emergency: Emergency
    in_error_at: Instant | None = Field(description="Null: the record holds.")
    in_error_by: Person | None
    error_reason: str | None
    version: Version


class VitalSignsList(Page[VitalSigns]):
    """Sets of measurements, the newest first."""


class UnusualValue(Answer):
    """A value outside the bounds between which most values of this age lie."""

    sign: VitalSign
    value: float
    low: float
    high: float


class UnusualValues(Refusal):
    """Some values are unusual for the patient's age.

    Measure or read them again. If they are right, send them once more and name them in `confirmed`.
    """

    status = 409
    unusual: list[UnusualValue]


@api.post(
    "/api/doctor/patients/{patient_id}/vitals",
    roles={Role.DOCTOR},
    refuses=(NotFound, UnusualValues),
    location="/api/doctor/patients/{patient_id}/vitals",
    example={"systolic": 124, "diastolic": 78, "heart_rate": 68, "weight": 71.5, "note": "Left arm, sitting"},
)
async def record_vitals(patient_id: Id, body: RecordVitals) -> VitalSigns:
    """Record vital signs of a patient in your care.

    A value that is impossible, such as a temperature of 98 °C, is refused. One that is unusual for the patient's age is stored
    if `confirmed` names it.
    """


@api.get("/api/doctor/patients/{patient_id}/vitals", roles={Role.DOCTOR}, refuses=(NotFound,))
async def list_vitals(patient_id: Id, query: PageFilter) -> VitalSignsList:
    """List the vital signs of a patient in your care by time of measurement, newest first, also values entered in error."""


@api.put(
    "/api/doctor/vitals/{vitals_id}/entered-in-error",
    roles={Role.DOCTOR},
    refuses=(NotFound,),
    versioned=True,
    example={"reason": "Values of another patient."},
)
async def mark_vitals_in_error(vitals_id: Id, body: MarkVitals) -> VitalSigns:
    """Mark vital signs that you recorded, or those of a patient in your care, as entered in error.

    They stay readable for doctors, and no trend, note or patient's record shows them. Marking them again has no effect.
    """
