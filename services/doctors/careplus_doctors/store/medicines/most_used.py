"""The medicines that a doctor prescribes most, counted when they are asked for."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import col

from careplus_contracts.medicine_lists import MOST_USED, MostUsed, UsedMedicine
from careplus_runtime.identity.tokens import Identity
from careplus_tables.engine import ReadSession
from careplus_tables.prescriptions import PrescriptionItemRow, PrescriptionRow

NEWEST = 1000
"""So many prescriptions are counted: a bound, and old habits end."""
_USED = ("medicine", "dose", "route", "frequency", "duration_days", "quantity", "repeats")


async def of_doctor(db: ReadSession, who: Identity) -> MostUsed:
    """Return the medicines of the doctor's newest prescriptions, the most used first, as they were prescribed last."""
    used: dict[str, UsedMedicine] = {}
    for times, *values in (await db.execute(_most_used(who))).all():
        item = dict(zip(_USED, values, strict=True))
        # a prescription may have a medicine twice, in two doses
        used.setdefault(item["medicine"], UsedMedicine(**item, times=times))
    return MostUsed(items=list(used.values()))


def _most_used(who: Identity) -> Select[*tuple[Any, ...]]:
    item, medicine = PrescriptionItemRow, col(PrescriptionItemRow.medicine)
    prescription_id = col(item.prescription_id)
    newest = (
        select(col(PrescriptionRow.id).label("id"))
        .where(col(PrescriptionRow.doctor_id) == who.id)
        .order_by(col(PrescriptionRow.id).desc())
        .limit(NEWEST)
        .subquery()
    )
    times, last = func.count(prescription_id.distinct()).label("times"), func.max(prescription_id).label("last")
    counted = (
        select(medicine.label("medicine"), times, last)
        .join(newest, newest.c.id == prescription_id)
        .group_by(medicine)
        .order_by(times.desc(), last.desc(), medicine)
        .limit(MOST_USED)
        .subquery()
    )
    return (
        select(counted.c.times, *(getattr(item, name) for name in _USED))
        .join(counted, (counted.c.last == prescription_id) & (counted.c.medicine == medicine))
        .order_by(counted.c.times.desc(), counted.c.last.desc(), medicine, col(item.position))
    )
