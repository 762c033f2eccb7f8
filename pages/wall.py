"""전광판 at ``/wall/{token}``: the board's six figures for a wall screen. Plain HTML that requests new numbers every second.

Nobody is signed in at a wall: the link shows numbers, and never a name of a customer or an agent.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from desk.errors import DeskError, NotFoundError
from desk.throttle import Throttle
from models import AgentStatus
from pages.locale import language_of, text
from pages.web import forms, refusals
from pages.web.gate import address_of
from services.floor.board import Number, Snapshot
from services.floor.definitions import Definition, day_of, definition_of
from services.registry import Services

WRONG_TOKENS = Throttle(limit=60, seconds=60, error_key='throttle.address')
"""Wrong tokens from one address: a token cannot be guessed by trying."""
NOTHING = '\u2013'
NO_STORE = {'Cache-Control': 'no-store'}


def router(services: Services) -> APIRouter:
    """Serve the wall screens."""
    wall = WallOperations(services)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route('/wall/{token}', wall.show)
    routes.add_api_route('/wall/{token}/numbers', wall.numbers)
    return routes


class WallOperations:
    """The operations of ``/wall``, one method each."""

    def __init__(self, services: Services) -> None:
        self._walls = services.walls

    async def show(self, request: Request, token: str) -> Response:
        """Return the page with the current numbers, or the reason why the link is not valid (any more)."""
        try:
            snapshot = await self._found(request, token)
        except DeskError as error:
            return refusals.page(request, error)
        language = language_of(request)
        return HTMLResponse(
            forms.render(
                'wall.html',
                language,
                figures=figures(snapshot, language),
                away=text(language, '연결 끊김'),
                at=int(snapshot.at.timestamp() * 1000),
            ),
            headers=NO_STORE,
        )

    async def numbers(self, request: Request, token: str) -> Response:
        """Return the current numbers."""
        try:
            snapshot = await self._found(request, token)
        except DeskError as error:
            return refusals.problem(request, error)
        content = {
            'at': int(snapshot.at.timestamp() * 1000),
            'figures': figures(snapshot, language_of(request)),
        }
        return JSONResponse(content, headers=NO_STORE)

    async def _found(self, request: Request, token: str) -> Snapshot:
        try:
            return await self._walls.numbers(token)
        except NotFoundError:
            WRONG_TOKENS.hit(address_of(request))
            raise


def figures(snapshot: Snapshot, language: str) -> list[dict[str, str]]:
    """Return a wall's six figures: name, value, sign and style of the band, and since when the longest contact waits."""
    level, definition = snapshot.percent(Number.SERVICE_LEVEL), definition_of(day_of(snapshot.at))
    since = snapshot.waiting_since
    free = len(snapshot.with_status(AgentStatus.AVAILABLE))
    return [
        _figure('waiting', text(language, '대기'), str(snapshot.total(Number.WAITING))),
        _figure('longest', text(language, '최장 대기'), NOTHING)
        | {'since': str(int(since.timestamp() * 1000)) if since else ''},
        _figure('in_progress', text(language, '진행'), str(snapshot.total(Number.IN_PROGRESS))),
        _figure('available', text(language, '상담 가능'), str(free)),
        _figure('level', text(language, '서비스 레벨'), _percent(level)) | _band(level, definition),
        _figure('abandoned', text(language, '포기'), str(snapshot.total(Number.ABANDONED))),
    ]


def _figure(key: str, name: str, value: str) -> dict[str, str]:
    return {'key': key, 'name': name, 'value': value, 'sign': '', 'look': '', 'since': ''}


def _percent(percent: float | None) -> str:
    return NOTHING if percent is None else f'{int(percent)}%'


def _band(percent: float | None, definition: Definition) -> dict[str, str]:
    if percent is None:
        return {}
    if percent >= definition.good_percent:
        return {'sign': '▲', 'look': 'good'}
    return {'sign': '◆', 'look': 'fair'} if percent >= definition.fair_percent else {'sign': '▼', 'look': 'poor'}  # fmt: skip
