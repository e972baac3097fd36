"""The labs service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from careplus_contracts import booking_limits, flagging, lab_analytes, lab_catalogue, lab_hours, lab_orders, labs, verification
from careplus_contracts import comments as comments_contract
from careplus_contracts import corrections as corrections_contract
from careplus_contracts import critical as critical_contract
from careplus_contracts import results as results_contract
from careplus_contracts import reviews as reviews_contract
from careplus_contracts import specimens as specimens_contract
from careplus_labs import background
from careplus_labs.routes import (
    account_bookings,
    analytes,
    bookings,
    catalogue,
    corrections,
    critical,
    hours,
    orders,
    results,
    reviews,
    specimens,
    worklist,
)
from careplus_labs.store.reviews import critical_counts
from careplus_runtime.http.serving import application
from careplus_runtime.process.background import running_tasks


@asynccontextmanager
async def with_background(app: FastAPI) -> AsyncIterator[None]:
    """Run the background tasks for as long as the service runs."""
    app.state.readers.append(partial(critical_counts.read_open, app.state.database))
    async with running_tasks(background.run(app.state.database, app.state.settings)):
        yield


app = application(
    "labs",
    contracts=(
        *(lab_catalogue.api, labs.api, lab_orders.api, specimens_contract.api, results_contract.api, reviews_contract.api),
        *(flagging.api, verification.api, corrections_contract.api, comments_contract.api, critical_contract.api),
        *(lab_analytes.api, lab_hours.api, booking_limits.laboratory),
    ),
    routes=(
        *(catalogue.routes, bookings.routes, orders.routes, specimens.routes, worklist.routes, results.routes),
        *(reviews.routes, corrections.routes, critical.routes, analytes.routes, hours.routes),
        account_bookings.routes,
    ),
    lifespan=with_background,
)
