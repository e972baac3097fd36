"""A closed day of the demo hospital, after the weeks that have visits."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from careplus_demo.plan import COMING_DAYS, Plan

AFTER_BOOKED_DAYS = 10


def closed_day_rows(plan: Plan) -> Iterator[dict[str, Any]]:
    day = plan.today + timedelta(days=COMING_DAYS + AFTER_BOOKED_DAYS)
    yield {"day": day, "is_holiday": False, "name_en": "Staff outing", "name_de": "Betriebsausflug", "is_open": False}


def plan_rows() -> Iterator[dict[str, Any]]:
    yield {"id": 1, "country": None, "subdivision": None, "holidays_until": None, "version": 2}
