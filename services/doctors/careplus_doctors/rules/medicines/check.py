"""The check of a prescription: everything that the list knows to be dangerous, and everything that could not be checked."""

from collections.abc import Iterator, Sequence

from careplus_contracts.allergies import Allergy
from careplus_contracts.medicines import MedicineCheck, Unchecked, UncheckedReason
from careplus_contracts.prescriptions import PrescriptionItem
from careplus_doctors.rules.medicines.ages import check_ages
from careplus_doctors.rules.medicines.alerts import in_order
from careplus_doctors.rules.medicines.allergic import check_allergies, named_in
from careplus_doctors.rules.medicines.doses import check_doses, is_compared
from careplus_doctors.rules.medicines.medicine_list import MedicineList
from careplus_doctors.rules.medicines.pairs import check_pairs
from careplus_doctors.rules.medicines.reading.taking import Taking, read_item


def check(
    medicines: MedicineList,
    prescribed: Sequence[PrescriptionItem],
    active: Sequence[PrescriptionItem],
    allergies: Sequence[Allergy],
    age_days: int | None,
) -> MedicineCheck:
    """Return the alerts of new medicines, the most severe first; `active` is all that the patient takes, from any doctor."""
    new = [read_item(medicines, item) for item in prescribed]
    taken = [read_item(medicines, item) for item in active]
    return MedicineCheck(
        alerts=in_order(
            [
                *check_allergies(medicines, new, allergies),
                *check_pairs(medicines, new, taken),
                *check_doses(medicines, new, taken),
                *check_ages(medicines, new, age_days),
            ]
        ),
        unchecked=sorted(_unchecked(medicines, new, taken, allergies), key=lambda one: (one.reason, one.text)),
        rules_version=medicines.version,
    )


def _unchecked(
    medicines: MedicineList, new: Sequence[Taking], taken: Sequence[Taking], allergies: Sequence[Allergy]
) -> Iterator[Unchecked]:
    """Yield each text once that the list does not know or that was not read."""
    unknown = {taking.item.medicine for taking in (*new, *taken) if not taking.substances}
    yield from (Unchecked(text=text, reason=UncheckedReason.UNKNOWN_MEDICINE) for text in unknown)
    unread = {_dose_text(one) for one in new if one.substances and not is_compared(medicines, one)}
    yield from (Unchecked(text=text, reason=UncheckedReason.DOSE_NOT_READ) for text in unread)
    notes = {allergy.substance for allergy in allergies if not named_in(medicines, allergy.substance)}
    yield from (Unchecked(text=text, reason=UncheckedReason.UNKNOWN_ALLERGY) for text in notes)


def _dose_text(taking: Taking) -> str:
    item = taking.item
    return f"{item.medicine}: {item.dose}, {item.route}, {item.frequency}"
