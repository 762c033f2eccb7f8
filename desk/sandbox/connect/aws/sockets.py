"""The chat WebSocket: ``aws/subscribe``, ``aws/heartbeat``, ``aws/ping``, ``aws/chat`` with messages.

A socket that cannot keep up is closed; its reader requests the transcript after reconnecting, as
with Connect.
"""

import asyncio
import json
from typing import Any

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from desk.sandbox.connect.aws.operations.items import item_words
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.world.events import Json, stamp
from desk.sandbox.connect.world.refusals import NotPermitted
from desk.sandbox.connect.world.room import DELIVERED, EVENT, READ, Item, Room
from desk.sandbox.connect.world.state import State

log = structlog.get_logger()

LIFE_SECONDS = 59 * 60
MAX_SOCKETS = 5  # for each participant
MAX_WAITING = 1_000
DENIED = 4403
TOO_MANY = 4429
TOO_SLOW = 4008
CUT = 1012


class Sockets:
    """The listeners of each chat."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._readers: dict[str, list[tuple[str, asyncio.Queue[str]]]] = {}
        self._open: set[asyncio.Event] = set()
        centre.item_listeners.append(self._hear)
        centre.faults.cutters.append(self.cut)

    async def serve(self, socket: WebSocket) -> None:
        """Serve one socket until it closes, reaches its maximum age, or its reader is too slow."""
        try:
            with self._centre.acting() as world:
                room, participant = world.rooms.at(socket.query_params.get('token', ''))
                world.rooms.join(room, participant)
        except NotPermitted:
            await socket.close(DENIED)
            return
        readers = self._readers.setdefault(room.id, [])
        if sum(whose == participant.id for whose, _ in readers) >= MAX_SOCKETS:
            await socket.close(TOO_MANY)
            return
        await socket.accept()
        waiting: asyncio.Queue[str] = asyncio.Queue(MAX_WAITING)
        readers.append((participant.id, waiting))
        is_cut = asyncio.Event()
        self._open.add(is_cut)
        try:
            await talk(socket, waiting, is_cut)
        finally:
            self._open.discard(is_cut)
            readers.remove((participant.id, waiting))

    def cut(self) -> None:
        """Close every socket, as a network failure does."""
        for is_cut in self._open:
            is_cut.set()

    def _hear(self, room: Room, item: Item) -> None:
        for whose, waiting in list(self._readers.get(room.id, [])):
            if not waiting.full() and item.only_for in {'', whose}:
                waiting.put_nowait(frame(item_frame_words(self._centre.world.state, room, item)))


async def talk(socket: WebSocket, waiting: asyncio.Queue[str], is_cut: asyncio.Event) -> None:
    """Send pending items to an accepted socket and answer it, until it closes, is cut, or is too old."""
    subscribed = asyncio.Event()
    try:
        async with asyncio.timeout(LIFE_SECONDS), asyncio.TaskGroup() as group:
            group.create_task(_tell(socket, waiting, subscribed))
            group.create_task(_close(socket, is_cut))
            await _listen(socket, subscribed)
            raise WebSocketDisconnect  # noqa: TRY301 - ends the task group
    except* (WebSocketDisconnect, RuntimeError, TimeoutError):
        log.debug('sandbox_socket_over')


def item_frame_words(state: State, room: Room, item: Item) -> Json:
    """Return a room's item in the sockets' format."""
    words = item_words(state, item)
    words['InitialContactId'] = room.id
    if item.content_type in {DELIVERED, READ}:
        return {
            'Type': 'MESSAGEMETADATA',
            'ContentType': f'{EVENT}message.metadata',
            'ContactId': item.contact_id,
            'InitialContactId': room.id,
            'ParticipantId': item.participant_id,
            'AbsoluteTime': stamp(item.at),
            'MessageMetadata': _receipt_words(room, item),
        }
    return words


def _receipt_words(room: Room, item: Item) -> Json:
    wanted = json.loads(item.content).get('messageId', '')
    message = next((each for each in room.items if each.id == wanted), None)
    receipts = [
        {
            'DeliveredTimestamp': stamp(receipt.delivered_at),
            'ReadTimestamp': stamp(receipt.read_at),
            'RecipientParticipantId': receipt.participant_id,
        }
        for receipt in (message.receipts if message else [])
    ]
    return {'MessageId': wanted, 'Receipts': receipts}


async def _tell(socket: WebSocket, waiting: asyncio.Queue[str], subscribed: asyncio.Event) -> None:
    await subscribed.wait()
    while True:
        await socket.send_text(await waiting.get())
        if waiting.full():
            await socket.close(TOO_SLOW)


async def _close(socket: WebSocket, is_cut: asyncio.Event) -> None:
    await is_cut.wait()
    await socket.close(CUT)


async def _listen(socket: WebSocket, subscribed: asyncio.Event) -> None:
    async for text in socket.iter_text():
        frame = _read(text)
        topic = frame.get('topic')
        if topic == 'aws/subscribe':
            topics = (frame.get('content') or {}).get('topics', [])
            content = {'status': 'success', 'topics': topics}
            await socket.send_json({'topic': topic, 'content': content})
            subscribed.set()
        elif topic in {'aws/heartbeat', 'aws/ping'}:
            await socket.send_json({**frame, 'statusCode': 200, 'statusContent': 'OK'})


def _read(text: str) -> dict[str, Any]:
    try:
        frame = json.loads(text)
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}


def frame(words: Json) -> str:
    """Return the frame that a socket is sent about a chat."""
    content = json.dumps(words, ensure_ascii=False)
    return json.dumps(
        {'topic': 'aws/chat', 'contentType': 'application/json', 'content': content},
        ensure_ascii=False,
    )
