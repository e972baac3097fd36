"""Whom an answer is about: where its type names patients is looked up once, so that no handler has to say it."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from careplus_contracts.accounts import Account
from careplus_contracts.appointments import Patient
from careplus_contracts.endpoints import Role

Finder = Callable[[Any], Iterable[int]]
"""The ids of the patients in an answer."""


def patients_in(kind: Any) -> Finder | None:
    """How to find the patients in answers of this type; None where it names nobody.

    They are `patient`, `patient_id`, whoever is described as a patient or has a patient's account, and those of members and of
    lists of such. What names its patient is about nobody else.
    """
    if get_origin(kind) is Annotated:
        return patients_in(get_args(kind)[0])
    if get_origin(kind) is list:
        each = patients_in(get_args(kind)[0])
        return None if each is None else lambda items: {id for item in items for id in each(item)}
    if not isinstance(kind, type):
        # a model or None
        named = next((finder for one in get_args(kind) if (finder := patients_in(one)) is not None), None)
        return None if named is None else lambda value: () if value is None else named(value)
    return _in_model(kind) if issubclass(kind, BaseModel) else None


def _in_model(kind: type[BaseModel]) -> Finder | None:
    if issubclass(kind, Account):
        return lambda account: (account.id,) if account.role is Role.PATIENT else ()
    if issubclass(kind, Patient):
        return lambda patient: (patient.id,)
    if "patient" in kind.model_fields:
        return lambda record: (record.patient.id,)
    if "patient_id" in kind.model_fields:
        return lambda record: (record.patient_id,)
    members = {name: finder for name, field in kind.model_fields.items() if (finder := patients_in(field.annotation)) is not None}
    if not members:
        return None
    return lambda answer: {id for name, finder in members.items() for id in finder(getattr(answer, name))}
