"""The agent's WebSocket: all chats of the agent over one socket."""

import asyncio

from starlette.websockets import WebSocket

from desk.sandbox.connect.aws.sockets import DENIED, MAX_WAITING, frame, item_frame_words, talk
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.faults import Trouble
from desk.sandbox.connect.softphone.sessions import Sessions, agent_of
from desk.sandbox.connect.world.room import Item, Room


class AgentSockets:
    """The open sockets, by agent."""

    def __init__(self, centre: Centre, sessions: Sessions) -> None:
        self._centre = centre
        self._sessions = sessions
        self._readers: list[tuple[str, asyncio.Queue[str]]] = []
        self._open: set[asyncio.Event] = set()
        centre.item_listeners.append(self._hear)
        centre.faults.cutters.append(self._cut)

    async def serve(self, socket: WebSocket) -> None:
        """Serve one socket until it closes, is cut, or reaches its maximum age."""
        session = self._sessions.find(socket.query_params.get('session', ''))
        agent = agent_of(self._centre.world, session)
        if agent is None or self._centre.faults.has(Trouble.NO_SOCKET, agent.profile.username):
            await socket.close(DENIED)
            return
        await socket.accept()
        waiting: asyncio.Queue[str] = asyncio.Queue(MAX_WAITING)
        reader, is_cut = (agent.id, waiting), asyncio.Event()
        self._readers.append(reader)
        self._open.add(is_cut)
        try:
            await talk(socket, waiting, is_cut)
        finally:
            self._open.discard(is_cut)
            self._readers.remove(reader)

    def _cut(self) -> None:
        for is_cut in self._open:
            is_cut.set()

    def _hear(self, room: Room, item: Item) -> None:
        """Send an item to the room's agents; an agent who has just left gets its end."""
        there = {
            each.agent_id
            for each in room.participants.values()
            if each.joined_at and item.only_for in {'', each.id}
        }
        for agent_id, waiting in self._readers:
            if agent_id in there and not waiting.full():
                words = item_frame_words(self._centre.world.state, room, item)
                waiting.put_nowait(frame(words))
