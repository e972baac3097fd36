"""The letter of a referral: its text, and the parts of the chart that the sender enclosed, as they were when it was sent."""

from typing import Annotated

from pydantic import Field

from careplus_contracts.allergies import AllergyStatus, Severity
from careplus_contracts.refusals import Refusal
from careplus_contracts.results import AppliedRange, Comparator, Flag, Missing
from careplus_contracts.values import Answer, Body, Day, Id, InLanguages, Instant, PastDay

MOST_RESULTS = 20


class EncloseResult(Body):
    result_id: Id


class Enclose(Body):
    """The parts of the chart that go with the letter. The receiver and the patient read them."""

    problems: bool = False
    medicines: bool = Field(default=False, description="Those that are taken now, of every doctor.")
    allergies: bool = False
    results: Annotated[list[EncloseResult], Field(max_length=MOST_RESULTS)] = Field(default=[], description="Released results.")


class EnclosedProblem(Answer):
    name: str
    icd10: str | None
    since: PastDay | None


class EnclosedMedicine(Answer):
    medicine: str
    dose: str
    route: str
    frequency: str
    prescribed_by: str
    last_day: Day


class EnclosedAllergy(Answer):
    substance: str
    reaction: str | None
    severity: Severity


class EnclosedValue(Answer):
    name: str
    names: InLanguages
    value: float | None
    comparator: Comparator | None
    text: str | None
    text_names: InLanguages | None
    unit: str | None = Field(description="UCUM.")
    decimals: int
    range: AppliedRange | None
    usual: list[str]
    usual_names: list[InLanguages]
    flag: Flag
    missing: list[Missing]


class EnclosedResult(Answer):
    result_id: Id
    test_name: str
    test_names: InLanguages
    taken_at: Instant
    values: list[EnclosedValue]


class EnclosedChart(Answer):
    """Parts of the chart at the time of sending; later changes of the chart do not alter them.

    They are stored in this form: a further member needs a migration that adds it to the stored ones.
    """

    at: Instant
    problems: list[EnclosedProblem] | None = Field(description="Active ones; null: not enclosed.")
    medicines: list[EnclosedMedicine] | None = Field(description="Null: not enclosed.")
    allergy_status: AllergyStatus | None = Field(description="Null: allergies are not enclosed.")
    allergies: list[EnclosedAllergy] | None
    results: list[EnclosedResult] = Field(description="Newest specimen first.")


class NotReleased(Refusal):
    """A result is not released to the patient.

    Release it first, because the patient reads the letter, or leave it out.
    """

    status = 409
