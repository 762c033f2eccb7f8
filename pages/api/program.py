"""One program on its WebSocket, from the greeting to the end.

A program hears what its agent may see (``chats.may_see``), live; with ``subscribe`` it names the chats it knows and
up to which number, and is told first what it missed. Everything goes out through one bounded queue: who reads
too slowly is dropped (4408), comes back with its cursors and has lost nothing.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import structlog
from fastapi import WebSocket
from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocketDisconnect

from desk import clock
from desk.errors import DeskError, InvalidInputError, TooManyError
from desk.events import Resync, Subscription
from desk.throttle import Throttle
from models import ChatStatus
from pages.api import frames
from pages.api.bounds import MAX_BODY_BYTES
from pages.api.chats import tell_typing
from pages.api.feed import Feed
from pages.api.frames import Kind
from pages.api.shapes import MAX_NUMBER
from pages.locale import language_of, sentence
from services.append_statement import Outgoing
from services.chat_events import (
    EVERY_AGENT,
    EVERY_CHAT,
    AgentStatusChanged,
    ChatEvent,
    SessionRevoked,
    Typing,
    agent_topic,
    chat_topic,
    department_topic,
    holder_topic,
)
from services.chats import MAX_PAGE, may_see
from services.inbox_view import Scope, Tab
from services.registry import Services
from services.sign_ins import Staff

log = structlog.get_logger()

HEARTBEAT_SECONDS = 20.0
MAX_SILENT_BEATS = 2
QUEUE_FRAMES = 500
GRACE_SECONDS = 1.0
"""How long live events wait for the program's first word, so that what it missed comes before them."""
CLOSE_SECONDS = 5.0
"""How long a slow reader may take to hear why it is dropped."""
FRAMES_LIMIT, FRAMES_SECONDS = 200, 10.0

