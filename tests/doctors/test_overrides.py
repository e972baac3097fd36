"""Reasons for alerts: each alert of severity `stop` or `warn` asks its own."""

import pytest

from careplus_contracts.medicines import Alert, AlertKind, AlertSeverity, MedicineCheck, Override, Unsafe
from careplus_contracts.refusals import Malformed
from careplus_contracts.values import InLanguages
from careplus_doctors.rules.overrides import answered

STOP, WARN, INFORM = AlertSeverity.STOP, AlertSeverity.WARN, AlertSeverity.INFORM


def check_with(*severities: AlertSeverity) -> MedicineCheck:
    """Return a check with an alert of each severity; its key is its place."""
    alerts = [
        Alert(
            key=str(place),
            kind=AlertKind.INTERACTION,
            severity=severity,
            medicine="Warfarin",
            against="Ibuprofen",
            why=InLanguages(en="Bleeding.", de="Blutung."),
            source="SmPC",
        )
        for place, severity in enumerate(severities)
    ]
    return MedicineCheck(alerts=alerts, unchecked=[], rules_version="1")


def reason_for(*keys: str) -> list[Override]:
    return [Override(key=key, reason=f"Reason {key}") for key in keys]


@pytest.mark.parametrize("severity", [STOP, WARN])
def test_alert_without_a_reason_is_refused(severity: AlertSeverity) -> None:
    with pytest.raises(Unsafe) as refused:
        answered(check_with(severity, INFORM), [])
    assert [one.key for one in refused.value.alerts] == ["0", "1"]
    assert "1 of the alerts" in refused.value.detail


def test_reason_for_one_alert_leaves_the_others_open() -> None:
    with pytest.raises(Unsafe, match="1 of the alerts"):
        answered(check_with(STOP, WARN), reason_for("0"))
    kept = answered(check_with(STOP, WARN, INFORM), reason_for("0", "1"))
    assert [one.reason for one in kept.alerts] == ["Reason 0", "Reason 1", None]


def test_reason_given_twice_is_refused() -> None:
    with pytest.raises(Malformed, match="name each alert once"):
        answered(check_with(STOP), reason_for("0", "0"))


def test_notice_needs_no_reason() -> None:
    assert [one.reason for one in answered(check_with(INFORM), []).alerts] == [None]
