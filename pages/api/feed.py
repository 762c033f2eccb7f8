"""What one connected program has been told of each chat: in order, nothing lost, nothing twice.

Events may come twice (the outbox tells again what it is not sure of, most of all after a restart) and, from two
processes, in the wrong order. A message whose forerunner is missing makes the feed read on from the database, where the
forerunner is: numbers have no gaps. What the program said that it has is not told again; what can only be told after
a higher number, because the program named no number to go on from, is marked as late. One task drives a feed, so nothing
here runs beside itself.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel

from desk.errors import NotFoundError
from models import Agent, ChatStatus, MessageType
from pages.api.frames import FrameKind
from pages.api.shapes import Chat
from services.chats.chats import MAX_PAGE, Chats
from services.chats.events import ChatCard, ChatEvent, ChatMessage, MessageAdded


class Tell(Protocol):
    """Sends the program a frame."""

    async def __call__(
        self, kind: FrameKind, data: BaseModel | dict[str, Any], *, is_late: bool = False
    ) -> None:
        """Send it; ``is_late`` marks a message that comes after one with a higher number."""


@dataclass(slots=True)
class Told:
    """Which messages of a chat have been told: all after ``start`` up to ``number``, and some ``others``."""

    start: int
    number: int
    highest: int
    is_followed: bool = False
    """The program has named a number: it has all up to ``start``."""
    is_over: bool = False
    others: set[int] = field(default_factory=set[int])

    @classmethod
    def after(cls, number: int) -> 'Told':
        """Nothing is told yet; what is told begins after this number."""
        return cls(start=number, number=number, highest=number)

    def is_known(self, number: int) -> bool:
        """Whether the program has this message: told here, or by its own word."""
        return self.has(number) or (self.is_followed and number <= self.start)

    def has(self, number: int) -> bool:
        """Whether this message has been told."""
        return self.start < number <= self.number or number in self.others

    def reach(self, start: int, number: int) -> None:
        """Note that all after ``start`` up to ``number`` have been told by now."""
        self.start, self.number = min(self.start, start), max(self.number, number)
        self.others = {other for other in self.others if not self.start < other <= self.number}


class Feed:
    """The chats of one program, each told once and in order."""

    def __init__(self, chats: Chats, agent: Agent, tell: Tell) -> None:
        self._chats = chats
        self._agent = agent
        self._tell = tell
        self._told: dict[UUID, Told] = {}
        self._versions: dict[UUID, int] = {}
        self._gone: list[UUID] = []

    async def follow(self, chat_id: UUID, number: int) -> int:
        """Tell what came after ``number`` and was not told here before; returns how far it is now.

        Raises ``NotFoundError`` when the chat is not there or not the agent's to see.
        """
        chat = await self._chats.chat(self._agent, chat_id)
        start = min(number, chat.last_number)
        told = self._told.setdefault(chat_id, Told.after(start))
        await self._read_on(chat_id, told, start)
        told.is_followed = True
        await self._show(chat)
        return told.number

    async def hear(self, event: ChatEvent) -> None:
        """Tell what an event says, as far as it is new here."""
        is_line_only = False
        if isinstance(event, MessageAdded):
            await self._hear_message(event.message)
            is_line_only = event.message.type is MessageType.TEXT
        if not is_line_only:  # what a line of text changes of its chat can be told from the line
            await self._show(event.chat)

    async def catch_up(self) -> list[UUID]:
        """Read again what is not over: events may have been missed. Returns the chats that are the agent's no more."""
        for chat_id, told in list(self._told.items()):
            if not told.is_over:
                await self._catch_up(chat_id, told)
        gone, self._gone = self._gone, []
        return gone

    async def _hear_message(self, message: ChatMessage) -> None:
        chat_id, number = message.chat_session_id, message.number
        told = self._told.setdefault(chat_id, Told.after(number - 1))
        if told.is_known(number):
            return
        if number > told.number + 1:
            await self._catch_up(chat_id, told)
            return
        await self._tell_message(told, message)
        if number == told.number + 1:
            told.reach(told.start, number)
        else:  # older than where this feed began: its process published late
            told.others.add(number)

    async def _catch_up(self, chat_id: UUID, told: Told) -> None:
        try:
            chat = await self._chats.chat(self._agent, chat_id)
            if chat.last_number > told.number:
                await self._read_on(chat_id, told, told.number)
            await self._show(chat)
        except NotFoundError:  # no longer the agent's to see
            del self._told[chat_id]
            self._gone.append(chat_id)

    async def _read_on(self, chat_id: UUID, told: Told, start: int) -> None:
        number = start
        while lines := await self._chats.messages_after(
            self._agent, chat_id, number, limit=MAX_PAGE
        ):
            for line in lines:
                number = line.number
                if not told.has(number):
                    told.others.add(number)
                    await self._tell_message(told, line)
        told.reach(start, number)

    async def _tell_message(self, told: Told, message: ChatMessage) -> None:
        is_late = message.number < told.highest
        told.highest = max(told.highest, message.number)
        await self._tell(FrameKind.MESSAGE, message, is_late=is_late)

    async def _show(self, chat: ChatCard) -> None:
        if told := self._told.get(chat.id):
            told.is_over = chat.status is ChatStatus.CLOSED and told.number >= chat.last_number
        if self._versions.get(chat.id, 0) < chat.version:
            self._versions[chat.id] = chat.version
            await self._tell(FrameKind.SESSION_UPDATE, Chat.shown_to(self._agent, chat))
