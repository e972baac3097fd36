"""Statements that read the versions of a result that corrections replaced."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from careplus_contracts.corrections import MOST_VERSIONS, ProposedCorrection, ResultVersion, ResultVersions
from careplus_contracts.endpoints import Role
from careplus_contracts.results import Observation
from careplus_labs.store.results import corrections, entry
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.settings import Settings
from careplus_tables.corrections import ResultVersionRow, VersionObservationRow
from careplus_tables.engine import ReadSession
from careplus_tables.labs import AnalyteRow, LabResultRow
from careplus_tables.people import people_by_id, signed_by
from careplus_tables.result_records import to_observation

_SAME_MEMBERS = {"version", "outside_range", "critical", "note", "comment", "reason"}
_TIMES = {"entered_at", "verified_at", "released_at", "replaced_at"}


async def of_result(db: ReadSession, who: Identity, row: LabResultRow, settings: Settings) -> ResultVersions:
    """Return the replaced versions of a result that was found for the caller; for a patient the released ones."""
    assert row.id is not None
    query = select(ResultVersionRow).where(col(ResultVersionRow.result_id) == row.id)
    if who.role is Role.PATIENT:
        query = query.where(col(ResultVersionRow.released_at).is_not(None))
    query = query.order_by(col(ResultVersionRow.version).desc()).limit(MOST_VERSIONS)
    rows = (await db.execute(query)).scalars().all()
    proposed = await _proposed(db, row, settings) if who.role is Role.LAB and row.correction_waits_since else None
    items = await _to_contract(db, row.id, rows)
    return ResultVersions(result_id=row.id, patient_id=row.patient_id, items=items, proposed=proposed)


async def _to_contract(db: ReadSession, result_id: int, rows: Sequence[ResultVersionRow]) -> list[ResultVersion]:
    observations = await _observations(db, result_id, [row.version for row in rows])
    people = await people_by_id(db, {id_ for row in rows for id_ in (row.verified_by_id, row.replaced_by_id)})
    return [
        ResultVersion(
            **row.model_dump(include=_SAME_MEMBERS | _TIMES),
            observations=observations[row.version],
            verified_by=None if row.verified_by_id is None else signed_by(people, row.verified_by_id, row.verified_by_name),
            replaced_by=signed_by(people, row.replaced_by_id, row.replaced_by_name),
        )
        for row in rows
    ]


async def _observations(db: ReadSession, result_id: int, versions: Sequence[int]) -> dict[int, list[Observation]]:
    query = (
        select(VersionObservationRow, AnalyteRow)
        .join(AnalyteRow, col(AnalyteRow.code) == col(VersionObservationRow.analyte_code))
        .where(col(VersionObservationRow.result_id) == result_id, col(VersionObservationRow.version).in_(versions))
        .order_by(col(VersionObservationRow.version), col(VersionObservationRow.position))
    )
    by_version: dict[int, list[Observation]] = defaultdict(list)
    for row, analyte in (await db.execute(query)).all():
        by_version[row.version].append(to_observation(row, analyte))
    return by_version


async def _proposed(db: ReadSession, row: LabResultRow, settings: Settings) -> ProposedCorrection | None:
    found = await corrections.proposal_of(db, row)
    if found is None:
        return None
    entered = corrections.to_body(found).observations
    observations = await entry.observed(db, row, row.test_code, entered, row.specimen_at, settings.clinic_zone)
    people = await people_by_id(db, [found.proposed_by_id])
    return ProposedCorrection(
        **found.model_dump(include={"note", "reason", "proposed_at"}),
        observations=observations,
        proposed_by=people[found.proposed_by_id].person(),
    )
