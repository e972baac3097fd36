"""The patients that an answer concerns. The answer's type says where they are, so handlers do not have to."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from careplus_contracts.accounts import ListedAccount
from careplus_contracts.appointments import Patient
from careplus_contracts.endpoints import Role

PatientIds = Callable[[Any], Iterable[int]]
"""Returns the ids of the patients in an answer."""


def patient_ids_in(kind: Any) -> PatientIds | None:
    """Return the function that finds the patients in answers of this type; None when the type names no patients.

    They are `patient`, `patient_id`, a Patient, the account of a patient, and the same in members and in lists. An answer that
    names its patient is about no other.
    """
    if get_origin(kind) is Annotated:
        return patient_ids_in(get_args(kind)[0])
    if get_origin(kind) is list:
        each = patient_ids_in(get_args(kind)[0])
        return None if each is None else lambda items: {id for item in items for id in each(item)}
    if not isinstance(kind, type):
        # a model or None
        model = next((finder for one in get_args(kind) if (finder := patient_ids_in(one)) is not None), None)
        return None if model is None else lambda value: () if value is None else model(value)
    return _in_model(kind) if issubclass(kind, BaseModel) else None


def _in_model(kind: type[BaseModel]) -> PatientIds | None:
    if issubclass(kind, ListedAccount):
        return lambda account: (account.id,) if account.role is Role.PATIENT else ()
    if issubclass(kind, Patient):
        return lambda patient: (patient.id,)
    if "patient" in kind.model_fields:
        return lambda record: (record.patient.id,)
    if "patient_id" in kind.model_fields:
        return lambda record: (record.patient_id,)
    found = {name: patient_ids_in(field.annotation) for name, field in kind.model_fields.items()}
    members = {name: finder for name, finder in found.items() if finder is not None}
    if not members:
        return None
    return lambda answer: {id for name, finder in members.items() for id in finder(getattr(answer, name))}
