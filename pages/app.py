"""The web application: FastAPI with the gate, the API, the screens, and NiceGUI mounted last."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import structlog
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from nicegui import app as nicegui_app
from nicegui import ui

from desk import metrics
from desk.errors import DeskError
from desk.settings import Settings
from pages import (
    access_review,
    account,
    audit,
    customer_import,
    customers,
    dashboard,
    desk,
    history,
    invite,
    login,
    preferences,
    protection,
    replies,
    reports,
    reset,
    settings_screens,
    setup,
    shell,
    talk,
    talk_chat,
    wall,
    widget,
)
from pages import softphone as softphone_window
from pages.api import (
    accounts,
    agents,
    auth,
    call_wrap_ups,
    callbacks,
    calls,
    canned_files,
    canned_replies,
    chat_files,
    chat_marks,
    chats,
    contacts,
    customer_attachments,
    customer_files,
    docs,
    exports,
    health,
    left_messages,
    notes,
    people,
    problems,
    promises,
    queues,
    roster,
    sentiment,
    shifts,
    site_keys,
    sockets,
    sso,
    transcripts,
    transfers,
    visit_topics,
    visits,
    wrap_ups,
)
from pages.api import customers as customers_api
from pages.api import history as history_api
from pages.api import protection as protection_api
from pages.api import reports as reports_api
from pages.api import settings as settings_api
from pages.web import gate, unknown_paths
from pages.web.monitoring import open_pages
from pages.web.request_ids import RequestIds
from pages.web.request_metrics import RequestMetrics
from pages.web.signatures import remember_signatures
from pages.web.softphone import Softphone
from services.registry import Services

log = structlog.get_logger()

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
Probe = Callable[[], Awaitable[None]]

RECONNECT_SECONDS = 15.0  # survives a change of Wi-Fi; a lost connection is noticed in 18 s
STATIC = Path(__file__).parent / 'static'
SCREENS = (
    desk,
    customer_import,
    customers,
    history,
    dashboard,
    reports,
    access_review,
    audit,
    settings_screens,
    replies,
    protection,
)
"""The modules of the screens inside the desk's frame."""


def create(
    services: Services,
    settings: Settings,
    *,
    lifespan: Lifespan,
    probes: Mapping[str, Probe],
    softphone: Softphone | None = None,
) -> FastAPI:
    """Build the web application. Opens nothing.

    Args:
        services: the desk's use cases.
        settings: the desk's settings.
        lifespan: opens and closes the connections.
        probes: the readiness checks by name; a probe raises when its service is unavailable.
        softphone: the softphone of the call bar; ``None`` without Connect.
    """
    app = FastAPI(title='Desk', version='0.1.0', lifespan=lifespan, openapi_url=None)
    app.state.services = services  # for tests, which have only the application
    problems.register(app)
    app.mount('/static', StaticFiles(directory=STATIC))
    for router in (
        health.router(probes),
        auth.router(services, settings),
        sso.router(services, settings),
        agents.router(services),
        accounts.router(services),
        chats.router(services),
        chat_files.router(services),
        chat_marks.router(services),
        wrap_ups.router(services),
        left_messages.router(services),
        notes.router(services),
        transfers.router(services),
        sentiment.router(services),
        customers_api.router(services),
        transcripts.router(services),
        visit_topics.router(services),
        visits.router(services, settings),
        customer_files.router(services),
        customer_attachments.router(services),
        exports.router(services),  # before history: its path looks like a contact's id
        history_api.router(services),
        contacts.router(services),
        promises.router(services),
        protection_api.router(services),
        queues.router(services),
        reports_api.router(services),
        shifts.router(services),
        site_keys.router(services),  # before settings: its path looks like a setting's
        settings_api.router(services),
        people.router(services),
        roster.router(services),
        calls.router(services),
        callbacks.router(services),
        canned_replies.router(services),
        canned_files.router(services),
        call_wrap_ups.router(services),
        sockets.router(services),
        login.router(services, settings),
        invite.router(services),
        reset.router(services),
        setup.router(services, settings),
        account.router(services),
        wall.router(services),
        preferences.router(),
        talk.router(services, settings),
        widget.router(services),
        docs.router(app),
    ):
        app.include_router(router)
    remember_signatures()
    if softphone is not None:
        app.include_router(softphone_window.router(softphone))
    screens = shell.Screens(services, softphone)
    for screen in SCREENS:
        screen.register(screens)
    screens.serve()
    talk_chat.register(services, settings)
    nicegui_app.on_exception(_log_page_error)
    nicegui_app.add_exception_handler(Exception, problems.failed)
    logging.getLogger('nicegui').addFilter(_is_unexpected)
    # Our pages send no XHR: Quasar's loading bar would only show other scripts' requests.
    nicegui_app.config.quasar_config['loadingBar']['skipHijack'] = True
    unknown_paths.register(app)
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
    if softphone is not None:
        app.add_middleware(
            softphone_window.SoftphoneWindow,
            softphone=softphone,
            directory=services.connect_directory,
        )
    gate.install(app, services, settings)
    metrics.PAGES.set_function(open_pages)
    app.add_middleware(RequestMetrics)  # outside of the gate: refused requests are counted too
    app.add_middleware(RequestIds)  # outside of that: the line of each request carries its id
    return app


def _is_unexpected(record: logging.LogRecord) -> bool:
    """Let NiceGUI log an error of its pages unless it is a ``DeskError``, which is expected."""
    return not (record.exc_info and isinstance(record.exc_info[1], DeskError))


def _log_page_error(error: Exception) -> None:
    if isinstance(error, DeskError):  # expected, and shown to the reader
        log.warning('page_refused', key=error.key)
        return
    metrics.PAGE_ERRORS.inc()
    log.error('page_failed', exc_info=error)
