"""The messages that one connected program was sent, chat by chat: in order, none lost, none twice.

Events may come twice (the outbox publishes again after a restart) and, from two processes, in the wrong order. When a
message's predecessor is missing, the feed reads it from the database: numbers have no gaps. Messages that the program
says it has are not sent again. A message that can only be sent after one with a higher number is marked late; that
happens when the program named no number to continue from. One task drives a feed, so nothing in it runs concurrently.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel

from desk.errors import NotFoundError
from models import Agent, ChatStatus
from models.chat import SAID
from pages.api.frames import FrameKind
from pages.api.shapes import Chat
from services.chats.chats import MAX_PAGE, Chats
from services.chats.events import ChatCard, ChatEvent, ChatMessage, MessageAdded


class SendFrame(Protocol):
    """Sends a frame to the program."""

    async def __call__(
        self, kind: FrameKind, data: BaseModel | dict[str, Any], *, is_late: bool = False
    ) -> None:
        """Send a frame; ``is_late`` marks a message that comes after one with a higher number."""


@dataclass(slots=True)
class SentMessages:
    """The messages of one chat that were sent: all after ``start`` up to ``number``, and some ``others``."""

    start: int
    number: int
    highest: int
    is_followed: bool = False
    """The program named a number to continue from: it has all messages up to ``start``."""
    is_over: bool = False
    others: set[int] = field(default_factory=set[int])

    @classmethod
    def after(cls, number: int) -> 'SentMessages':
        """Begin with nothing sent; sending starts after this number."""
        return cls(start=number, number=number, highest=number)

    def is_known(self, number: int) -> bool:
        """Whether the program has this message: it was sent here, or the program said so."""
        return self.has(number) or (self.is_followed and number <= self.start)

    def has(self, number: int) -> bool:
        """Whether this message was sent here."""
        return self.start < number <= self.number or number in self.others

    def reach(self, start: int, number: int) -> None:
        """Note that all messages after ``start`` up to ``number`` have been sent."""
        self.start, self.number = min(self.start, start), max(self.number, number)
        self.others = {other for other in self.others if not self.start < other <= self.number}


class Feed:
    """The chats of one program, each message sent once and in order."""

    def __init__(self, chats: Chats, agent: Agent, tell: SendFrame) -> None:
        self._chats = chats
        self._agent = agent
        self._tell = tell
        self._told: dict[UUID, SentMessages] = {}
        self._versions: dict[UUID, int] = {}
        self._gone: list[UUID] = []

    async def follow(self, chat_id: UUID, number: int) -> int:
        """Send the messages after ``number`` that were not sent here before. Return the number reached.

        Raises ``NotFoundError`` when the chat does not exist or the agent may not see it.
        """
        chat = await self._chats.chat(self._agent, chat_id)
        start = min(number, chat.last_number)
        told = self._told.setdefault(chat_id, SentMessages.after(start))
        await self._read_on(chat_id, told, start)
        told.is_followed = True
        await self._show(chat)
        return told.number

    async def hear(self, event: ChatEvent) -> None:
        """Send the news in an event, as far as the program does not have it."""
        is_line_only = False
        if isinstance(event, MessageAdded):
            await self._hear_message(event.message)
            is_line_only = event.message.type in SAID
        if not is_line_only:  # a text message implies its effect on the chat
            await self._show(event.chat)

    async def catch_up(self) -> list[UUID]:
        """Read every open chat again, since events may have been missed. Return the chats that the agent may no longer see."""
        for chat_id, told in list(self._told.items()):
            if not told.is_over:
                await self._catch_up(chat_id, told)
        gone, self._gone = self._gone, []
        return gone

    async def _hear_message(self, message: ChatMessage) -> None:
        chat_id, number = message.chat_session_id, message.number
        told = self._told.setdefault(chat_id, SentMessages.after(number - 1))
        if told.is_known(number):
            return
        if number > told.number + 1:
            await self._catch_up(chat_id, told)
            return
        await self._tell_message(told, message)
        if number == told.number + 1:
            told.reach(told.start, number)
        else:  # older than the feed's first message: the other process published it late
            told.others.add(number)

    async def _catch_up(self, chat_id: UUID, told: SentMessages) -> None:
        try:
            chat = await self._chats.chat(self._agent, chat_id)
            if chat.last_number > told.number:
                await self._read_on(chat_id, told, told.number)
            await self._show(chat)
        except NotFoundError:  # the agent may no longer see it
            del self._told[chat_id]
            self._gone.append(chat_id)

    async def _read_on(self, chat_id: UUID, told: SentMessages, start: int) -> None:
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

    async def _tell_message(self, told: SentMessages, message: ChatMessage) -> None:
        is_late = message.number < told.highest
        told.highest = max(told.highest, message.number)
        await self._tell(FrameKind.MESSAGE, message, is_late=is_late)

    async def _show(self, chat: ChatCard) -> None:
        if told := self._told.get(chat.id):
            told.is_over = chat.status is ChatStatus.CLOSED and told.number >= chat.last_number
        if self._versions.get(chat.id, 0) < chat.version:
            self._versions[chat.id] = chat.version
            await self._tell(FrameKind.SESSION_UPDATE, Chat.shown_to(self._agent, chat))
