"""Doses, frequencies, routes and names as people write them: uncertain text is left unread."""

import pytest

from careplus_doctors.rules.medicines.allergic import named_in
from careplus_doctors.rules.medicines.medicine_list import load
from careplus_doctors.rules.medicines.reading.amounts import read_dose, read_per_ml, read_strengths
from careplus_doctors.rules.medicines.reading.frequencies import read_frequency
from careplus_doctors.rules.medicines.reading.routes import read_form, read_route

MEDICINES = load()


@pytest.mark.parametrize(
    ("text", "a_day"),
    [
        *(("3 times a day", 3), ("3x daily", 3), ("three times daily", 3), ("twice a day", 2), ("once daily", 1), ("daily", 1)),
        *(
            ("täglich", 1),
            ("3x täglich", 3),
            ("3 \u00d7 täglich", 3),
            ("3 mal am Tag", 3),
            ("dreimal täglich", 3),
            ("3x tgl.", 3),
        ),
        *(("every 6 hours", 4), ("q6h", 4), ("6-hourly", 4), ("alle 6 Stunden", 4), ("alle 8 Std.", 3), ("every hour", 24)),
        *(("every 4 to 6 hours", 6), ("every 4-6 hours as needed", 6), ("3-4 times a day", 4), ("alle 20 Minuten", 72)),
        *(("1-0-1", 2), ("1-0-1-0", 2), ("½-0-½", 2), ("0-0-1", 1), ("morgens und abends", 2), ("zur Nacht", 1)),
        *(("every other day", 1 / 2), ("alle 2 Tage", 1 / 2), ("jeden 2. Tag", 1 / 2), ("every 72 hours", 1 / 3)),
        *(
            ("once a week", 1 / 7),
            ("1x wöchentlich", 1 / 7),
            ("montags", 1 / 7),
            ("twice weekly", 2 / 7),
            ("alle 4 Wochen", 1 / 28),
        ),
        *(("bd", 2), ("t.i.d.", 3), ("qds", 4), ("od", 1), ("nocte", 1), ("with meals", 3), ("zu den Mahlzeiten", 3)),
        *(("as needed, up to 4 times a day", 4), ("bei Bedarf, bis zu 3x täglich", 3), ("max. 4x/Tag", 4)),
        *(("4 times in 24 hours", 4), ("once", 1), ("einmalig", 1), ("twice a day for 5 days", 2), ("1,5 mal am Tag", 1.5)),
        *(("as needed", None), ("prn", None), ("bei Bedarf", None), ("b. Bed.", None)),
        *(("3 tablets daily", None), ("daily except Sunday", None), ("5 days a week", None), ("at full moon", None), ("?", None)),
    ],
)
def test_frequency_is_read_or_left_unread(text: str, a_day: float | None) -> None:
    found = read_frequency(text)
    assert (found.a_day if found else None) == (a_day if a_day is None else pytest.approx(a_day))


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        *(("1 tablet", {"pieces": (1, 1)}), ("2 Tabletten", {"pieces": (2, 2)}), ("1-2 tablets", {"pieces": (1, 2)})),
        *(("½ Tablette", {"pieces": (0.5, 0.5)}), ("1½ tablets", {"pieces": (1.5, 1.5)}), ("1/2 tablet", {"pieces": (0.5, 0.5)})),
        *(("half a tablet", {"pieces": (0.5, 0.5)}), ("eine halbe Tablette", {"pieces": (0.5, 0.5)}), ("1", {"pieces": (1, 1)})),
        *(("400 mg", {"mg": (400, 400)}), ("0,5 g", {"mg": (500, 500)}), ("1.000 mg", {"mg": (1000, 1000)})),
        *(("100 µg", {"mg": (0.1, 0.1)}), ("75 mcg", {"mg": (0.075, 0.075)}), ("10 I.E.", {"units": (10, 10)})),
        *(("1,2 Mio. IE", {"units": (1200000, 1200000)}), ("400 drops", {"drops": (400, 400)}), ("2 Hübe", {"puffs": (2, 2)})),
        *(("5 ml", {"ml": (5, 5)}), ("25 mcg/h", {"mcg/h": (25, 25)}), ("9.5 mg/24 h", {"mg": (9.5, 9.5)})),
        *(("40 mmol", {"mmol": (40, 40)}), ("10 mg/kg", {}), ("1 Brausetablette", {"pieces": (1, 1)})),
        *(("nach Schema", None), ("thin layer", None), ("3 x 1 tablet", None), ("a little", None), ("2 x 500 mg", None)),
    ],
)
def test_dose_is_read_or_left_unread(text: str, amounts: dict[str, tuple[float, float]] | None) -> None:
    found = read_dose(text)
    assert (found.amounts if found else None) == amounts


