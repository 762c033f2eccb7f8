"""``/ws/{agent_id}``: the WebSocket endpoint for programs. ``program`` serves the accepted connection."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from fastapi import APIRouter, WebSocket
from starlette.requests import Request
from starlette.websockets import WebSocketState

from desk import metrics
from desk.errors import DeskError, NotFoundError, TooManyError
from pages.api.program import ConnectionLimits, Program
from pages.web.principals import staff_of
from pages.web.refusals import problem
from services.registry import Services

MAX_PER_SESSION = 10
"""A program needs one, and briefly a second while it has not noticed that the first is dead."""
RETRY_SECONDS = 40
"""A silent connection is closed after so long (``program.MAX_SILENT_BEATS``)."""


class OpenSockets:
    """How many sockets each session has open in this process."""

    def __init__(self) -> None:
        self._count: Counter[UUID] = Counter()

    @contextmanager
    def one_more(self, session_id: UUID) -> Iterator[None]:
        """Count one socket while the block runs. Raises ``TooManyError`` above ``MAX_PER_SESSION``."""
        if self._count[session_id] >= MAX_PER_SESSION:
            raise TooManyError('socket.too_many', wait_seconds=RETRY_SECONDS)
        self._count[session_id] += 1
        try:
            yield
        finally:
            self._count[session_id] -= 1
            self._count += Counter()  # drops sessions whose count is 0


def router(services: Services, *, pace: ConnectionLimits | None = None) -> APIRouter:
    """Serve ``/ws/{agent_id}``: the id or the sign-in name of the signed-in person."""
    api = APIRouter()
    sockets = OpenSockets()

    @api.websocket('/ws/{agent_id}')
    async def connect(websocket: WebSocket, agent_id: str) -> None:
        try:
            staff = staff_of(websocket)
            if agent_id not in {str(staff.agent.id), staff.agent.username}:
                raise NotFoundError('api.unknown_path')
            with sockets.one_more(staff.session_id), metrics.SOCKETS.track_inprogress():
                await _accept(websocket)
                await Program(services, websocket, staff, pace or ConnectionLimits()).serve()
        except DeskError as error:
            if websocket.application_state is WebSocketState.CONNECTED:  # too late to refuse
                raise
            await _refuse(websocket, error)

    return api


async def _accept(websocket: WebSocket) -> None:
    offered = websocket.scope['subprotocols']
    await websocket.accept(subprotocol='bearer' if 'bearer' in offered else None)


async def _refuse(websocket: WebSocket, error: DeskError) -> None:
    """Refuse the handshake: with a problem where the server can send one, else with a plain 403."""
    if 'websocket.http.response' not in websocket.scope.get('extensions', {}):
        await websocket.close()
        return
    asked = Request({**websocket.scope, 'type': 'http', 'method': 'GET'})
    await websocket.send_denial_response(problem(asked, error))
