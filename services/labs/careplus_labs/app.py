"""The labs service."""

from careplus_contracts import labs as labs_contract
from careplus_contracts import results as results_contract
from careplus_labs.routes import bookings, catalogue, results, worklist
from careplus_runtime.http.serving import application

app = application(
    "labs",
    contracts=(labs_contract.api, results_contract.api),
    routes=(catalogue.routes, bookings.routes, worklist.routes, results.routes),
)
