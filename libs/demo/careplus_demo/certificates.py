"""Certificates of the demo hospital: a sick note and a void one for each of the demo patients."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from careplus_clinic.clinic_time import local_date
from careplus_contracts.certificates import CertificateKind
from careplus_demo.people import People
from careplus_demo.references import reference
from careplus_demo.visits import Visit

SICK_DAYS = 3
VOID_REASON = "Written for the wrong days."


def certificate_rows(people: People, visits: Sequence[Visit]) -> Iterator[dict[str, Any]]:
    """Yield certificates about the last two completed visits of each demo patient."""
    number = 0
    for patient in (people.pat, people.sam):
        for visit in [one for one in visits if one.patient is patient][-2:]:
            number += 1
            first_day, is_void = local_date(visit.ends_at, people.plan.zone), number % 2 == 1
            yield {
                "id": number,
                "reference": reference("MC", number),
                "patient_id": patient.id,
                "doctor_id": visit.doctor.id,
                "appointment_id": visit.id,
                "kind": CertificateKind.UNABLE_TO_WORK.value,
                "first_day": first_day,
                "last_day": first_day + timedelta(days=SICK_DAYS - 1),
                "diagnosis": "Acute upper respiratory infection (J06.9)",
                "created_at": visit.ends_at,
                "voided_at": visit.ends_at if is_void else None,
                "voided_by_id": visit.doctor.id if is_void else None,
                "void_reason": VOID_REASON if is_void else None,
                "version": 1 + is_void,
            }
