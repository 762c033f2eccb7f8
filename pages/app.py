"""The web side of the desk: a FastAPI application with the gate, the API, and NiceGUI mounted last."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import structlog
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from nicegui import app as nicegui_app
from nicegui import ui

from desk.settings import Settings
from pages import (
    audit,
    customer_import,
    customers,
    desk,
    gate,
    history,
    login,
    preferences,
    shell,
    talk,
)
from pages.api import auth, chats, docs, exports, health, problems, sockets, visits
from pages.api import customers as customers_api
from pages.api import history as history_api
from pages.measured import Measured
from services.registry import Services

log = structlog.get_logger()

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
Probe = Callable[[], Awaitable[None]]

RECONNECT_SECONDS = (
    15.0  # nicegui.md §1: survives a change of Wi-Fi; a dead peer is noticed in 18 s
)
STATIC = Path(__file__).parent / 'static'


def create(
    services: Services, settings: Settings, *, lifespan: Lifespan, probes: Mapping[str, Probe]
) -> FastAPI:
    """Put the web side together; opens nothing.

    Args:
        services: what the desk can do.
        settings: how it is run.
        lifespan: opens and closes the connections.
        probes: what readiness depends on, by name; a probe raises when its service is away.
    """
    app = FastAPI(title='Desk', version='0.1.0', lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.services = services  # whoever holds the application may ask what goes on in it
    problems.register(app)
    app.mount('/static', StaticFiles(directory=STATIC))
    for router in (
        health.router(probes),
        auth.router(services, settings),
        chats.router(services),
        customers_api.router(services),
        visits.router(services, settings),
        history_api.router(services),
        exports.router(services),
        sockets.router(services),
        login.router(services, settings),
        preferences.router(),
        talk.router(services, settings),
        docs.router(app),
    ):
        app.include_router(router)
    problems.register_unknown_paths(app)
    screens = shell.Screens(services)
    desk.register(screens)
    customer_import.register(screens)
    customers.register(screens)
    history.register(screens)
    audit.register(screens)
    screens.serve()
    talk.register(services, settings)
    nicegui_app.on_exception(_log_page_error)
    # Our pages send no XHR: a bar that announces one would only ever announce somebody else's.
    nicegui_app.config.quasar_config['loadingBar']['skipHijack'] = True
    ui.run_with(
        app,
        title='상담 데스크',
        favicon=STATIC / 'favicon.svg',
        dark=None,
        language='ko-KR',
        binding_refresh_interval=None,
        reconnect_timeout=RECONNECT_SECONDS,
        tailwind=False,
        show_welcome_message=False,
    )
    app.add_middleware(Measured)
    gate.install(app, services, settings)
    return app


def _log_page_error(error: Exception) -> None:
    log.error('page_failed', exc_info=error)
