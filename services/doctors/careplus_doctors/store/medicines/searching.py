"""The search in the hospital's list of medicines, as the contract shows its entries."""

from careplus_contracts.medicine_lists import FoundMedicines, Medicine, MedicineKind, MedicineSearch
from careplus_doctors.rules.medicines.medicine_list import Medicine as Entry
from careplus_doctors.rules.medicines.medicine_list import MedicineList


def found(medicines: MedicineList, wanted: MedicineSearch) -> FoundMedicines:
    """Return at most `limit` entries, the best match first."""
    # classes among the matches are left out afterwards, so search for more
    entries = medicines.search(wanted.q, 2 * wanted.limit)
    kept = [one for one in entries if wanted.with_classes or one.kind != MedicineKind.CLASS.value]
    return FoundMedicines(items=[_medicine(one) for one in kept[: wanted.limit]], rules_version=medicines.version)


def _medicine(entry: Entry) -> Medicine:
    usual = entry.usual
    return Medicine(
        kind=MedicineKind(entry.kind),
        name=entry.name,
        matched=entry.matched,
        substances=list(entry.substances),
        classes=list(entry.classes),
        routes=list(entry.routes),
        dose=None if usual is None else usual.dose,
        frequency=None if usual is None else usual.frequency,
    )
