"""Alerts and their order."""

from collections.abc import Iterable

from careplus_contracts.medicines import Alert, AlertKind, AlertSeverity
from careplus_contracts.values import InLanguages

SEVERITIES = tuple(AlertSeverity)
KINDS = tuple(AlertKind)


def lowered(severity: AlertSeverity) -> AlertSeverity:
    """Return the next milder severity, for a medicine of which little reaches the blood."""
    return SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]


def both(en: str, de: str) -> InLanguages:
    """Return a sentence in both languages."""
    return InLanguages(en=en, de=de)


def in_order(alerts: Iterable[Alert]) -> list[Alert]:
    """Return one alert for each key, the most severe one, in an order that does not depend on that of the medicines."""
    found: dict[str, Alert] = {}
    for alert in sorted(alerts, key=_weight):
        found.setdefault(alert.key, alert)
    return list(found.values())


def _weight(alert: Alert) -> tuple[int, int, str, str, str, int, str]:
    why = alert.why.en
    # of two routes of one medicine the sentence without "less of it" is the graver one, and the shorter
    return SEVERITIES.index(alert.severity), KINDS.index(alert.kind), alert.key, alert.medicine, alert.against, len(why), why
