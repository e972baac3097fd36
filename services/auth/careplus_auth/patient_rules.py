"""Rules about patients that reception registers. Pure functions."""

from contextlib import suppress
from datetime import date, datetime

from careplus_clinic.search_keys import equality_key
from careplus_contracts.accounts import EmailTaken, InvitationRequired
from careplus_contracts.endpoints import Role
from careplus_contracts.patients import AddressGiven, AddressInUse, DeskPatient, HasAccount, LooksLikeSomebody


def check_invitable(by: Role, password_hash: str | None, known: str | None, wanted: str) -> None:
    """Raise HasAccount for a patient who signs in already, AddressGiven where reception would replace an address."""
    if password_hash is not None:
        raise HasAccount("The patient signs in already, or chooses a new password on the sign-in page.")
    if by is Role.RECEPTION and known not in (None, wanted):
        raise AddressGiven("Another address was given before. An administrator can change it.")


def check_may_take(by: Role, owner_id: int, owner_role: str, *, proved: bool, wanted: bool) -> None:
    """Raise EmailTaken for an address of staff, AddressInUse for one of a patient that the caller may not or did not take."""
    if owner_role != Role.PATIENT.value:
        raise EmailTaken("A member of staff has this address. Use another one for the patient.")
    if proved:
        remedy = "Another patient signs in with this address. Merge the two records, or use another address."
    else:
        remedy = "Another account has never proved this address. An administrator can take it from there, or merge both records."
    if proved or not (wanted and by is Role.ADMIN):
        raise AddressInUse(remedy, account_id=owner_id, proved=proved)


def is_same_name(one: str, other: str) -> bool:
    """Return whether one name has all words of the other; order, case, accents and hyphens do not count."""
    words, others = set(equality_key(one).split()), set(equality_key(other).split())
    return words <= others or others <= words


def check_is_none_of(candidates: list[DeskPatient]) -> None:
    """Raise LooksLikeSomebody where there are candidates."""
    if candidates:
        remedy = "Choose the patient who is here, or say that it is another person."
        raise LooksLikeSomebody(remedy, candidates=candidates)


def check_same_birth_date(of_record: date | None, given: date | None) -> None:
    """Raise InvitationRequired for another date of birth than the record's: the link reached another person."""
    if of_record is not None and given != of_record:
        raise InvitationRequired("The date of birth is not the one of this record. Ask reception.")


def typed_date(text: str) -> date | None:
    """Return the date that a search is, as 2019-04-30 or 30.4.2019; None for any other text."""
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        with suppress(ValueError):
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a date has no zone
    return None
