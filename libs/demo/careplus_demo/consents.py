"""Consents of the demo patients to the privacy notice."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from careplus_contracts.consents import PRIVACY_NOTICE, ConsentKind
from careplus_demo.people import People

PUBLISHED = datetime.combine(PRIVACY_NOTICE, time(8), UTC)


def consent_rows(people: People) -> Iterator[dict[str, Any]]:
    """Yield the agreement of each patient, given at the registration or after the notice was published; every third in German."""
    for row in people.patient_rows:
        asked_at = PUBLISHED + timedelta(minutes=row["id"] % 600)
        yield {
            "account_id": row["id"],
            "kind": ConsentKind.PRIVACY_NOTICE.value,
            "text_version": PRIVACY_NOTICE,
            "language": "de" if row["id"] % 3 == 0 else "en",
            "given_at": min(max(row["created_at"], asked_at), people.plan.now),
        }
