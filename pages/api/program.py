"""One program on its WebSocket, from the greeting to the close.

A program receives live the events that its agent may see (``chats.may_see``). With ``subscribe`` it names the chats it knows
and the last number it has of each, and first receives the messages it missed. Everything is sent through one bounded
queue: a program that reads too slowly is disconnected (4408), reconnects with its cursors and has lost nothing. When the
agent's rights change, the program is told on the same connection.
"""

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import structlog
from fastapi import WebSocket
from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocketDisconnect

from desk import metrics, tracing
from desk.errors import DeskError, InvalidInputError, NotFoundError, TooManyError
from desk.events import Resync
from desk.throttle import Throttle
from pages.api import frames
from pages.api.feed import Feed
from pages.api.frames import Frame, FrameKind
from pages.api.sentiment_shapes import JudgedLines
from pages.api.shapes import MAX_NUMBER
from pages.api.subscriptions import Heard, ProgramSubscriptions
from pages.locale import language_of, sentence, text
from pages.web.bodies import MAX_BODY_BYTES
from services.chats.chats import MAX_PAGE
from services.chats.events import ChatEvent
from services.chats.inbox_order import Scope, Tab
from services.chats.note_events import NoteAdded
from services.chats.outgoing import OutgoingMessage
from services.contacts.access import may_see
from services.people.events import decides_authority
from services.people.sign_ins import Staff
from services.people.staff_watch import StaffWatch
from services.registry import Services
from services.sentiment.events import LinesJudged

log = structlog.get_logger()

HEARTBEAT_SECONDS = 20.0
MAX_SILENT_BEATS = 2
QUEUE_FRAMES = 500
GRACE_SECONDS = 1.0
"""How long live events wait for the program's first frame, so that missed messages are sent before them."""
CLOSE_SECONDS = 5.0
"""How long a slow reader may take to receive the reason why it is disconnected."""
FRAMES_LIMIT, FRAMES_SECONDS = 200, 10.0
MAX_MALFORMED = 20
"""Invalid frames allowed on one connection: enough to show a developer each mistake, too few to flood the desk."""

SIGNED_OUT = 4401
TOO_SLOW = 4408
NO_PULSE = 4410
GONE = 1000
MALFORMED = 1008  # RFC 6455 §7.4.1: against the policy
FAILED = 1011  # RFC 6455 §7.4.1: an unexpected condition
REASONS = {
    SIGNED_OUT: 'socket.signed_out',
    TOO_SLOW: 'socket.too_slow',
    NO_PULSE: 'socket.no_pulse',
    MALFORMED: 'socket.malformed',
    FAILED: 'socket.failed',
}
"""The reason in a close frame, as a sentence of at most 123 bytes (RFC 6455 §5.5)."""


class InvalidFrameError(InvalidInputError):
    """A program sent an invalid frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Time limits and queue length of a connection."""

    heartbeat_seconds: float = HEARTBEAT_SECONDS
    queue_frames: int = QUEUE_FRAMES
    grace_seconds: float = GRACE_SECONDS


class AuthorityChanged:
    """The agent's rights have changed."""


Waiting = Heard | AuthorityChanged | frames.Subscribe
"""What waits in the send queue: frames, and events that need a look-up before they are sent."""


