"""From the patient's arm to the last verified value: what may become of a booking, and who may say so."""

from collections.abc import Collection

from careplus_contracts.endpoints import Role
from careplus_contracts.labs import LabBookingStatus
from careplus_contracts.refusals import FieldError, IllegalTransition, Malformed
from careplus_contracts.results import ResultStatus

S = LabBookingStatus

TRANSITIONS: dict[LabBookingStatus, tuple[LabBookingStatus, ...]] = {
    S.BOOKED: (S.COLLECTED, S.CANCELLED),
    S.COLLECTED: (S.RECEIVED, S.REJECTED),
    S.RECEIVED: (S.IN_PROGRESS, S.REJECTED),
    S.REJECTED: (S.COLLECTED, S.CANCELLED),
    S.IN_PROGRESS: (S.RESULTED, S.REJECTED),
    S.RESULTED: (S.VERIFIED,),
    S.VERIFIED: (),
    S.CANCELLED: (),
}
SAYS: dict[Role, tuple[LabBookingStatus, ...]] = {
    Role.LAB: (S.COLLECTED, S.RECEIVED, S.IN_PROGRESS, S.REJECTED),
    Role.PATIENT: (S.CANCELLED,),
}
"""Who takes a booking where. Nobody says `resulted` or `verified`: they follow from the results."""
NEEDS_WORK = (S.BOOKED, S.COLLECTED, S.RECEIVED, S.REJECTED, S.IN_PROGRESS, S.RESULTED)
AT_THE_BENCH = (S.RECEIVED, S.IN_PROGRESS, S.RESULTED)
"""While a booking is one of these, values can be entered."""


def legal(current: LabBookingStatus, role: Role) -> list[LabBookingStatus]:
    """Where this role may take a booking."""
    return [status for status in TRANSITIONS[current] if status in SAYS.get(role, ())]


def check_transition(current: LabBookingStatus, wanted: LabBookingStatus, role: Role) -> None:
    """Raise IllegalTransition naming the legal ones. Naming the status it has is always legal and changes nothing."""
    if wanted is not current and wanted not in legal(current, role):
        raise illegal(current, legal(current, role), f"this does not make it {wanted.value}")


def check_reason(wanted: LabBookingStatus, reason: str | None) -> None:
    """Raise Malformed where a specimen is rejected without a reason."""
    if wanted is S.REJECTED and not (reason or "").strip():
        message = "say why the specimen is rejected"
        raise Malformed(message, errors=[FieldError(field="body.reason", message=message)])


def check_at_the_bench(current: LabBookingStatus) -> None:
    """Raise IllegalTransition unless values can be entered."""
    if current not in AT_THE_BENCH:
        raise illegal(current, legal(current, Role.LAB), "values can be entered once the specimen has been received")


def after_results(current: LabBookingStatus, results: Collection[ResultStatus | None]) -> LabBookingStatus:
    """The status that follows from its results, one for each test; None: not yet entered."""
    if not results or all(result is None for result in results):
        return current
    if any(result is None for result in results):
        return S.IN_PROGRESS
    return S.RESULTED if ResultStatus.RESULTED in results else S.VERIFIED


def illegal(current: LabBookingStatus | ResultStatus, then: list[LabBookingStatus], why: str) -> IllegalTransition:
    return IllegalTransition(f"It is {current.value}; {why}.", current=current.value, legal=[status.value for status in then])
