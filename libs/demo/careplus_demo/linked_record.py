"""Link a doctor's account of the demo hospital to a patient's account of the same person."""

from datetime import timedelta

from careplus_demo.people import DOMAIN, People, Row

DOCTOR, NAME, EMAIL = "Dr Elif Kaya", "Elif Kaya", f"elif.kaya@{DOMAIN}"
LINKED_AGO = timedelta(days=40)


def link_rows(people: People) -> list[Row]:
    """Give a grown patient the doctor's name, keep them out of each other's visits, and return the link.

    Call it before visits are made. A hospital without the doctor, or without such a patient, has no link.
    """
    doctor = next((one for one in people.doctors if one.full_name == DOCTOR), None)
    women = [patient for patient in people.by_specialty["Gynaecology"] if patient.sex == "female"]
    if doctor is None or not women:
        return []
    record_id = women[-1].id
    [row] = [row for row in people.patient_rows if row["id"] == record_id]
    row |= {"email": EMAIL, "full_name": NAME}
    people.by_specialty[doctor.specialty] = [one for one in people.by_specialty[doctor.specialty] if one.id != record_id]
    return [{"work_account_id": doctor.id, "record_account_id": record_id, "linked_at": people.plan.now - LINKED_AGO}]
