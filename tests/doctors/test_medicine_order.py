"""Alerts do not depend on the order of medicines, and none disappears when the patient takes more."""

from hypothesis import given
from hypothesis import strategies as st

from careplus_contracts.allergies import Allergy, Severity
from careplus_contracts.medicines import AlertSeverity, MedicineCheck
from careplus_contracts.prescriptions import PrescriptionItem
from careplus_doctors.rules.medicines.check import check
from careplus_doctors.rules.medicines.medicine_list import load

MEDICINES = load()
ORDER = tuple(AlertSeverity)
NAMES = sorted({name for one in (*MEDICINES.substances.values(), *MEDICINES.combinations.values()) for name in one.names})
ITEMS = st.builds(
    PrescriptionItem,
    medicine=st.one_of(
        st.sampled_from(["Ibuprofen 400 mg", "Warfarin 5 mg", "Thomapyrin", "Paracetamol 1 g", "NSAID gel", "Foobaril 5 mg"]),
        st.sampled_from(NAMES),
    ),
    dose=st.sampled_from(["1 tablet", "2 Tabletten", "400 mg", "1-0-1", "10 drops", "0.5 g", "a little"]),
    route=st.sampled_from(["oral", "i.v.", "skin", "eye", "somewhere"]),
    frequency=st.sampled_from(["3 times a day", "täglich", "alle 6 Stunden", "bei Bedarf", "once a week", "sometimes"]),
    duration_days=st.sampled_from([1, 30, 999]),
)
ALLERGIES = st.builds(
    Allergy,
    substance=st.sampled_from(["Penicillin", "NSAR", "Ibuprofen", "Latex", "Sulfa", "Opiate", "Foobaril"]),
    severity=st.sampled_from(Severity),
)
FEW = st.lists(ITEMS, max_size=5)


def severities(found: MedicineCheck) -> dict[str, AlertSeverity]:
    return {one.key: one.severity for one in found.alerts}


@given(new=st.lists(ITEMS, min_size=1, max_size=5), active=FEW, allergies=st.lists(ALLERGIES, max_size=3), data=st.data())
def test_order_of_items_changes_no_alert(
    new: list[PrescriptionItem], active: list[PrescriptionItem], allergies: list[Allergy], data: st.DataObject
) -> None:
    found = check(MEDICINES, new, active, allergies, 20000)
    shuffled = [data.draw(st.permutations(items)) for items in (new, active)]
    assert found == check(MEDICINES, shuffled[0], shuffled[1], data.draw(st.permutations(allergies)), 20000)


@given(new=st.lists(ITEMS, min_size=1, max_size=5), active=FEW, more=ITEMS)
def test_another_active_medicine_takes_no_alert_away(
    new: list[PrescriptionItem], active: list[PrescriptionItem], more: PrescriptionItem
) -> None:
    fewer = severities(check(MEDICINES, new, active, [], 20000))
    found = severities(check(MEDICINES, new, [*active, more], [], 20000))
    assert all(ORDER.index(found[key]) <= ORDER.index(severity) for key, severity in fewer.items())


@given(new=st.lists(ITEMS, min_size=1, max_size=5), active=FEW, allergies=st.lists(ALLERGIES, max_size=3))
def test_alerts_are_unique_and_most_severe_first(
    new: list[PrescriptionItem], active: list[PrescriptionItem], allergies: list[Allergy]
) -> None:
    found = check(MEDICINES, new, active, allergies, 20000).alerts
    assert len({one.key for one in found}) == len(found)
    assert [one.severity for one in found] == sorted((one.severity for one in found), key=ORDER.index)
    assert all(len(one.key) <= 200 for one in found)


@given(text=st.text(min_size=1, max_size=100), other=st.text(min_size=1, max_size=100))
def test_any_text_is_checked_or_named_as_unchecked(text: str, other: str) -> None:
    item = PrescriptionItem.model_construct(
        medicine=text, dose=other, route=other, frequency=text, duration_days=5, quantity=None, repeats=0, instructions=None
    )
    found = check(MEDICINES, [item], [], [], None)
    assert found.rules_version == MEDICINES.version


def test_one_medicine_by_two_routes_has_the_graver_alert() -> None:
    taken = {"medicine": "Thomapyrin", "dose": "1 tablet", "frequency": "3 times a day", "duration_days": 1}
    swallowed, rubbed = (PrescriptionItem.model_validate({**taken, "route": route}) for route in ("oral", "skin"))
    new = [PrescriptionItem.model_validate({**taken, "medicine": "Warfarin 5 mg", "route": "oral"})]
    found = check(MEDICINES, new, [rubbed, swallowed], [], 20000)
    assert found == check(MEDICINES, new, [swallowed, rubbed], [], 20000)
    assert all("less of it reaches" not in one.why.en for one in found.alerts)