@pytest.mark.parametrize(
    ("medicine", "strengths"),
    [
        ("Ibuprofen 400 mg tablets", ((400, "mg"),)),
        ("Co-Amoxiclav 875/125", ((875, None), (125, None))),
        ("Exforge HCT 5/160/12,5 mg", ((5, "mg"), (160, "mg"), (12.5, "mg"))),
        ("Codein/Paracetamol 30 mg/500 mg", ((30, "mg"), (500, "mg"))),
        ("Fentanyl 25 µg/h Pflaster", ((25, "mcg/h"),)),
        ("Vitamin D3 20.000 IE", ((20000, "units"),)),
        ("Timolol 0.5% eye drops", ()),
        ("Vitamin B12", ()),
        ("5-FU 5% cream", ()),
    ],
)
def test_strength_is_read_from_the_name(medicine: str, strengths: tuple[tuple[float, str | None], ...]) -> None:
    assert read_strengths(medicine) == strengths


def test_strength_of_a_liquid_is_read_from_the_name() -> None:
    assert read_per_ml("Amoxicillin 250 mg/5 ml") == (("mg", 50), ("mg", 250))
    assert read_per_ml("Insulin glargine 100 units/ml") == (("units", 100), None)


@pytest.mark.parametrize(
    ("text", "route"),
    [
        *(("oral", "oral"), ("p.o.", "oral"), ("by mouth", "oral"), ("zum Einnehmen", "oral"), ("PEG", "oral")),
        *(("i.v.", "iv"), ("intravenös", "iv"), ("s.c.", "sc"), ("i.m.", "im"), ("IM", "im"), ("im Auge", "eye")),
        *(("in die Nase", "nasal"), ("left ear", "ear"), ("auf die Haut", "skin"), ("transdermal", "patch")),
        *(("intrathekal", "intrathecal"), ("sublingual", "sublingual"), ("rektal", "rectal"), ("somewhere", None)),
    ],
)
def test_route_is_read_or_left_unread(text: str, route: str | None) -> None:
    assert read_route(text) == route


@pytest.mark.parametrize(("medicine", "form"), [("Timolol 0.5% eye drops", "eye"), ("ASS Zäpfchen", "rectal"), ("ASS 100", None)])
def test_form_is_read_from_the_name(medicine: str, form: str | None) -> None:
    assert read_form(medicine) == form


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *(("Metoprololsuccinat 47,5", ["metoprolol"]), ("Amoxizillin-ratiopharm 1000", ["amoxicillin"])),
        *(("Losartan Kalium 50 mg", ["losartan"]), ("Calcium + Magnesium", ["calcium", "magnesium"])),
        *(("Penicillin V 1.5 Mega", ["phenoxymethylpenicillin"]), ("Augmentin 875/125", ["co_amoxiclav"])),
        *(("Nor-adrenaline", ["norepinephrine"]), ("Ethinyl oestradiol", ["ethinylestradiol"]), ("5-ASA 500 mg", ["mesalazine"])),
        *(("Calcium channel antagonist", ["calcium_channel_blockers"]), ("Vitamin D3", ["colecalciferol"]), ("Tea", [])),
    ],
)
def test_medicine_is_found_in_its_name(text: str, found: list[str]) -> None:
    assert MEDICINES.names.find(text) == found


@pytest.mark.parametrize("text", ["Amethopterin 2.5 mg", "Tryptanol", "Tricort 40", "Aspirinox-like"])
def test_brand_is_no_beginning_of_another_name(text: str) -> None:
    assert [one for one in MEDICINES.names.find(text) if one in ("tetracaine", "triptans", "fenofibrate")] == []


@pytest.mark.parametrize(
    ("note", "found"),
    [
        *(("Makrolid-Antibiotika", ["macrolides"]), ("Penicillin und andere Antibiotika", ["penicillins", "antibiotics"])),
        *(
            ("Assallergie", ["acetylsalicylic_acid"]),
            ("Kontrastmittelallergie", ["contrast_media"]),
            ("Penicilin", ["penicillins"]),
        ),
        *(("Bactrim", ["sulfamethoxazole", "trimethoprim"]), ("Latex", []), ("keine bekannt", []), ("Sulfite", [])),
    ],
)
def test_allergy_is_found_in_a_note(note: str, found: list[str]) -> None:
    assert named_in(MEDICINES, note) == found
