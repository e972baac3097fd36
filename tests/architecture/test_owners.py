"""Every store function takes the caller or gives a reason, and answers hold the members of the contract only."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic_core import PydanticSerializationError

from careplus_contracts.endpoints import EVERYONE, Contract
from careplus_contracts.values import Answer, Id
from careplus_runtime.http.handlers import BoundHandler
from careplus_tables.accounts import AccountRow

SERVICES = Path(__file__).parents[2] / "services"
NO_CALLER = {
    "auth.accounts.by_email": "used before the caller is known: sign-in, invitations and mails",
    "auth.accounts.add": "the new account belongs to the caller",
    "auth.patients.add": "a new record, of the desk",
    "auth.confirmations.account_for_code": "the code from the mail identifies the account",
    "auth.identities": "the verified identity at the provider identifies the account; administrators remove one of any account",
    "auth.consents.add": "for the account that registers, or the caller's own",
    "auth.queues": "counts and ages for the metrics; no row is shown",
    "labs.critical_counts": "a count and an age for the metrics; no row is shown",
    "auth.invitations.squatter": "for administrators; nobody has proved that the address is theirs",
    "auth.rotation": "the refresh token identifies the session and its account",
    "auth.sessions.end_of": "a session of the caller, or of an account that was loaded for an administrator",
    "auth.legal_details.list_changes": "for the caller's own account, or one that was loaded for an administrator",
    "auth.invitations.accept": "the invitation code identifies the invited person",
    "auth.invitations.has_open": "the command that invites the first administrator",
    "auth.invitations.invite": "for administrators; the invited person has no account yet",
    "auth.invitations.reserve": "for administrators; the invited person has no account yet",
    "auth.invitations.list_all": "for administrators",
    "auth.approvals.waits_for": "for accounts that were loaded for an administrator",
    "auth.mails": "the mail queue, read by the background task",
    "auth.access_notices": "mails about emergency accesses, queued by the background task",
    "auth.notice_choices": "the caller's own choice, or that of the recipient of a notice",
    "auth.alerts": "alerts to operators, raised and sent by the background task",
    "auth.backups": "backups of the whole database, read by the background task",
    "auth.critical_notices": "mails about results that wait, queued by the background task",
    "auth.handovers.list_all": "counts without names of patients, for administrators",
    "auth.handovers.can_take_over": "whether an account is a doctor's, for a change by an administrator",
    "auth.handovers.hand_over": "for an account that was loaded for the caller",
    "auth.handovers.words": "for an account that was loaded for the caller",
    "auth.passwords.account_for_reset_code": "the code from the mail identifies the account",
    "auth.passwords.create_reset_code": "for the recipient of a queued mail",
    "auth.passwords.delete_reset_codes": "for an account whose password just changed, or the recipient of a queued mail",
    "auth.purging": "deletes expired rows of all accounts",
    "auth.audit_anchors": "signed heads of the chain; its rows hold numbers and MACs only",
    "auth.audit_links": "the chain over all events; its rows hold numbers and MACs only",
    "auth.second_factors.accepts": "called during sign-in, after the password check",
    "auth.sessions.end_all": "for an account that was loaded for the caller",
    "auth.sessions.end_of_record": "for a link that was loaded for the caller",
    "auth.sessions.add_refresh_token": "for a session whose refresh token the caller sent, or that was opened now",
    "appointments.availability": "for a doctor who is the caller, or was loaded for reception or an administrator",
    "appointments.extra_hours": "times of doctors without a patient",
    "appointments.moving_times.colleagues": "doctors of a specialty and their free times are public",
    "appointments.to_move.find": "the doctor is the caller, or the caller's role is reception or administrator",
    "appointments.calendar_feeds.find": "the token in the address identifies the feed",
    "appointments.board": "the roles of the contract are reception and administrators, who see the visits of all patients",
    "appointments.finding": "doctors and their free times are public",
    "appointments.searches": "specialties and names of doctors are public",
    "appointments.specialties": "specialties of doctors and their limits of age are public",
    "appointments.specialty_ages": "the limits are the same for every caller; the date of birth is the caller's own",
    "appointments.visit_types": "types and the doctors that offer them are public; the doctor's choice is the caller's own",
    "appointments.bookable": "whether a doctor takes appointments is public",
    "appointments.offered": "the minutes that doctors offered, which the statistics count",
    "appointments.check_in": "the code of the visit identifies its patient",
    "appointments.screens.of_token": "the token identifies the screen",
    "appointments.screens.of_day": "ends of references without names, for a screen",
    "appointments.screens.references_of_day": "ends of references without names, for a check-in",
    "appointments.screens.mark_seen": "the times at which screens asked",
    "appointments.closed_days": "closed days are the same for every caller; the visits on them are shown to the desk",
    "appointments.calendars": "whether a time is free is the same for every caller; the visits are not returned",
    "appointments.appointments.book": "the patient is the caller, or is named by reception",
    "appointments.visit_notices": "for a visit that was booked or changed for the caller",
    "appointments.appointments.show": "for a visit that was loaded or created for the caller",
    "appointments.appointments.show_visit": "for a visit that was loaded or created for the caller",
    "appointments.waitlist_offers": "a free time is offered to the patient that waits longest, whoever freed it",
    "appointments.waiting_entries": "the same",
    "appointments.waitlist.join": "the patient is the caller, or is named by reception",
    "appointments.waitlist_lists.show": "for an entry that was inserted for the caller",
    "appointments.waitlist_lists.show_at_desk": "for an entry that was inserted for the caller",
    "appointments.referrals": "for the caller's own referral, or one of a patient that was found in the caller's care",
    "doctors.charts.problems_of": "for a patient that was found in the caller's care",
    "doctors.current.active_prescriptions": "for a patient that was found in the doctor's care before",
    "doctors.doctors.list_all": "profiles of doctors, for administrators",
    "doctors.prescription_records": "the contract of rows that were loaded for the caller",
    "doctors.record_export": "the caller's own record, or of the patient that the command `careplus record export` names",
    "doctors.stats": "counts without names",
    "doctors.durations": "times without names, for the statistics",
    "labs.analytes": "units and ranges are the same for every caller; administrators change them",
    "labs.catalogue": "the catalogue is public",
    "labs.hours": "hours are the same for every caller; administrators see the bookings outside and change them",
    "labs.release.is_any_due": "asked by the background task",
    "labs.release.release_due": "the background task releases results of all patients",
    "labs.uncollected.is_any_due": "asked by the background task",
    "labs.uncollected.close": "the background task closes bookings of all patients",
    "labs.specimen_records.by_booking": "of bookings that were found for the caller",
    "doctors.offered_time": "minutes that doctors offer, for the statistics; no row is shown",
    "labs.worklist.count_work": "numbers of bookings, without a patient",
}
"""Store modules and functions without a `who` argument (the caller), with the reason."""


def without_caller(source: str) -> Iterator[str]:
    """Yield public store functions that take neither the caller nor a row that was loaded for one."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
            arguments = [*node.args.args, *node.args.kwonlyargs]
            uses_caller = any(one.arg == "who" for one in arguments) and "who" in {
                inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)
            }
            if not uses_caller and not any(one.annotation and "Row" in ast.unparse(one.annotation) for one in arguments):
                yield node.name


