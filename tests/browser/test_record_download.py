"""The patient downloads the whole record from "My record"."""

import json
from pathlib import Path

from careplus_contracts.record_export import PatientRecord
from tests.browser.conftest import RolePage


def test_download_has_the_whole_record(role_page: RolePage, tmp_path: Path) -> None:
    page = role_page("patient")
    page.goto("/record")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download everything (JSON)").click()
    waiting.value.save_as(tmp_path / "record.json")
    record = PatientRecord.model_validate(json.loads((tmp_path / "record.json").read_text("utf-8")))
    assert waiting.value.suggested_filename.startswith("record-2")
    assert (record.next, record.patient.id > 0, len(record.sessions) > 0) == (None, True, True)
