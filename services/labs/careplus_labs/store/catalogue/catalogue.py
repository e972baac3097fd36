"""Statements about the catalogue: tests and the analytes that they measure."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col

from careplus_clinic.lab_texts import categories_of, explanations_of, names_of, preparations_of, specimens_of
from careplus_contracts.endpoints import Role
from careplus_contracts.lab_catalogue import (
    AddTest,
    Analyte,
    ByOrder,
    CodeTaken,
    DescribeTest,
    LabTest,
    LabTestFilter,
    LabTests,
    UnknownTest,
)
from careplus_contracts.release_policy import ReleasePolicy
from careplus_contracts.values import Code
from careplus_labs.rules.windows import Hours
from careplus_labs.store.catalogue import analytes
from careplus_runtime.http.records import Keyset, fetch_page, one_or_404
from careplus_runtime.identity.tokens import Identity
from careplus_tables.compiled import CompiledStatement
from careplus_tables.engine import AnySession, ReadSession, WriteSession
from careplus_tables.labs import AnalyteRow, AnalyteVersionRow, LabTestAnalyteRow, LabTestRow
from careplus_tables.people import has_words

SEE_INACTIVE = (Role.ADMIN, Role.LAB)
"""The laboratory also finishes bookings of tests that can no longer be booked."""
_BY_CODE = Keyset((col(LabTestRow.code),), Code, lambda row: row.code)


def _in_all(table: type[SQLModel], number: ColumnElement[int]) -> ScalarSelect[int]:
    return select(number).select_from(table).scalar_subquery()


# tests have versions, analytes and their ranges are added and never changed: any change changes one of these numbers
_STATE = CompiledStatement(
    select(
        *(_in_all(LabTestRow, func.count()), _in_all(LabTestRow, func.sum(LabTestRow.version))),
        *(_in_all(AnalyteRow, func.count()), _in_all(AnalyteVersionRow, func.count())),
    )
)


async def state(db: ReadSession) -> tuple[int, ...]:
    """Return numbers that differ after each change of the catalogue."""
    [row] = await _STATE.all(db)
    return tuple(row)


async def list_tests(db: ReadSession, who: Identity, wanted: LabTestFilter, day: date) -> LabTests:
    """Return tests by code, with the units and ranges of a clinic day; four statements for any number."""
    query = select(LabTestRow)
    if who.role not in SEE_INACTIVE:
        query = query.where(col(LabTestRow.active))
    if wanted.q is not None:
        query = query.where(has_words(col(LabTestRow.search_key), wanted.q))
    rows, next_cursor = await fetch_page(db, query, _BY_CODE, wanted)
    return LabTests(items=await _to_contract(db, rows, day), next_cursor=next_cursor)


async def lock_for_update(db: AnySession, who: Identity, code: str) -> LabTestRow:
    """Return a test, locked; administrators also find inactive ones. Raise NotFound."""
    query = select(LabTestRow).where(col(LabTestRow.code) == code).with_for_update()
    if who.role is not Role.ADMIN:
        query = query.where(col(LabTestRow.active))
    return await one_or_404(db, query)


async def add(db: WriteSession, body: AddTest, day: date) -> LabTest:
    """Insert a test. Raise CodeTaken, and UnknownTest for analytes that the catalogue does not have."""
    await _check_analytes(db, body.analytes)
    row = LabTestRow(**body.model_dump(mode="json", exclude={"analytes"}))
    db.add(row)
    try:
        await db.flush()
    except IntegrityError:
        raise CodeTaken(f"There is a test with the code {body.code}. Change that one, or choose another code.") from None
    return await _set_analytes(db, row, body.analytes, day)


async def change(db: WriteSession, row: LabTestRow, body: DescribeTest, day: date) -> LabTest:
    """Change a test as its next version. Raise UnknownTest for analytes that the catalogue does not have."""
    await _check_analytes(db, body.analytes)
    for name, value in body.model_dump(mode="json", exclude={"analytes"}).items():
        setattr(row, name, value)
    row.version += 1
    await db.execute(delete(LabTestAnalyteRow).where(col(LabTestAnalyteRow.test_code) == row.code))
    return await _set_analytes(db, row, body.analytes, day)


async def bookable(db: AnySession, codes: Sequence[str]) -> list[LabTestRow]:
    """Return these tests in the order asked for. Raise UnknownTest with the codes that cannot be booked."""
    query = select(LabTestRow).where(col(LabTestRow.code).in_(codes), col(LabTestRow.active))
    found = {row.code: row for row in (await db.execute(query)).scalars()}
    if unknown := [code for code in codes if code not in found]:
        raise UnknownTest(f"The catalogue does not have {', '.join(unknown)}.", codes=unknown)
    return [found[code] for code in codes]


async def named(db: AnySession, codes: Sequence[str]) -> list[LabTestRow]:
    """Return these tests, also the ones that can no longer be booked; unknown codes are left out."""
    return list((await db.execute(select(LabTestRow).where(col(LabTestRow.code).in_(codes)))).scalars())


def check_bookable_alone(tests: Sequence[LabTestRow]) -> None:
    """Raise ByOrder with the tests that a patient cannot book without a doctor."""
    if codes := [test.code for test in tests if test.by_order_only]:
        names = ", ".join(test.name for test in tests if test.by_order_only)
        raise ByOrder(f"A doctor must order {names}. Ask your doctor for it.", codes=codes)


def collecting(hours: Hours, tests: Sequence[LabTestRow]) -> Hours:
    """Return the hours at which the specimens of all these tests are taken."""
    return hours.collecting({test.code: (test.collect_from, test.collect_until) for test in tests})


async def measured_by(db: AnySession, test_code: str, entered: Collection[str], day: date) -> dict[str, Analyte]:
    """Return the analytes of a test in order, as they are compared on the specimen's clinic day.

    For a test without analytes, return the known ones of the entered codes.
    """
    named = (await analytes_of(db, [test_code], day))[test_code]
    if not named:
        query = select(AnalyteRow).where(col(AnalyteRow.code).in_(entered)).order_by(col(AnalyteRow.code))
        rows = (await db.execute(query)).scalars().all()
        valid = await analytes.valid_on(db, rows, day)
        named = [analytes.to_analyte(row, valid[row.code]) for row in rows]
    return {analyte.code: analyte for analyte in named}


async def analytes_of(db: AnySession, test_codes: Collection[str], day: date) -> dict[str, list[Analyte]]:
    """Return the analytes of these tests with their units and ranges on a clinic day; three statements."""
    query = (
        select(col(LabTestAnalyteRow.test_code), AnalyteRow)
        .join(AnalyteRow, col(AnalyteRow.code) == col(LabTestAnalyteRow.analyte_code))
        .where(col(LabTestAnalyteRow.test_code).in_(test_codes))
        .order_by(col(LabTestAnalyteRow.test_code), col(LabTestAnalyteRow.position))
    )
    rows = (await db.execute(query)).all()
    valid = await analytes.valid_on(db, [analyte for _, analyte in rows], day)
    by_test: dict[str, list[Analyte]] = defaultdict(list)
    for test_code, analyte in rows:
        by_test[test_code].append(analytes.to_analyte(analyte, valid[analyte.code]))
    return by_test


async def _check_analytes(db: AnySession, codes: Sequence[str]) -> None:
    known = set((await db.execute(select(col(AnalyteRow.code)).where(col(AnalyteRow.code).in_(codes)))).scalars())
    if unknown := [code for code in codes if code not in known]:
        raise UnknownTest(f"The catalogue has no analytes {', '.join(unknown)}.", codes=unknown)


async def _set_analytes(db: WriteSession, row: LabTestRow, codes: Sequence[str], day: date) -> LabTest:
    db.add_all(LabTestAnalyteRow(test_code=row.code, position=position, analyte_code=code) for position, code in enumerate(codes))
    await db.flush()
    [test] = await _to_contract(db, [row], day)
    return test


async def _to_contract(db: AnySession, rows: Sequence[LabTestRow], day: date) -> list[LabTest]:
    measured = await analytes_of(db, [row.code for row in rows], day)
    return [
        LabTest(
            **row.model_dump(exclude={"release_policy"}),
            names=names_of(row.name),
            category_names=categories_of(row.category),
            specimen_names=specimens_of(row.specimen),
            preparations=preparations_of(row.preparation),
            explanations=explanations_of(row.plain),
            analytes=measured[row.code],
            release_policy=ReleasePolicy(row.release_policy),
        )
        for row in rows
    ]
