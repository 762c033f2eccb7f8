"""Answers unknown paths before NiceGUI does, which would draw a page and log the whole address."""

from fastapi import FastAPI
from nicegui import app as nicegui_app
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from desk.errors import NotFoundError
from pages.locale import language_of, text
from pages.web import refusals

METHODS = ('DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT')


def register(app: FastAPI) -> None:
    """Answer unknown paths, and known paths with a wrong method. Call it after all routers, before ``ui.run_with``."""
    app.router.routes.append(_UnknownPath(app))


class _UnknownPath(BaseRoute):
    """The route of all requests that no other route matches."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_unknown = scope['type'] == 'http' and not _is_taken(nicegui_app, scope)
        return (Match.FULL if is_unknown else Match.NONE), {}

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(Request(scope, receive))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        allowed = [method for method in METHODS if self._takes(request.scope, method)]
        if not allowed:
            return refusals.answer(request, NotFoundError('api.unknown_path'))
        detail = text(language_of(request), 'api.method')
        return refusals.problem_of(405, 'api.method', detail, headers={'Allow': ', '.join(allowed)})

    def _takes(self, scope: Scope, method: str) -> bool:
        asked = {**scope, 'method': method}
        routes = self._app.routes[: self._app.routes.index(self)]
        return any(route.matches(asked)[0] is Match.FULL for route in routes) or _is_taken(
            nicegui_app, asked
        )


def _is_taken(app: FastAPI, scope: Scope) -> bool:
    """Return whether an application, or one mounted in it, has a route for a request."""
    twin = _twin_of(scope)
    return any(
        route.matches(one)[0] is Match.FULL for one in (scope, twin) if one for route in app.routes
    )


def _twin_of(scope: Scope) -> Scope | None:
    """Return the path without its surplus slash, which requests are redirected to."""
    path: str = scope['path'].rstrip('/')
    return {**scope, 'path': path} if path and path != scope['path'] else None
