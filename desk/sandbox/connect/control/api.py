"""The JSON API under ``/_sandbox``: every action that a tester needs, described by OpenAPI.

Every unsuccessful answer is a ``Refused``: 400 the request is invalid, 404 the object does not
exist, 409 the world refuses it now. Like the whole simulator it is reachable only from the same
machine.
"""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from desk.sandbox.connect.aws.app import AwsSide
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control import (
    centres,
    customers,
    faulting,
    hands,
    loading,
    page,
    watching,
)
from desk.sandbox.connect.control.answers import UNREADABLE
from desk.sandbox.connect.control.load.player import Player
from desk.sandbox.connect.control.shapes import Refused
from desk.sandbox.connect.world.refusals import NotThere, Refusal

PREFIX = '/_sandbox'
DESCRIPTION = """
Acts for the customers and agents that boto3 cannot act for, shows the centre as it is, moves the clock, keeps and brings
back everything, and lets things go wrong. Times are ISO 8601 in UTC on the sandbox's own clock. No credentials: only this
machine is answered. AWS's own operations are at the root of the same address.
"""
TAGS = [
    {'name': 'customers', 'description': 'Call, chat, speak, press keys, hang up'},
    {'name': 'agents', 'description': 'What agents do with what they have'},
    {'name': 'watching', 'description': 'Agents, queues, contacts and events as they are'},
    {'name': 'centre', 'description': 'Clock, snapshots, starting over'},
    {'name': 'load', 'description': 'Play a day of customers and agents'},
    {'name': 'faults', 'description': 'What goes wrong on purpose, by switch and by script'},
]


def build(centre: Centre, aws: AwsSide, player: Player) -> FastAPI:
    """Return the API as an app to mount at ``PREFIX``."""
    app = FastAPIOffline(
        title='Connect in a box',
        version='1',
        description=DESCRIPTION,
        openapi_tags=TAGS,
        redoc_url=None,
        responses=UNREADABLE,
    )
    hand = player.hand
    for router in (
        customers.router(hand),
        hands.router(hand),
        watching.router(centre),
        centres.router(centre, aws),
        faulting.router(centre, aws, hand),
        loading.router(player),
    ):
        app.include_router(router)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _not_served)

    @app.get('/', include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse(f'{PREFIX}{page.PATH}/')

    page.register(app, centre, aws, player)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """Return the description without FastAPI's own validation error, which is never sent."""
    if app.openapi_schema is None:
        app.openapi_schema = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            tags=app.openapi_tags,
            routes=app.routes,
        )
        for operations in app.openapi_schema['paths'].values():
            for operation in operations.values():
                operation['responses'].pop('422', None)
        for name in ('HTTPValidationError', 'ValidationError'):
            app.openapi_schema['components']['schemas'].pop(name, None)
        app.openapi_schema['servers'] = [{'url': PREFIX}]
    return app.openapi_schema


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    return _answer(404 if isinstance(error, NotThere) else 409, type(error).__name__, str(error))


async def _unreadable(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for this type
    wrong = [('.'.join(map(str, each['loc'][1:])), str(each['msg'])) for each in error.errors()]
    message = '; '.join(f'{field}: {reason}' if field else reason for field, reason in wrong)
    return _answer(400, 'Unreadable', message, [field for field, _ in wrong if field])


async def _not_served(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for this type
    return _answer(error.status_code, 'NotServed', str(error.detail))


def _answer(status: int, code: str, message: str, fields: list[str] | None = None) -> JSONResponse:
    refused = Refused(code=code, message=message, fields=fields or [])
    return JSONResponse(refused.model_dump(), status)
