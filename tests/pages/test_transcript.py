"""A transcript whose messages come while others are read: none is missing, none is asked for without end."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from nicegui.testing import User

from desk import clock
from models import MessageType, Sender
from pages.parts.kit.scroller import Scroller
from pages.parts.transcript.transcript import MAX_READING, MAX_SHOWN, MessagePages, Transcript
from services.chats.events import ChatMessage
from tests.support.until import until

pytestmark = pytest.mark.slow

CHAT = UUID(int=1)


class Chat:
    """A chat's messages as they are read; ``during`` happens while the next page is under way."""

    def __init__(self, length: int) -> None:
        self.lines = [line(number) for number in range(1, length + 1)]
        self.reads = 0
        self.during: Callable[[], Awaitable[object]] = nothing

    @property
    def pages(self) -> MessagePages:
        return MessagePages(before=self.before, after=self.after)

    def says(self) -> ChatMessage:
        """Write the next message."""
        self.lines.append(line(len(self.lines) + 1))
        return self.lines[-1]

    async def before(self, number: int | None, limit: int) -> list[ChatMessage]:
        found = [one for one in self.lines if number is None or one.number < number][-limit:]
        await self._on_the_way()
        return found

    async def after(self, number: int) -> list[ChatMessage]:
        found = [one for one in self.lines if one.number > number][:200]
        await self._on_the_way()
        return found

    async def _on_the_way(self) -> None:
        self.reads += 1
        assert self.reads < 30, 'it asks without end'
        happens, self.during = self.during, nothing
        await happens()


async def nothing() -> None:
    await asyncio.sleep(0)


def line(number: int) -> ChatMessage:
    return ChatMessage(
        id=uuid4(),
        chat_session_id=CHAT,
        number=number,
        sender=Sender.CUSTOMER,
        sender_id=None,
        type=MessageType.TEXT,
        content=f'{number}번째 줄',
        created_at=clock.now(),
    )


async def shown(user: User, chat: Chat) -> Transcript:
    """Draw a chat's newest messages."""
    await user.open('/desk')
    with user.client:
        transcript = Transcript(chat.pages, own=Sender.AGENT, writer=lambda _line: '', label='대화')
    await transcript.load()
    return transcript


async def scroll_back(user: User, transcript: Transcript) -> None:
    """Come near the top, and wait until older messages stand there."""
    first = transcript.view.first
    user.find(Scroller).trigger('older', {})
    await until(lambda: transcript.view.first < first)


async def hears(transcript: Transcript, chat: Chat) -> None:
    """Write the next message, and let it come to the screen as an event."""
    transcript.add(chat.says())


def numbers(transcript: Transcript) -> list[int]:
    """What is on screen, from the top."""
    pieces = transcript.scroller.default_slot.children
    return [int(one.props['data-number']) for one in pieces]


def without_gaps(transcript: Transcript) -> bool:
    seen = numbers(transcript)
    return seen == list(range(seen[0], seen[-1] + 1))


async def test_message_that_comes_while_older_ones_are_read_leaves_no_gap(user: User) -> None:
    chat = Chat(200)
    transcript = await shown(user, chat)
    while len(numbers(transcript)) < MAX_SHOWN:  # a full screen: the next one pushes the oldest out
        transcript.add(chat.says())
    chat.during = lambda: hears(transcript, chat)

    await scroll_back(user, transcript)

    assert without_gaps(transcript)
    assert numbers(transcript)[-1] == len(chat.lines)


async def test_catching_up_while_the_reader_goes_far_back_comes_to_an_end(user: User) -> None:
    chat = Chat(400)
    transcript = await shown(user, chat)
    while len(numbers(transcript)) < MAX_READING - 20:
        await scroll_back(user, transcript)
    for _ in range(5):
        chat.says()  # unheard

    chat.during = lambda: scroll_back(user, transcript)

    await transcript.catch_up()

    assert without_gaps(transcript)
    assert len(numbers(transcript)) == MAX_READING
    user.find(Scroller).trigger('end', {})  # back to the end, which is read anew
    await until(lambda: numbers(transcript)[-1] == len(chat.lines))


async def test_message_that_comes_while_the_end_is_read_stands_at_the_end(user: User) -> None:
    chat = Chat(60)
    transcript = await shown(user, chat)
    chat.during = lambda: hears(transcript, chat)

    await transcript.load()

    assert without_gaps(transcript)
    assert numbers(transcript)[-1] == len(chat.lines)