class Program:
    """A connected program: one task reads, one writes, one checks the heartbeat."""

    def __init__(
        self, services: Services, websocket: WebSocket, staff: Staff, pace: ConnectionLimits
    ) -> None:
        self._services = services
        self._websocket = websocket
        self._staff = staff
        self._agent = staff.agent
        self._pace = pace
        self._feed = Feed(services.chats, staff.agent, self._tell)
        self._waiting: asyncio.Queue[Waiting] = asyncio.Queue(pace.queue_frames)
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._first_word: asyncio.Future[frames.Incoming | None]
        self._first_word = asyncio.get_running_loop().create_future()
        self._brake = Throttle(limit=FRAMES_LIMIT, seconds=FRAMES_SECONDS)
        self._silent_beats = self._malformed = 0
        self._subscriptions = ProgramSubscriptions(services.topics, self._agent, self._push)
        self._watch = StaffWatch(services.sign_ins, services.topics, staff, self)

    async def serve(self) -> None:
        """Serve the program until it disconnects or is disconnected."""
        self._subscriptions.renew()
        try:
            await self._listen_in_own_chats()
            code = await self._run()
        finally:
            self._watch.stop()
            self._subscriptions.close()
        if code != GONE:
            await self._close(code)

    async def _run(self) -> int:
        try:
            async with asyncio.TaskGroup() as group:
                works = (self._read(), self._write(), self._beat(), self._watch.keep())
                tasks = [group.create_task(work) for work in works]
                await self._ended
                for task in tasks:
                    task.cancel()
        except* Exception:
            if (
                not self._ended.done()
            ):  # an error after the end is the driver's name for the cancelled read
                log.exception('program_failed', agent_id=str(self._agent.id))
        return self._ended.result() if self._ended.done() else FAILED

    def _end(self, code: int) -> None:
        if not self._ended.done():
            self._ended.set_result(code)

    async def _close(self, code: int) -> None:
        log.info('program_dropped', agent_id=str(self._agent.id), code=code)
        try:
            reason = text(language_of(self._websocket), REASONS[code])
            await asyncio.wait_for(self._websocket.close(code, reason), CLOSE_SECONDS)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return  # the program does not read the reason, or has disconnected meanwhile

    # Changes of the agent

    def person_changed(self, fields: frozenset[str]) -> None:
        """Apply the agent's new rights; the agent's row has them already."""
        if decides_authority(fields):
            log.info('authority_changed', agent_id=str(self._agent.id), fields=sorted(fields))
            self._subscriptions.renew()
            self._push(AuthorityChanged())

    def sign_in_ended(self) -> None:
        """Close the connection: the agent signed out or was blocked."""
        self._end(SIGNED_OUT)

    async def _listen_in_own_chats(self) -> None:
        own = await self._services.inbox.page(self._agent, Tab.OPEN, Scope.MINE, limit=MAX_PAGE)
        for chat in own.chats:
            self._subscriptions.listen_within(chat.id)

    # Sending

    def _push(self, waiting: Waiting) -> None:
        try:
            self._waiting.put_nowait(waiting)
        except asyncio.QueueFull:
            self._end(TOO_SLOW)

    async def _tell(
        self, kind: FrameKind, data: BaseModel | dict[str, Any], *, is_late: bool = False
    ) -> None:
        await self._websocket.send_text(frames.encoded(kind, data, is_late=is_late))

    async def _write(self) -> None:
        try:
            await self._greet()
            while True:
                await self._work_off(await self._waiting.get())
        except WebSocketDisconnect:
            self._end(GONE)

    async def _greet(self) -> None:
        """Send ``hello``, then the missed messages if the program's first frame asks for them."""
        pace = {'heartbeat_seconds': self._pace.heartbeat_seconds}
        await self._tell(FrameKind.HELLO, self._who() | pace)
        await asyncio.wait([self._first_word], timeout=self._pace.grace_seconds)
        if not self._first_word.done():
            self._first_word.set_result(None)
        elif isinstance(asked := self._first_word.result(), frames.Subscribe):
            await self._catch_up(asked)

    def _who(self) -> dict[str, Any]:
        agent = self._agent
        who = {'agent_id': str(agent.id), 'username': agent.username, 'name': agent.name}
        return who | {'role': agent.role, 'department': agent.department}

    async def _work_off(self, waiting: Waiting) -> None:
        match waiting:
            case Frame():
                await self._tell(waiting.kind, waiting.data)
            case LinesJudged() | NoteAdded():
                await self._tell_within(waiting)
            case Resync():
                await self._watch.look()
                await self._resync()
            case AuthorityChanged():
                await self._tell(FrameKind.AGENT_CHANGED, self._who())
                await self._resync()
            case frames.Subscribe():
                await self._catch_up(waiting)
            case ChatEvent() if may_see(self._agent, waiting.chat):  # may have changed
                await self._feed.hear(waiting)
            case ChatEvent():
                return

    async def _tell_within(self, told: LinesJudged | NoteAdded) -> None:
        """Send what happened inside a chat, if the agent may still see the chat."""
        if isinstance(told, NoteAdded):
            if await self._still_sees(told.note.chat_session_id):
                await self._tell(FrameKind.NOTE, told.note)
        elif await self._still_sees(told.chat_id):
            await self._tell(FrameKind.SENTIMENT, JudgedLines.of_event(told))

    async def _still_sees(self, chat_id: UUID) -> bool:
        """Whether the agent may still see a chat; if not, the program hears no more from within it."""
        try:
            await self._services.chats.chat(self._agent, chat_id)
        except NotFoundError:
            self._subscriptions.stop_listening_within(chat_id)
            return False
        return True

    async def _resync(self) -> None:
        """Send what followed chats miss, name the chats that the agent may no longer see, and ask the program to read lists again."""
        for chat_id in await self._feed.catch_up():
            self._subscriptions.stop_listening_within(chat_id)
            gone = NotFoundError('chat.not_found')
            await self._tell(FrameKind.ERROR, self._refusal(gone, chat_session_id=chat_id))
        await self._tell(FrameKind.RESYNC, {})

    async def _catch_up(self, asked: frames.Subscribe) -> None:
        with _trace(asked):
            await self._follow(asked.data.cursors)

    async def _follow(self, cursors: dict[UUID, int]) -> None:
        reached: dict[str, int] = {}
        for chat_id, number in cursors.items():
            self._subscriptions.listen_within(chat_id)
            try:
                reached[str(chat_id)] = await self._feed.follow(chat_id, number)
            except DeskError as error:
                self._subscriptions.stop_listening_within(chat_id)
                await self._tell(FrameKind.ERROR, self._refusal(error, chat_session_id=chat_id))
        await self._tell(FrameKind.CAUGHT_UP, {'cursors': reached})

    def _refusal(self, error: DeskError, **about: UUID) -> dict[str, Any]:
        refusal: dict[str, Any] = {
            'status': error.status,
            'code': error.key,
            'detail': sentence(language_of(self._websocket), error),
        }
        if isinstance(error, TooManyError):
            refusal['wait_seconds'] = error.wait_seconds
        return refusal | {name: str(value) for name, value in about.items()}

    # Receiving

    async def _read(self) -> None:
        try:
            while True:
                message = await self._websocket.receive()
                if message['type'] == 'websocket.disconnect':
                    break
                self._silent_beats = 0
                await self._take_in(message.get('text') or '')
        except WebSocketDisconnect:
            pass
        self._end(GONE)

    async def _take_in(self, text: str) -> None:
        about: dict[str, UUID] = {}
        try:
            self._brake.hit('frames')
            incoming = _understood(text)
            if isinstance(incoming, frames.Send):
                about['chat_session_id'] = incoming.data.chat_session_id
                if incoming.data.id:
                    about['id'] = incoming.data.id
            if self._first_word.done():
                await self._obey(incoming)
            else:
                self._first_word.set_result(incoming)
                await self._obey_first(incoming)
        except InvalidFrameError as error:
            metrics.MALFORMED.labels('program').inc()
            self._malformed += 1
            self._push(Frame(FrameKind.ERROR, self._refusal(error)))
            if self._malformed > MAX_MALFORMED:
                self._end(MALFORMED)
        except DeskError as error:
            if isinstance(error, TooManyError):
                metrics.THROTTLED.labels('program').inc()
            self._push(Frame(FrameKind.ERROR, self._refusal(error, **about)))

    async def _obey(self, incoming: frames.Incoming) -> None:
        match incoming:
            case frames.Subscribe():
                self._push(incoming)
            case frames.Send():
                with _trace(incoming):
                    await self._send(incoming.data)
            case frames.TellTyping():
                with _trace(incoming):
                    await self._services.chats.tell_typing(
                        self._agent, incoming.data.chat_session_id
                    )
            case frames.Pulse(type='ping'):
                self._push(Frame(FrameKind.PONG, {}))
            case _:
                return

    async def _obey_first(self, incoming: frames.Incoming) -> None:
        if not isinstance(incoming, frames.Subscribe):  # ``_greet`` answers it
            await self._obey(incoming)

    async def _send(self, message: frames.MessageToSend) -> None:
        outgoing = OutgoingMessage(
            id=message.id or uuid4(),
            chat_id=message.chat_session_id,
            content=message.content,
            seen=MAX_NUMBER if message.seen is None else message.seen,
        )
        self._push(Frame(FrameKind.ACK, await self._services.chats.reply(self._agent, outgoing)))

    # Heartbeat

    async def _beat(self) -> None:
        """Send pings, and close the connection after too many beats without a frame."""
        while True:
            await asyncio.sleep(self._pace.heartbeat_seconds)
            if self._silent_beats >= MAX_SILENT_BEATS:
                self._end(NO_PULSE)
            self._silent_beats += 1
            self._push(Frame(FrameKind.PING, {}))


def _trace(incoming: frames.Traced) -> AbstractContextManager[None]:
    """Begin the trace of what a program's frame asks for, or go on with the one it names."""
    return tracing.root('program frame', asked=incoming.traceparent, frame=type(incoming).__name__)


def _understood(text: str) -> frames.Incoming:
    """Return a program's frame. Raises ``InvalidFrameError`` for anything else."""
    if len(text) > MAX_BODY_BYTES:
        raise InvalidFrameError('api.too_long')
    try:
        return frames.decoded(text)
    except ValidationError as error:
        raise InvalidFrameError('socket.frame') from error
