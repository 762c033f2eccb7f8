"""``/ws/{agent_id}``: where programs connect. What happens then is in ``program``."""

from fastapi import APIRouter, WebSocket
from starlette.requests import Request

from desk import metrics
from desk.errors import DeskError, NotFoundError
from pages.api.program import Pace, Program
from pages.principals import staff_of
from pages.refusals import problem
from services.registry import Services


def router(services: Services, *, pace: Pace | None = None) -> APIRouter:
    """Serve ``/ws/{agent_id}``; the id or the sign-in name of who is signed in."""
    api = APIRouter()

    @api.websocket('/ws/{agent_id}')
    async def connect(websocket: WebSocket, agent_id: str) -> None:
        try:
            staff = staff_of(websocket)
            if agent_id not in {str(staff.agent.id), staff.agent.username}:
                raise NotFoundError('api.unknown_path')
        except DeskError as error:
            await _refuse(websocket, error)
            return
        offered = websocket.scope['subprotocols']
        await websocket.accept(subprotocol='bearer' if 'bearer' in offered else None)
        with metrics.SOCKETS.track_inprogress():
            await Program(services, websocket, staff, pace or Pace()).serve()

    return api


async def _refuse(websocket: WebSocket, error: DeskError) -> None:
    """Say why before the handshake, as a response where the server can, else by a plain 403."""
    if 'websocket.http.response' not in websocket.scope.get('extensions', {}):
        await websocket.close()
        return
    asked = Request({**websocket.scope, 'type': 'http', 'method': 'GET'})
    await websocket.send_denial_response(problem(asked, error))
