"""Handovers: the open work of doctors that can no longer act, and the colleagues that do it.

A doctor can no longer act when the account is closed or has another role. The records keep the doctor that they are from; the
colleague named by an administrator acts on them in that doctor's place and has these patients in care. Work without a colleague
is done by every doctor of the specialty, or by every doctor where the specialty has none; a request for a refill is answered by
a doctor with the patient in care, or the desk names one. When the account is a doctor's again, the work is theirs again.
"""

from pydantic import Field

from careplus_contracts.appointments import Practitioner
from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.refusals import NotFound, Refusal
from careplus_contracts.values import Answer, Count, Id, Instant, Page, PageFilter, Person

api = Contract(service="auth", tag="handovers")


class OpenWork(Answer):
    """Work of a doctor that has not ended, counted by kind."""

    upcoming_visits: Count = Field(description="Visits that have not ended; reception moves them to another doctor.")
    unsigned_notes: Count
    results_to_release: Count = Field(description="Verified results of the doctor's orders that the patient cannot read yet.")
    lab_orders: Count = Field(description="Orders whose results the laboratory has not verified yet.")
    referrals_received: Count
    referrals_sent: Count = Field(description="Referrals that are not closed or cancelled.")
    active_prescriptions: Count
    refills: Count = Field(description="Open requests for refills that ask the doctor.")
    total: Count


class AccountWork(Answer):
    """The open work of an account, with the work that it took over from other doctors."""

    work: OpenWork
    left_at: Instant | None = Field(description="The time since when this doctor cannot act; null: still a doctor, or never one.")
    colleague: Person | None = Field(description="The doctor that does the work of one that left.")
    last_of_role: bool = Field(
        description="Whether no other active account has this role. Without an account of the laboratory, all its work waits."
    )


class Handover(Answer):
    """The work of a doctor that can no longer act."""

    doctor: Practitioner
    left_at: Instant
    colleague: Person | None = Field(description="The doctor that does the work; null: it has no owner.")
    work: OpenWork


class Handovers(Page[Handover]):
    """Doctors that can no longer act and have open work."""


class WorkWaits(Refusal):
    """This doctor has open work, which a colleague must take over.

    Name the colleague as `colleague_id`.
    """

    status = 409
    work: OpenWork


class HandoverFilter(PageFilter):
    without_owner: bool = Field(default=False, description="Only work that no colleague was named for.")


@api.get("/api/admin/accounts/{account_id}/open-work", roles={Role.ADMIN}, refuses=(NotFound,))
async def show_open_work(account_id: Id) -> AccountWork:
    """Count the open work of an account, which a colleague takes over before it is closed or gets another role.

    Only doctors own work: specimens belong to the whole laboratory and invitations to all administrators, so that work of other
    roles waits for no person.
    """


@api.get("/api/admin/handovers", roles={Role.ADMIN})
async def list_handovers(query: HandoverFilter) -> Handovers:
    """List doctors that can no longer act and still have open work, by id."""


@api.get("/api/doctor/handovers", roles={Role.DOCTOR})
async def list_taken_over(query: PageFilter) -> Handovers:
    """List the doctors that you replace: their work was handed over to you, or has no owner.

    Work without an owner is in your specialty, or in one without doctors.
    """
