"""Statements about analytes and the versions of their units and ranges."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from careplus_clinic.lab_texts import all_values, explanations_of, names_of, names_with
from careplus_contracts.accounts import Sex
from careplus_contracts.lab_analytes import (
    AddAnalyte,
    AnalyteFilter,
    KnownAnalyte,
    KnownAnalytes,
    RangeHistory,
    RangeVersion,
    SetRange,
    SetRanges,
)
from careplus_contracts.lab_catalogue import Analyte, AnalyteKind, CodeTaken, ReferenceRange
from careplus_contracts.values import Code
from careplus_labs.rules.ranges import gaps
from careplus_runtime.http.records import Keyset, fetch_page, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_runtime.process.clock import this_second
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.labs import AnalyteRow, AnalyteVersionRow, ReferenceRangeRow
from careplus_tables.people import people_by_id

FIRST = 1
MOST_VERSIONS = 100
_version = AnalyteVersionRow
_BY_CODE = Keyset((col(AnalyteRow.code),), Code, lambda row: row.code)


class Valid(NamedTuple):
    """The unit and ranges of an analyte on a day."""

    unit: str | None
    source: str
    ranges: Sequence[ReferenceRange]


async def valid_on(db: AnySession, rows: Iterable[AnalyteRow], day: date) -> dict[str, Valid]:
    """Return the unit and ranges of these analytes on a clinic day; two statements."""
    analytes = {row.code: row for row in rows}
    begun = or_(col(_version.valid_from).is_(None), col(_version.valid_from) <= day)
    latest = (
        select(col(_version.analyte_code), func.max(col(_version.number)).label("number"))
        .where(col(_version.analyte_code).in_(analytes), begun)
        .group_by(col(_version.analyte_code))
        .subquery()
    )
    is_latest = (col(_version.analyte_code) == latest.c.analyte_code) & (col(_version.number) == latest.c.number)
    versions = {row.analyte_code: row for row in (await db.execute(select(_version).join(latest, is_latest))).scalars()}
    ranges = await _ranges(db, analytes)
    return {
        code: Valid(version.unit, version.source, ranges[code, version.number])
        if (version := versions.get(code)) is not None
        else Valid(row.unit, "", ranges[code, FIRST])
        for code, row in analytes.items()
    }


def to_analyte(row: AnalyteRow, valid: Valid) -> Analyte:
    """Return an analyte with the unit and ranges of a day."""
    return Analyte(**_members(row), unit=valid.unit, ranges=list(valid.ranges))


async def list_all(db: ReadSession, wanted: AnalyteFilter, day: date) -> KnownAnalytes:
    """Return analytes by code, as they are compared on this day."""
    query = select(AnalyteRow)
    if wanted.q is not None:
        part = wanted.q.strip().lower()
        columns = (AnalyteRow.code, AnalyteRow.name)
        parts = (func.lower(col(column)).contains(part, autoescape=True) for column in columns)
        query = query.where(or_(*parts, col(AnalyteRow.name).in_(names_with(wanted.q))))
    rows, next_cursor = await fetch_page(db, query, _BY_CODE, wanted)
    return KnownAnalytes(items=await _known(db, rows, day), next_cursor=next_cursor)


async def lock_for_update(db: AnySession, _: Identity, code: str) -> AnalyteRow:
    """Return an analyte, locked. Raise NotFound."""
    return await one_or_404(db, select(AnalyteRow).where(col(AnalyteRow.code) == code).with_for_update())


async def last_number(db: AnySession, code: str) -> int:
    """Return the number of the analyte's last version, also of one that begins later."""
    query = select(func.max(col(_version.number))).where(col(_version.analyte_code) == code)
    return (await db.execute(query)).scalar_one() or FIRST


async def add(db: WriteSession, who: Identity, body: AddAnalyte, day: date) -> KnownAnalyte:
    """Insert an analyte with its first version, valid from the beginning. Raise CodeTaken."""
    row = AnalyteRow(**body.model_dump(mode="json", exclude={"ranges", "source"}))
    db.add(row)
    try:
        await db.flush()
    except IntegrityError:
        raise CodeTaken(f"There is an analyte with the code {body.code}. Change that one, or choose another code.") from None
    await _insert(db, who, body.code, FIRST, None, body)
    [known] = await _known(db, [row], day)
    return known


