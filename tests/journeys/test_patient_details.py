"""Patients give their date of birth and sex when they register, because reference ranges depend on them."""

from typing import Any

import pytest

from tests.hospital import CONSENT, PASSWORD, Hospital, Person
from tests.world import made

DETAILS = {"date_of_birth": "1984-05-17", "sex": "female"}


def body(email: str, **more: Any) -> dict[str, Any]:
    return {"email": f"{email}@details.example", "password": PASSWORD, "full_name": "Dea Tailed", "consent": CONSENT, **more}


@pytest.mark.parametrize("missing", [{"date_of_birth"}, {"sex"}, {"date_of_birth", "sex"}])
def test_registration_without_details_names_them(hospital: Hospital, admin: Person, missing: set[str]) -> None:
    incomplete = body("none", **{name: value for name, value in DETAILS.items() if name not in missing})
    with hospital.client() as visitor:
        for http in (visitor, admin.http):
            refused = http.post("/auth/register", json=incomplete)
            assert refused.status_code == 422, refused.text
            assert {one["field"] for one in refused.json()["errors"]} == {f"body.{name}" for name in missing}


def test_registration_accepts_unknown_sex(hospital: Hospital) -> None:
    with hospital.client() as visitor:
        account = made(visitor.post("/auth/register", json=body("unknown", **{**DETAILS, "sex": "unknown"})))
    assert (account["date_of_birth"], account["sex"]) == ("1984-05-17", "unknown")


def test_staff_register_without_details(hospital: Hospital, admin: Person) -> None:
    invited = {"email": "staff@details.example", "full_name": "Sia Staff", "role": "lab"}
    code = made(admin.http.post("/api/admin/invitations", json=invited))["code"]
    with hospital.client() as visitor:
        made(visitor.post("/auth/register", json=body("staff", invitation=code)))
    made(admin.http.post("/auth/register", json=body("second", role="admin")))
    patient = {"email": "invited@details.example", "full_name": "Pia Invited", "role": "patient"}
    code = made(admin.http.post("/api/admin/invitations", json=patient))["code"]
    with hospital.client() as visitor:
        assert visitor.post("/auth/register", json=body("invited", invitation=code)).status_code == 422
        made(visitor.post("/auth/register", json=body("invited", invitation=code, **DETAILS)))