def test_store_statements_filter_by_owner() -> None:
    found = {
        (path.relative_to(SERVICES).parts[0], path.stem, name)
        for path in SERVICES.glob("*/careplus_*/store/**/*.py")
        for name in without_caller(path.read_text())
    }
    declared = {name: {".".join(name[:length]) for length in (1, 2, 3)} & NO_CALLER.keys() for name in found}
    assert [name for name, reasons in declared.items() if not reasons] == [], "add the argument `who`, or a reason in NO_CALLER"
    assert NO_CALLER.keys() == set().union(*declared.values()), "a reason without a function"


def test_store_function_without_owner_is_found() -> None:
    planted = """
async def find(db: AsyncSession, result_id: int) -> LabResultRow: ...
async def own(db: AsyncSession, who: Identity, result_id: int) -> LabResultRow: return await _find(db, who.id, result_id)
async def ignoring_caller(db: AsyncSession, who: Identity, result_id: int) -> LabResultRow: return await _find(db, result_id)
async def show(db: AsyncSession, rows: Sequence[LabResultRow]) -> LabResult: ...
async def _hidden(db: AsyncSession, result_id: int) -> LabResultRow: ...
"""
    assert list(without_caller(planted)) == ["find", "ignoring_caller"]


api = Contract(service="tests", tag="tests")


class Shown(Answer):
    id: Id
    full_name: str


class ShownWithMore(Shown):
    password_hash: str


@api.get("/people", roles=EVERYONE)
async def show_person() -> Shown:
    """Show a person."""
    raise NotImplementedError


async def response_of(handler: Any) -> httpx.Response:
    app = FastAPI()
    app.add_api_route("/people", BoundHandler(show_person, handler, None), response_model=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        return await http.get("/people")


async def test_members_outside_the_contract_are_not_sent() -> None:
    person: dict[str, Any] = {"id": 1, "full_name": "Pia Novak", "password_hash": "$argon2id$"}

    async def with_a_row() -> Any:
        return AccountRow(**person)

    async def with_more() -> Shown:
        return ShownWithMore.model_validate(person)

    async def with_anything() -> Any:
        return person

    for handler in (with_a_row, with_more):
        assert (await response_of(handler)).json() == {"id": 1, "full_name": "Pia Novak"}
    with pytest.raises(PydanticSerializationError):
        await response_of(with_anything)
