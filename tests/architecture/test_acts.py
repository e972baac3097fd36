"""The catalogue of acts is complete; the failure for a missing act names the entry to add and its file."""

import pytest

from careplus_contracts.endpoints import Contract, Role
from careplus_contracts.registry import ENDPOINTS
from careplus_contracts.values import Answer, Body, Id, Line, Version
from tests.acts.catalogue import ACTS, LISTED, act_of, gaps

SEE = "see 'Add an endpoint' in CONTRIBUTING.md."


class Amend(Body):
    remark: Line


class Amended(Answer):
    id: Id
    version: Version


api = Contract(service="doctors", tag="tests")


@api.put("/api/doctor/amendments/{amendment_id}", roles={Role.DOCTOR}, versioned=True, example={"remark": "Twice daily"})
async def amend_example(amendment_id: Id, body: Amend) -> Amended:
    """Amend a prescription."""
    raise NotImplementedError


@api.put("/api/doctor/prescriptions/{prescription_id}/stop", roles={Role.DOCTOR}, versioned=True, example={"remark": "Rash"})
async def cancel_time_off(prescription_id: Id, body: Amend) -> Amended:
    """Have the name of an endpoint with an act that has neither `race` nor `read_back`."""
    raise NotImplementedError


@api.get("/api/doctor/amendments", roles={Role.DOCTOR})
async def list_amendments() -> Answer:
    """List amendments."""
    raise NotImplementedError


def test_catalogue_has_no_gaps() -> None:
    if found := list(gaps(ENDPOINTS)):
        pytest.fail("\n".join(found), pytrace=False)


def test_catalogue_names_each_endpoint_once() -> None:
    assert len(LISTED) == len(ACTS)
    assert ACTS.keys() <= {endpoint.name for endpoint in ENDPOINTS}


def test_missing_act_fails_with_one_sentence() -> None:
    sentence = f"amend_example has no Act: add one to tests/acts/doctors.py, {SEE}"
    with pytest.raises(pytest.fail.Exception) as failed:
        act_of(amend_example)
    assert (failed.value.msg, failed.value.pytrace) == (sentence, False)
    assert list(gaps([amend_example])) == [
        sentence,
        f"amendment_id of amend_example is not known: add a RecordId to tests/acts/record_ids.py, {SEE}",
    ]


def test_incomplete_act_fails_with_one_sentence() -> None:
    assert list(gaps([cancel_time_off])) == [
        f"cancel_time_off changes a record with a version: add race=Race(...) to its Act in tests/acts/doctors.py, {SEE}",
        f"cancel_time_off takes text: add read_back={{person: path}} to its Act in tests/acts/doctors.py, {SEE}",
    ]


def test_get_without_entry_needs_no_act() -> None:
    assert list(gaps([list_amendments])) == []
    assert act_of(list_amendments).query == ""
