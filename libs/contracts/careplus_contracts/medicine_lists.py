"""Lists of medicines: the hospital's own, the medicines that a patient takes now, and a doctor's most prescribed ones."""

from enum import StrEnum

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound
from careplus_contracts.values import (
    Answer,
    Count,
    Day,
    Filter,
    Id,
    InLanguages,
    Limit,
    NamedPatient,
    Person,
    Query,
    Version,
)

api = Contract(service="doctors", tag="medicines")

MOST_USED = 20
LONGEST_LIST = 300
"""The most current medicines of a patient that are listed and compared, newest first."""


class MedicineKind(StrEnum):
    """`class`: several medicines with the same effect; an allergy may name one, a prescription does not."""

    SUBSTANCE = "substance"
    COMBINATION = "combination"
    CLASS = "class"


class Medicine(Answer):
    """One entry of the hospital's list."""

    kind: MedicineKind
    name: InLanguages
    matched: str = Field(description="The name that begins as `q`: of the substance, a salt or a brand.")
    substances: list[InLanguages] = Field(description="More than one for a combination.")
    classes: list[InLanguages]
    routes: list[str] = Field(description="Routes with a known dose, the usual one first.", examples=[["oral", "iv"]])
    dose: str | None = Field(description="The usual dose of an adult; null: none is usual.", examples=["400 mg"])
    frequency: InLanguages | None = Field(description="The usual frequency with this dose.")


class FoundMedicines(Answer):
    items: list[Medicine] = Field(description="The best match first.")
    rules_version: str


class MedicineSearch(Filter):
    q: Query = Field(default="", description="An empty one finds nothing.")
    limit: Limit = 20
    with_classes: bool = Field(default=False, description="Find classes too, for example `penicillins`.")


@api.get("/api/medicines", roles={Role.DOCTOR})
async def search_medicines(query: MedicineSearch) -> FoundMedicines:
    """Search the hospital's list of medicines by any name: of a substance, a salt or a brand, in English or German."""


class UsedMedicine(Answer):
    """A medicine as the doctor prescribed it last."""

    medicine: str
    dose: str
    route: str
    frequency: str
    duration_days: int
    quantity: int | None
    repeats: int
    times: Count = Field(description="The number of prescriptions with it among the doctor's newest 1,000.")


class MostUsed(Answer):
    items: list[UsedMedicine] = Field(description="At most 20, the most used first.")


@api.get("/api/doctor/medicines/most-used", roles={Role.DOCTOR})
async def list_most_used() -> MostUsed:
    """List the medicines that you prescribe most, each with the dose, route and frequency of the last time."""


class CurrentMedicine(Answer):
    """One medicine that the patient takes today by a prescription."""

    prescription_id: Id
    prescription_version: Version = Field(description="For `If-Match` of `stop_prescription`.")
    prescriber: Person
    medicine: str
    dose: str
    route: str
    frequency: str
    instructions: str | None
    started_on: Day = Field(description="The day on which it was prescribed.")
    last_day: Day


class CurrentMedicines(Answer):
    patient: NamedPatient
    items: list[CurrentMedicine] = Field(description="Of any doctor's active prescriptions, the newest first; at most 300.")


@api.get("/api/doctor/patients/{patient_id}/medicines", roles={Role.DOCTOR}, refuses=(NotFound,))
async def list_current_medicines(patient_id: Id) -> CurrentMedicines:
    """List the present medicines of a patient in your care, by any doctor's prescriptions."""
