"""Medicines: the hospital's own list of substances, and the alerts that a prescription raises."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from careplus_contracts.refusals import Refusal
from careplus_contracts.values import Answer, Body, InLanguages, Line

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

    Prescribe another medicine or dose, or give a reason in `overrides` for each alert of `alerts` whose severity is `stop` or
    `warn`.
    """

    status = 409
    alerts: list[Alert]
    rules_version: str