SIGNED_OUT = 4401
TOO_SLOW = 4408
NO_PULSE = 4410
GONE = 1000
FAILED = 1011  # RFC 6455 §7.4.1: an unexpected condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patient the desk is with a program."""

    heartbeat_seconds: float = HEARTBEAT_SECONDS
    queue_frames: int = QUEUE_FRAMES
    grace_seconds: float = GRACE_SECONDS


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame on its way out."""

    kind: Kind
    data: BaseModel | dict[str, Any]


Waiting = Frame | ChatEvent | Resync | frames.Subscribe
"""What waits for the writer: frames, and what it has to look up first."""


class Program:
    """A connected program: one task reads, one writes, one listens for the pulse."""

    def __init__(self, services: Services, websocket: WebSocket, staff: Staff, pace: Pace) -> None:
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
        self._typing: dict[UUID, Subscription] = {}
        self._brake = Throttle(limit=FRAMES_LIMIT, seconds=FRAMES_SECONDS)
        self._silent_beats = 0
        self._heard: object = None

    async def serve(self) -> None:
        """Speak with the program until it goes or has to."""
        with self._listening():
            await self._listen_in_own_chats()
            code = await self._run()
        if code != GONE:
            await self._close(code)

    async def _run(self) -> int:
        try:
            async with asyncio.TaskGroup() as group:
                works = (self._read(), self._write(), self._beat())
                tasks = [group.create_task(work) for work in works]
                await self._ended
                for task in tasks:
                    task.cancel()
        except* Exception:
            if (
                not self._ended.done()
            ):  # afterwards it is only a cancelled read that a driver renamed
                log.exception('program_failed', agent_id=str(self._agent.id))
        return self._ended.result() if self._ended.done() else FAILED

    def _end(self, code: int) -> None:
        if not self._ended.done():
            self._ended.set_result(code)

    async def _close(self, code: int) -> None:
        log.info('program_dropped', agent_id=str(self._agent.id), code=code)
        try:
            await asyncio.wait_for(self._websocket.close(code), CLOSE_SECONDS)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return  # it does not even read why, or has gone meanwhile

    # What is heard

    @contextmanager
    def _listening(self) -> Generator[None, None, None]:
        subscribe, agent = self._services.topics.subscribe, self._agent
        # Only what may concern it: with EVERY_CHAT, each event would cost the desk a call for each program.
        narrow = (department_topic(agent.department), holder_topic(agent.id))
        topics = (EVERY_CHAT,) if agent.sees_everything else narrow
        subscriptions = [subscribe(topic, self._hear_chat) for topic in topics]
        subscriptions.append(subscribe(agent_topic(agent.id), self._hear_person))
        if agent.sees_everything:
            subscriptions.append(subscribe(EVERY_AGENT, self._hear_status))
        try:
            yield
        finally:
            for subscription in (*subscriptions, *self._typing.values()):
                subscription.cancel()

    def _hear_chat(self, event: object) -> None:
        if event is self._heard:  # it has two of our topics
            return
        self._heard = event
        if isinstance(event, Resync):
            self._push(event)
        elif isinstance(event, ChatEvent) and may_see(self._agent, event.chat):
            if event.chat.agent_id == self._agent.id and event.chat.is_open:
                self._listen_for_typing(event.chat.id)
            elif event.chat.status is ChatStatus.CLOSED:
                self._stop_listening_for_typing(event.chat.id)
            self._push(event)

    def _hear_person(self, event: object) -> None:
        if isinstance(event, SessionRevoked) and event.session_id == self._staff.session_id:
            self._end(SIGNED_OUT)
        elif not self._agent.sees_everything:
            self._hear_status(event)

    def _hear_status(self, event: object) -> None:
        if isinstance(event, AgentStatusChanged):
            self._push(Frame(Kind.AGENT_STATUS, event))

    def _hear_typing(self, event: object) -> None:
        if isinstance(event, Typing):
            data = {'chat_session_id': str(event.chat_id), 'sender': event.sender}
            self._push(Frame(Kind.TYPING, {**data, 'name': event.name}))

    def _listen_for_typing(self, chat_id: UUID) -> None:
        if chat_id not in self._typing:
            subscribe = self._services.topics.subscribe
            self._typing[chat_id] = subscribe(chat_topic(chat_id), self._hear_typing)

    def _stop_listening_for_typing(self, chat_id: UUID) -> None:
        if subscription := self._typing.pop(chat_id, None):
            subscription.cancel()

    async def _listen_in_own_chats(self) -> None:
        own = await self._services.inbox.page(self._agent, Tab.OPEN, Scope.MINE, limit=MAX_PAGE)
        for chat in own.chats:
            self._listen_for_typing(chat.id)

    # What goes out

    def _push(self, waiting: Waiting) -> None:
        try:
            self._waiting.put_nowait(waiting)
        except asyncio.QueueFull:
            self._end(TOO_SLOW)

    async def _tell(self, kind: Kind, data: BaseModel | dict[str, Any]) -> None:
        await self._websocket.send_text(frames.written(kind, data))

    async def _write(self) -> None:
        try:
            await self._greet()
            while True:
                await self._work_off(await self._waiting.get())
        except WebSocketDisconnect:
            self._end(GONE)

    async def _greet(self) -> None:
        """Say hello, and catch up first when that is what the program asks for."""
        hello = {
            'agent_id': str(self._agent.id),
            'username': self._agent.username,
            'heartbeat_seconds': self._pace.heartbeat_seconds,
        }
        await self._tell(Kind.HELLO, hello)
        await asyncio.wait([self._first_word], timeout=self._pace.grace_seconds)
        if not self._first_word.done():
            self._first_word.set_result(None)
        elif isinstance(asked := self._first_word.result(), frames.Subscribe):
            await self._catch_up(asked.data.cursors)

    async def _work_off(self, waiting: Waiting) -> None:
        match waiting:
            case Frame():
                await self._tell(waiting.kind, waiting.data)
            case Resync():
                await self._check_session()
                await self._feed.catch_up()
                await self._tell(Kind.RESYNC, {})
            case frames.Subscribe():
                await self._catch_up(waiting.data.cursors)
            case ChatEvent():
                await self._feed.hear(waiting)

    async def _catch_up(self, cursors: dict[UUID, int]) -> None:
        reached: dict[str, int] = {}
        for chat_id, number in cursors.items():
            self._listen_for_typing(chat_id)
            try:
                reached[str(chat_id)] = await self._feed.follow(chat_id, number)
            except DeskError as error:
                self._stop_listening_for_typing(chat_id)
                await self._tell(Kind.ERROR, self._refusal(error, chat_session_id=chat_id))
        await self._tell(Kind.CAUGHT_UP, {'cursors': reached})

    def _refusal(self, error: DeskError, **about: UUID) -> dict[str, Any]:
        refusal: dict[str, Any] = {
            'status': error.status,
            'code': error.key,
            'detail': sentence(language_of(self._websocket), error),
        }
        if isinstance(error, TooManyError):
            refusal['wait_seconds'] = error.wait_seconds
        return refusal | {name: str(value) for name, value in about.items()}

    # What comes in

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
        except DeskError as error:
            self._push(Frame(Kind.ERROR, self._refusal(error, **about)))

    async def _obey(self, incoming: frames.Incoming) -> None:
        match incoming:
            case frames.Subscribe():
                self._push(incoming)
            case frames.Send():
                await self._send(incoming.data)
            case frames.TellTyping():
                await tell_typing(self._services.chats, self._agent, incoming.data.chat_session_id)
            case frames.Pulse(type='ping'):
                self._push(Frame(Kind.PONG, {}))
            case _:
                return

    async def _obey_first(self, incoming: frames.Incoming) -> None:
        if not isinstance(incoming, frames.Subscribe):  # that is what the greeting waits for
            await self._obey(incoming)

    async def _send(self, message: frames.MessageToSend) -> None:
        outgoing = Outgoing(
            id=message.id or uuid4(),
            chat_id=message.chat_session_id,
            content=message.content,
            seen=MAX_NUMBER if message.seen is None else message.seen,
        )
        self._push(Frame(Kind.ACK, await self._services.chats.reply(self._agent, outgoing)))

    # The pulse

    async def _beat(self) -> None:
        """Ask for signs of life, and whether the session still admits: a revocation may have been missed."""
        while True:
            await self._check_session()
            left = (self._staff.expires_at - clock.now()).total_seconds()
            await asyncio.sleep(min(self._pace.heartbeat_seconds, max(left, 0)))
            if self._silent_beats >= MAX_SILENT_BEATS:
                self._end(NO_PULSE)
            self._silent_beats += 1
            self._push(Frame(Kind.PING, {}))

    async def _check_session(self) -> None:
        if not await self._services.sign_ins.is_valid(self._staff.session_id):
            self._end(SIGNED_OUT)


def _understood(text: str) -> frames.Incoming:
    """Return what a program sent. Raises ``InvalidInputError`` for what is no frame."""
    if len(text) > MAX_BODY_BYTES:
        raise InvalidInputError('api.too_long')
    try:
        return frames.read(text)
    except ValidationError as error:
        raise InvalidInputError('socket.frame') from error
