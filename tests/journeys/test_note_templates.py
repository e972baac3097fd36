"""Note templates: a doctor's own, the hospital's, versions, and the right to change them."""

from typing import Any

import httpx

from tests.hospital import Person
from tests.world import World, made

TEMPLATES, HOUSE = "/api/doctor/note-templates", "/api/admin/note-templates"
BLOCK = {"kind": "block", "title": "Plan", "text": "Takes {medicines}.\nSee again."}


def listed(http: httpx.Client, path: str = TEMPLATES) -> dict[int, dict[str, Any]]:
    found, cursor = {}, None
    while True:
        page = made(http.get(path, params={"limit": 100, **({"cursor": cursor} if cursor else {})}), 200)
        found.update({one["id"]: one for one in page["items"]})
        if (cursor := page["next_cursor"]) is None:
            return found


def test_own_template_is_read_by_its_doctor_only(world: World, admin: Person) -> None:
    doctor, other = world.people["doctor"], world.people["other_doctor"]
    added = made(doctor.http.post(TEMPLATES, json=BLOCK))
    assert (added["house"], added["edited_by"]["id"], added["version"]) == (False, doctor.id, 1)
    assert listed(doctor.http)[added["id"]] == added
    path = f"{TEMPLATES}/{added['id']}"
    assert added["id"] not in listed(other.http)
    assert added["id"] not in listed(admin.http, HOUSE)
    for stranger, there in ((other, path), (admin, f"{HOUSE}/{added['id']}")):
        assert stranger.http.get(there).status_code == 404
        assert stranger.http.put(there, json=BLOCK).status_code == 404
        assert stranger.http.delete(there).status_code == 404
    assert doctor.http.delete(path).status_code == 204
    assert doctor.http.get(path).status_code == 404


def test_house_template_is_changed_by_administrators(world: World, admin: Person) -> None:
    doctor = world.people["doctor"]
    added = made(admin.http.post(HOUSE, json={**BLOCK, "title": "House"}))
    path, house = f"{TEMPLATES}/{added['id']}", f"{HOUSE}/{added['id']}"
    assert made(doctor.http.get(path), 200)["house"] is True
    assert added["id"] in listed(doctor.http)
    assert doctor.http.put(path, json=BLOCK).status_code == 404, "a doctor inserts it only"
    assert doctor.http.delete(path).status_code == 404
    changed = made(admin.http.put(house, json={**BLOCK, "text": "{age}"}, headers={"If-Match": '"1"'}), 200)
    assert (changed["version"], listed(doctor.http)[added["id"]]["text"]) == (2, "{age}")
    same = made(admin.http.put(house, json={**BLOCK, "text": "{age}"}), 200)
    assert same["version"] == 2, "the same values make no new version"
    assert admin.http.put(house, json=BLOCK, headers={"If-Match": '"1"'}).status_code == 412
    assert admin.http.delete(house).status_code == 204
