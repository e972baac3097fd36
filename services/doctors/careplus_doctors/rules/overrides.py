"""The reasons that a prescriber gives for the alerts of a prescription."""

from collections.abc import Sequence

from careplus_contracts.medicines import AlertSeverity, AnsweredAlert, MedicineCheck, Override, PrescriptionCheck, Unsafe
from careplus_contracts.refusals import FieldError, Malformed

ASK_A_REASON = frozenset({AlertSeverity.STOP, AlertSeverity.WARN})


def answered(check: MedicineCheck, overrides: Sequence[Override]) -> PrescriptionCheck:
    """Return the check with the reasons. Raise Malformed for a reason without its alert, Unsafe for an alert without a reason."""
    _check_keys(check, overrides)
    reasons = {override.key: override.reason for override in overrides}
    open_ = [alert for alert in check.alerts if alert.severity in ASK_A_REASON and alert.key not in reasons]
    if open_:
        raise Unsafe(
            f"{len(open_)} of the alerts have no reason. Change the prescription, or give a reason for each in overrides.",
            alerts=check.alerts,
            rules_version=check.rules_version,
        )
    return PrescriptionCheck(
        alerts=[AnsweredAlert(**dict(alert), reason=reasons.get(alert.key)) for alert in check.alerts],
        unchecked=check.unchecked,
        rules_version=check.rules_version,
    )


def _check_keys(check: MedicineCheck, overrides: Sequence[Override]) -> None:
    raised = {alert.key for alert in check.alerts}
    keys = [override.key for override in overrides]
    errors = [
        FieldError(field=f"body.overrides.{place}.key", message="the prescription raises no alert with this key, leave it out")
        for place, key in enumerate(keys)
        if key not in raised
    ]
    errors += [
        FieldError(field=f"body.overrides.{place}.key", message="name each alert once")
        for place, key in enumerate(keys)
        if key in keys[:place]
    ]
    if errors:
        raise Malformed(f"{errors[0].field}: {errors[0].message}", errors=errors[:50])
