"""Patients as the laboratory's answers show them."""

from careplus_contracts.labs import LabPatient
from careplus_tables.people import PersonRow


def lab_patient(person: PersonRow) -> LabPatient:
    """Return the patient with the date of birth and sex that choose a reference range."""
    return LabPatient(id=person.id, full_name=person.full_name, date_of_birth=person.date_of_birth, sex=person.sex)
