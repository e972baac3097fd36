"""The ASGI app of a worker: the gateway, which calls the services in this process, and their lifespans."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from careplus_appointments.app import app as appointments
from careplus_auth.app import app as auth
from careplus_doctors.app import app as doctors
from careplus_gateway.app import app as gateway
from careplus_labs.app import app as labs
from careplus_runtime.http.serving import service_database
from careplus_runtime.monitoring.service_state import watch_service
from careplus_runtime.process.logs import logged_service
from careplus_runtime.process.one_process import LoggedAs, SharedProcess
from careplus_runtime.process.settings import load_settings

SERVICES: dict[str, Starlette] = {"auth": auth, "appointments": appointments, "doctors": doctors, "labs": labs}


@asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    database = service_database(load_settings())
    shared = SharedProcess({name: LoggedAs(name, service) for name, service in SERVICES.items()}, database)
    async with AsyncExitStack() as running:
        running.push_async_callback(database.close)
        # the gateway last: it sets the name of log lines that no service writes
        for name, app in {**SERVICES, "gateway": gateway}.items():
            app.state.shared = shared
            await running.enter_async_context(_running(name, app))
        gateway.state.database, gateway.state.disk = database, auth.state.disk
        watch_service(gateway.state)
        yield


@asynccontextmanager
async def _running(name: str, app: Starlette) -> AsyncIterator[None]:
    """Run the lifespan of an app; its background tasks inherit the name for their log lines."""
    logged_service.set(name)
    async with app.router.lifespan_context(app):
        logged_service.set(None)
        yield
        logged_service.set(name)


class Worker:
    """ASGI app."""

    def __init__(self) -> None:
        self.lifespan = Router(lifespan=_lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.lifespan if scope["type"] == "lifespan" else gateway)(scope, receive, send)


app = Worker()