async def replace(db: WriteSession, who: Identity, row: AnalyteRow, body: SetRanges, day: date) -> KnownAnalyte:
    """Insert the next version of the ranges; earlier ones stay as they are."""
    await _insert(db, who, row.code, await last_number(db, row.code) + 1, body.valid_from, body)
    [known] = await _known(db, [row], day)
    return known


async def list_versions(db: ReadSession, row: AnalyteRow) -> RangeHistory:
    """Return the last versions of an analyte's ranges, the last one first."""
    query = select(_version).where(col(_version.analyte_code) == row.code).order_by(col(_version.number).desc())
    versions = (await db.execute(query.limit(MOST_VERSIONS))).scalars().all()
    ranges = await _ranges(db, [row.code])
    people = await people_by_id(db, {one.edited_by_id for one in versions})
    items = [
        RangeVersion(
            version=one.number,
            valid_from=one.valid_from,
            unit=one.unit,
            ranges=ranges[row.code, one.number],
            gaps=gaps(ranges[row.code, one.number]),
            source=one.source,
            edited_by=None if one.edited_by_id is None else people[one.edited_by_id].person(),
            edited_at=one.edited_at,
        )
        for one in versions
    ]
    return RangeHistory(items=items, next_cursor=None)


async def _insert(
    db: WriteSession, who: Identity, code: str, number: int, valid_from: date | None, body: AddAnalyte | SetRanges
) -> None:
    db.add(
        AnalyteVersionRow(
            analyte_code=code,
            number=number,
            valid_from=valid_from,
            unit=body.unit,
            source=body.source,
            edited_by_id=who.id,
            edited_at=this_second(),
        )
    )
    await db.flush()
    db.add_all(_row(code, number, one) for one in body.ranges)
    await db.flush()


async def _known(db: AnySession, rows: Sequence[AnalyteRow], day: date) -> list[KnownAnalyte]:
    valid = await valid_on(db, rows, day)
    query = select(col(_version.analyte_code), func.max(col(_version.number))).group_by(col(_version.analyte_code))
    codes = [row.code for row in rows]
    found = (await db.execute(query.where(col(_version.analyte_code).in_(codes)))).all()
    last = {row[0]: row[1] for row in found}
    return [
        KnownAnalyte(
            **_members(row),
            unit=valid[row.code].unit,
            ranges=list(valid[row.code].ranges),
            source=valid[row.code].source,
            version=last.get(row.code, FIRST),
        )
        for row in rows
    ]


async def _ranges(db: AnySession, codes: Collection[str]) -> defaultdict[tuple[str, int], list[ReferenceRange]]:
    """Return the ranges of every version of these analytes."""
    query = select(ReferenceRangeRow).where(col(ReferenceRangeRow.analyte_code).in_(codes)).order_by(col(ReferenceRangeRow.id))
    found: defaultdict[tuple[str, int], list[ReferenceRange]] = defaultdict(list)
    for row in (await db.execute(query)).scalars():
        sex = None if row.sex is None else Sex(row.sex)
        one = ReferenceRange(**row.model_dump(exclude={"id", "analyte_code", "sex", "number"}), sex=sex)
        found[row.analyte_code, row.number].append(one)
    return found


def _members(row: AnalyteRow) -> dict[str, Any]:
    """Return the members of an analyte that have no versions."""
    return {
        **row.model_dump(exclude={"kind", "unit"}),
        "kind": AnalyteKind(row.kind),
        "names": names_of(row.name),
        "explanations": explanations_of(row.plain),
        "usual_names": all_values(row.usual),
        "choice_names": all_values(row.choices),
    }


def _row(code: str, number: int, one: SetRange) -> ReferenceRangeRow:
    return ReferenceRangeRow(analyte_code=code, number=number, **one.model_dump(mode="json"))
