"""Checks of medicines: the alerts that a prescription raises, and the reasons for prescribing despite them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Body, Id, InLanguages, Line

api = Contract(service="doctors", tag="medicines")

MOST_ITEMS = 20
"""The most medicines of one prescription."""

AlertKey = Annotated[str, Field(max_length=200, examples=["interaction:ibuprofen:warfarin"])]
"""Names one alert of one prescription: the same medicines, allergies and rules give the same key."""


class AlertKind(StrEnum):
    """`class`: a substance that may cross-react with a recorded allergy. `duplicate`: the patient takes one like it already."""

    ALLERGY = "allergy"
    CLASS = "class"
    DUPLICATE = "duplicate"
    INTERACTION = "interaction"
    DOSE = "dose"


class AlertSeverity(StrEnum):
    """`stop` and `warn` are refused without a reason, `inform` is shown only."""

    STOP = "stop"
    WARN = "warn"
    INFORM = "inform"


class Alert(Answer):
    """One danger of a prescription that the rules name."""

    key: AlertKey
    kind: AlertKind
    severity: AlertSeverity
    medicine: str = Field(description="The prescribed medicine, as it was typed.")
    against: str = Field(description="The allergy, the other medicine or the limit, as it is recorded.")
    why: InLanguages
    source: str = Field(description="The published source of the rule.")


class UncheckedReason(StrEnum):
    """The part of the check that was not possible."""

    UNKNOWN_MEDICINE = "unknown_medicine"
    UNKNOWN_ALLERGY = "unknown_allergy"
    DOSE_NOT_READ = "dose_not_read"


class Unchecked(Answer):
    """A text that the rules do not know: tell the prescriber that it was not checked."""

    text: str
    reason: UncheckedReason


class MedicineCheck(Answer):
    alerts: list[Alert] = Field(description="The most severe first.")
    unchecked: list[Unchecked]
    rules_version: str


class Override(Body):
    """The reason for prescribing despite one alert."""

    key: AlertKey
    reason: Line


class Unsafe(Refusal):
    """The prescription raises alerts without a reason.

    Prescribe another medicine or dose, or give a reason in `overrides` for each alert of `alerts` with severity `stop` or
    `warn`.
    """

    status = 409
    alerts: list[Alert]
    rules_version: str


class AnsweredAlert(Alert):
    """An alert that a prescription raised when it was written."""

    reason: str | None = Field(description="The prescriber's reason; null: the alert informs and needs none.")


class PrescriptionCheck(Answer):
    """The check of a prescription as it was when it was written; later rules do not change it."""

    alerts: list[AnsweredAlert] = Field(description="The most severe first.")
    unchecked: list[Unchecked]
    rules_version: str


class MedicineToCheck(Body):
    """One medicine as far as it is typed; a dose is checked when dose, route, frequency and days are there."""

    medicine: Line = Field(examples=["Ibuprofen 400 mg tablets"])
    dose: Line | None = None
    route: Line | None = None
    frequency: Line | None = None
    duration_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class CheckPrescription(Body):
    patient_id: Id
    items: Annotated[list[MedicineToCheck], Field(min_length=1, max_length=MOST_ITEMS)]


@api.post(
    "/api/doctor/prescriptions/check",
    roles={Role.DOCTOR},
    refuses=(NotFound,),
    status=200,
    not_idempotent_because="it computes and stores no record; repeating it gives the same answer",
    not_audited_because="an event for each pause in typing would hide the others; the page reads the chart, which is one",
    example={"patient_id": 12, "items": [{"medicine": "Ibuprofen 400 mg tablets", "dose": "1 tablet"}]},
)
async def check_prescription(body: CheckPrescription) -> MedicineCheck:
    """Check medicines for a patient in your care before they are prescribed, without storing them.

    They are compared with the recorded allergies, with each other, and with the medicines that the patient takes now by any
    doctor. `prescribe` raises the same alerts.
    """
