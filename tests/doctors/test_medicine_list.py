"""The hospital's own list of medicines: its content, its search, and the errors that prevent a start."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from careplus_contracts.medicines import AlertSeverity
from careplus_doctors.rules.medicines.medicine_list import FOLDER, BrokenMedicineFile, load, load_from
from careplus_doctors.rules.medicines.naming.names import keys_of

MEDICINES = load()


def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "medicines"
    shutil.copytree(str(FOLDER), folder)
    return folder


def test_list_is_as_large_as_documented() -> None:
    classes = MEDICINES.classes.values()
    page = (Path(__file__).resolve().parents[2] / "docs" / "medicines.md").read_text(encoding="utf-8")
    assert f"{len(MEDICINES.substances)} substances" in page
    assert f"{len(MEDICINES.combinations)} products" in page
    assert f"{sum(not one.mechanism for one in classes)} classes" in page
    assert f"{sum(one.mechanism for one in classes)} mechanisms" in page
    assert f"{len(MEDICINES.interactions)} rules about" in page
    assert f"{len(MEDICINES.cross_reactions)} rules about allergies" in page
    assert f"{len(MEDICINES.ages)} rules about children" in page
    for severity in AlertSeverity:
        assert f"{sum(one.severity == severity for one in MEDICINES.interactions)} `{severity}`" in page


@pytest.mark.parametrize("group", ["penicillins", "cephalosporins", "nsaids", "sulfonamides", "opioids", "contrast_media"])
def test_allergy_groups_react_within_themselves(group: str) -> None:
    assert any({rule.a, rule.b} == {group} for rule in MEDICINES.cross_reactions)


@pytest.mark.parametrize("group", ["amide_anaesthetics", "ester_anaesthetics"])
def test_local_anaesthetics_react_within_their_type(group: str) -> None:
    assert any({rule.a, rule.b} == {group} for rule in MEDICINES.cross_reactions)


@pytest.mark.parametrize("name", MEDICINES.classes)
def test_class_has_two_members_and_a_source_of_duplication(name: str) -> None:
    one = MEDICINES.classes[name]
    # a class of one substance is a name that people write down
    assert MEDICINES.members[name] & MEDICINES.substances.keys()
    assert not one.duplicate or (one.source and len(MEDICINES.members[name] & MEDICINES.substances.keys()) > 1)


def test_limits_are_positive_and_in_order() -> None:
    for key, substance in MEDICINES.substances.items():
        assert substance.doses, key
        for route, limit in substance.doses.items():
            place = f"{key}, {route}"
            assert all(0 < least <= most for least, most in limit.each.values()), place
            assert all(total > 0 for total in (*limit.day.values(), *limit.week.values())), place
            assert all(limit.each[kind][1] <= total for kind, total in limit.day.items() if kind in limit.each), place
            assert all(limit.each[kind][1] <= total for kind, total in limit.week.items() if kind in limit.each), place
            assert limit.each or limit.times_a_day or limit.times_a_week, place


def test_combinations_name_routes_of_all_parts() -> None:
    for key, mixed in MEDICINES.combinations.items():
        shared = set.intersection(*(set(MEDICINES.substances[part].doses) for part in mixed.of))
        assert shared, key


def test_strengths_of_combinations_are_within_limits() -> None:
    for key, mixed in MEDICINES.combinations.items():
        for strength in mixed.strengths:
            for part, (kind, amount) in zip(mixed.of, strength, strict=True):
                most = max(limit.each.get(kind, (0, 0))[1] for limit in MEDICINES.substances[part].doses.values())
                assert amount <= most, (key, part)


def test_rules_are_in_both_languages_with_a_source() -> None:
    rules = [*MEDICINES.interactions, *MEDICINES.cross_reactions, *MEDICINES.ages]
    assert all(rule.en.endswith(".") and rule.de.endswith(".") and len(rule.source) > 5 for rule in rules)
    assert not [rule.en for rule in rules if rule.en == rule.de]


def test_no_two_entries_share_a_name() -> None:
    seen: dict[str, str] = {}
    for key, one in (*MEDICINES.substances.items(), *MEDICINES.combinations.items()):
        for name in keys_of(one.names):
            assert seen.setdefault(name, key) == key


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        *(("ibu", "ibuprofen"), ("IBUPROFEN", "ibuprofen"), ("nurof", "ibuprofen"), ("amox", "amoxicillin")),
        *(("acetaminoph", "paracetamol"), ("parazet", "paracetamol"), ("azetylsal", "acetylsalicylic_acid")),
        *(
            ("Folsäure", "folic_acid"),
            ("folsaeure", "folic_acid"),
            ("folsaure", "folic_acid"),
            ("clavulansaeure", "clavulanic_acid"),
        ),
        *(("ibuprofne", "ibuprofen"), ("ibuprfen", "ibuprofen"), ("metopprolol", "metoprolol"), ("ramiprel", "ramipril")),
        *(("augmentin", "co_amoxiclav"), ("penicill", "penicillins"), ("betablock", "beta_blockers"), ("statine", "statins")),
        *(("L-Thyrox", "levothyroxine"), ("thyroxin", "levothyroxine"), ("vitamin d", "colecalciferol")),
    ],
)
def test_search_finds_medicine_as_people_type_it(typed: str, found: str) -> None:
    assert found in [one.key for one in MEDICINES.search(typed, 20)]


@pytest.mark.parametrize("typed", ["", " ", "%", "qqqqq", "zq"])
def test_search_for_no_name_finds_nothing(typed: str) -> None:
    assert MEDICINES.search(typed, 20) == []


def test_search_is_bounded_and_names_each_entry_once() -> None:
    found = MEDICINES.search("a", 7)
    assert len(found) == len({one.key for one in found}) == 7
    assert MEDICINES.search("a", 0) == []


def test_search_shows_classes_routes_and_the_usual_line() -> None:
    one = MEDICINES.search("Nurofen", 1)[0]
    assert (one.key, one.kind, one.matched) == ("ibuprofen", "substance", "Nurofen")
    assert [group.de for group in one.classes] == ["NSAR"]
    assert "oral" in one.routes
    assert one.usual is not None
    assert (one.usual.dose, one.usual.frequency.de) == ("400 mg", "3-mal täglich")


def test_search_names_the_substances_of_a_combination() -> None:
    one = MEDICINES.search("Exforge HCT", 1)[0]
    assert [part.en for part in one.substances] == ["Amlodipine", "Valsartan", "Hydrochlorothiazide"]
    assert one.routes == ("oral",)


def test_version_changes_with_the_content(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    assert load_from(folder).version == MEDICINES.version
    file = folder / "ages.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("16 years.", "16 years of age."), encoding="utf-8")
    assert load_from(folder).version != MEDICINES.version
    assert load_from(folder).version.startswith("2026-")


def _without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _with(name: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / name
        file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")

    return change


RULE = '\n[[rule]]\nseverity = "stop"\nen = "A."\nde = "B."\nsource = "SmPC"\n'


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without("list.toml"), "list.toml: the medicine file is missing"),
        (_without("cross_reactions.toml"), "cross_reactions.toml: the medicine file is missing"),
        (_with("classes.toml", "["), "classes.toml: "),
        (_with("substances/pain.toml", '\n[nothing]\nclasses = "nsaids"\n'), "pain.toml, nothing: doses"),
        (_with("substances/pain.toml", '\n[new]\noral = "1 mg"\nroral = "1 mg"\n'), "pain.toml, new: roral"),
        (_with("substances/pain.toml", '\n[new]\noral = "1 pound"\n'), "pain.toml, new: .*'pound' is no unit"),
        (_with("substances/pain.toml", '\n[new]\noral = "much"\n'), "pain.toml, new: .*'much' is no limit"),
        (_with("substances/pain.toml", '\n[new]\noral = "2-1 mg"\n'), "pain.toml, new: .*from the least"),
        (_with("substances/pain.toml", '\n[new]\noral = "1 mg"\nusual = "1 mg, often"\n'), "pain.toml, new: .*'often'"),
        (
            _with("substances/pain.toml", '\n[new]\nbrands = "Nurofen"\noral = "1 mg"\n'),
            "new: the name 'nurofen' is also .* ibuprofen",
        ),
        (
            _with("substances/pain.toml", '\n[warfarin]\noral = "1 mg"\n'),
            "warfarin: blood.toml has an entry|warfarin: pain.toml has",
        ),
        (_with("substances/pain.toml", '\n[new]\nclasses = "nowhere"\noral = "1 mg"\n'), "new: there is no entry 'nowhere'"),
        (_with("classes.toml", '\n[lonely]\nen = "Lonely"\nde = "Einsam"\n'), "classes.toml, lonely: the class has no members"),
        (_with("classes.toml", '\n[twice]\nmembers = "ibuprofen"\nduplicate = "warn"\n'), "classes.toml, twice: .*source"),
        (
            _with("combinations.toml", '\n[pair]\nof = "ibuprofen, nobody"\n'),
            "combinations.toml, pair: there is no entry 'nobody'",
        ),
        (
            _with("combinations.toml", '\n[pair]\nof = "ibuprofen, codeine"\nstrengths = "200 mg"\n'),
            "pair: .*one amount for each",
        ),
        (_with("interactions/bleeding.toml", f'{RULE}a = "warfarin"\nb = "nobody"\n'), "warfarin and nobody: there is no entry"),
        (
            _with("interactions/bleeding.toml", f'{RULE}a = "nsaids"\nb = "vitamin_k_antagonists"\n'),
            "the pair has a rule already",
        ),
        (
            _with("interactions/bleeding.toml", '\n[[rule]]\na = "warfarin"\nb = "iodixanol"\nseverity = "stop"\n'),
            "en: Field required",
        ),
        (_with("ages.toml", f'{RULE}medicine = "codeine"\nbelow = 2\nfrom_age = 3\n'), "ages.toml, rule .*codeine.*either"),
    ],
)
def test_broken_list_is_refused_with_file_and_entry(tmp_path: Path, change: Callable[[Path], None], said: str) -> None:
    folder = copied(tmp_path)
    change(folder)
    with pytest.raises(BrokenMedicineFile, match=said):
        load_from(folder)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    shutil.rmtree(folder / "interactions")
    with pytest.raises(BrokenMedicineFile, match="interactions: the folder with medicine files is missing"):
        load_from(folder)


def test_most_severe_rule_of_a_pair_counts() -> None:
    # the class rule about anticoagulants and platelets is milder than the one about aspirin
    rule = MEDICINES.interaction_of["acetylsalicylic_acid", "warfarin"]
    assert (rule.a, rule.b, rule.severity) == ("vitamin_k_antagonists", "acetylsalicylic_acid", AlertSeverity.STOP)
