"""``/chat/sessions``: chats as an agent's program works in them. Paths and bodies are the guide's where it has them.

A chat that the reader may not see is answered like one that does not exist (404).
"""

from dataclasses import dataclass
from typing import Annotated, Any, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from models import Agent, ChatStatus
from pages.api import cursors
from pages.api.rate_limit import rate_limit
from pages.api.shapes import (
    CHAT_EXAMPLE,
    MAX_NUMBER,
    Chat,
    ChatPage,
    Line,
    Marks,
    NewMessage,
    Number,
    Text,
    refusals,
    shown_as,
)
from pages.api.wrap_up_shapes import WrapUpItem
from pages.web.principals import SignedIn
from services.chats.chats import MAX_PAGE, PAGE
from services.chats.inbox import Inbox, cursor_of
from services.chats.inbox_order import Scope, Tab
from services.chats.inbox_view import InboxFilter
from services.chats.outgoing import OutgoingMessage
from services.registry import Services

MAX_REMIND_MINUTES = 24 * 60
TABS = {
    ChatStatus.WAITING: Tab.WAITING,
    ChatStatus.ACTIVE: Tab.OPEN,
    ChatStatus.ON_HOLD: Tab.OPEN,
    ChatStatus.CLOSED: Tab.CLOSED,
}
LISTS: dict[int | str, dict[str, Any]] = {
    200: {
        'content': {
            'application/json': {
                'examples': {
                    'own': {'summary': 'without filters', 'value': [CHAT_EXAMPLE]},
                    'page': {
                        'summary': 'with any filter',
                        'value': {'items': [CHAT_EXAMPLE], 'next': None},
                    },
                }
            }
        }
    }
}


class ChatDetail(Chat):
    """A chat and its wrap-up; no wrap-up while the chat is open."""

    model_config = shown_as({**CHAT_EXAMPLE, 'wrap_up': None})

    wrap_up: WrapUpItem | None


class HoldFor(BaseModel):
    """After how many minutes on hold the agent is reminded; without it, never."""

    model_config = shown_as({'remind_minutes': 10})

    remind_minutes: Annotated[int | None, Field(ge=1, le=MAX_REMIND_MINUTES)] = None


class SilenceClock(BaseModel):
    """Whether the clock of a silent customer is stopped for the chat."""

    model_config = shown_as({'off': True})

    off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFilters:
    """The filters of the list; without any of them the answer is the guide's plain list."""

    tab: Tab
    scope: Scope
    only: InboxFilter
    limit: int
    cursor: str | None
    are_given: bool

    @classmethod
    async def asked(
        cls,
        status: Annotated[
            ChatStatus | None, Query(description='without it: taken and not over')
        ] = None,
        scope: Annotated[
            Scope | None, Query(description='the own ones, or (without it) all one may see')
        ] = None,
        department: Annotated[Text | None, Query(max_length=100)] = None,
        limit: Annotated[int | None, Query(ge=1, le=MAX_PAGE)] = None,
        cursor: Annotated[str | None, Query(max_length=cursors.MAX_CURSOR_CHARS)] = None,
    ) -> Self:
        """Read the filters from a query."""
        given = (status, scope, department, limit, cursor)
        return cls(
            tab=TABS[status] if status else Tab.OPEN,
            scope=scope or Scope.DEPARTMENT,
            only=InboxFilter(department=department, status=status),
            limit=limit or PAGE,
            cursor=cursor,
            are_given=any(one is not None for one in given),
        )

    @property
    def listing(self) -> str:
        """Return the name of this list: a cursor of one list does not continue another."""
        return f'{self.tab}|{self.scope}|{self.only.status or ""}|{self.only.department or ""}'


def router(services: Services) -> APIRouter:
    """Serve the chats of the signed-in person."""
    api = APIRouter(
        prefix='/chat/sessions',
        tags=['chat'],
        dependencies=[rate_limit()],
        responses=refusals(401, 422, 429),
    )
    sessions = Sessions(services)
    add, one = api.add_api_route, '/{session_id}'
    written, changed = refusals(404, 409, 413), refusals(404, 409)
    add('', sessions.chats, summary='List chats', responses=LISTS)
    add(one, sessions.chat, summary='One chat', responses=refusals(404))
    add(f'{one}/messages', sessions.messages, summary='Transcript', responses=refusals(404))
    add(
        f'{one}/messages',
        sessions.send,
        methods=['POST'],
        summary='Send a message',
        responses=written,
    )
    add(f'{one}/take', sessions.take, methods=['POST'], summary='Take (수락)', responses=changed)
    add(
        f'{one}/hold',
        sessions.hold,
        methods=['POST'],
        summary='Put on hold (보류)',
        responses=written,
    )
    add(
        f'{one}/resume',
        sessions.resume,
        methods=['POST'],
        summary='Resume (보류 해제)',
        responses=changed,
    )
    add(
        f'{one}/silence',
        sessions.wait,
        methods=['PUT'],
        summary='Stop the clock of a silent customer (기다리기), or let it run',
        responses=written,
    )
    add(
        f'{one}/join',
        sessions.join,
        methods=['POST'],
        summary='Join (함께 상담)',
        responses=changed,
    )
    add(f'{one}/leave', sessions.leave, methods=['POST'], summary='Leave', responses=refusals(404))
    add(f'{one}/end', sessions.end, methods=['POST'], summary='End (상담 종료)', responses=changed)
    add(
        f'{one}/read',
        sessions.read,
        methods=['POST'],
        summary='Mark as read',
        responses=refusals(404, 413),
    )
    add(
        f'{one}/typing',
        sessions.typing,
        methods=['POST'],
        status_code=204,
        summary='Tell that the agent types',
        responses=changed,
    )
    return api


class Sessions:
    """The operations of ``/chat/sessions``, one method each."""

    def __init__(self, services: Services) -> None:
        self._chats = services.chats
        self._inbox = services.inbox
        self._company = services.company
        self._silence = services.silence
        self._wrap_ups = services.wrap_ups

    async def chats(
        self, staff: SignedIn, filters: Annotated[ChatFilters, Depends(ChatFilters.asked)]
    ) -> list[Chat] | ChatPage:
        """List chats, longest waiting first; ended chats latest first.

        Without filters: a plain list of all chats that the signed-in agent holds. With any filter: a page of
        chats that the agent may see, and the cursor of the next page.
        """
        if not filters.are_given:
            return await _own(self._inbox, staff.agent)
        after = cursors.decoded(filters.listing, filters.cursor) if filters.cursor else None
        page = await self._inbox.page(
            staff.agent,
            filters.tab,
            filters.scope,
            after=after,
            limit=filters.limit,
            only=filters.only,
        )
        following = None
        if not page.is_last:
            following = cursors.encoded(
                filters.listing, cursor_of(page.chats[-1], filters.tab, filters.scope)
            )
        return ChatPage(
            items=[Chat.shown_to(staff.agent, chat) for chat in page.chats], next=following
        )

    async def chat(self, staff: SignedIn, session_id: UUID) -> ChatDetail:
        """Return one chat with its wrap-up."""
        chat = Chat.shown_to(staff.agent, await self._chats.chat(staff.agent, session_id))
        written = (await self._wrap_ups.views([session_id])).get(session_id)
        return ChatDetail(**chat.model_dump(), wrap_up=WrapUpItem.of(written) if written else None)

    async def messages(
        self,
        staff: SignedIn,
        session_id: UUID,
        after: Annotated[Number | None, Query(description='what came after this number')] = None,
        before: Annotated[Number | None, Query(description='the last ones before it')] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
    ) -> list[Line]:
        """Return messages, oldest first: the messages after a number, else the last ones (before a number, if one is given)."""
        if after is not None:
            lines = await self._chats.messages_after(staff.agent, session_id, after, limit=limit)
        else:
            lines = await self._chats.transcript(
                staff.agent, session_id, before=before, limit=limit
            )
        return [Line.model_validate(line) for line in lines]

    async def send(self, staff: SignedIn, session_id: UUID, message: NewMessage) -> Line:
        """Send a message and return it, numbered; the same ``id`` again returns the same message."""
        outgoing = OutgoingMessage(
            id=message.id or uuid4(),
            chat_id=session_id,
            content=message.content,
            seen=MAX_NUMBER if message.seen is None else message.seen,
        )
        return Line.model_validate(await self._chats.reply(staff.agent, outgoing))

    async def take(self, staff: SignedIn, session_id: UUID) -> Chat:
        """Take a waiting chat. When several agents take it at once, one gets it and the others get 409."""
        return Chat.shown_to(staff.agent, await self._chats.take(staff.agent, session_id))

    async def hold(self, staff: SignedIn, session_id: UUID, asked: HoldFor | None = None) -> Chat:
        """Put a chat on hold, which frees its place; after the minutes its agent is reminded of it."""
        minutes = asked.remind_minutes if asked else None
        held = await self._chats.hold(staff.agent, session_id, remind_minutes=minutes)
        return Chat.shown_to(staff.agent, held)

    async def resume(self, staff: SignedIn, session_id: UUID) -> Chat:
        """Resume a chat on hold, up to one above the agent's capacity."""
        return Chat.shown_to(staff.agent, await self._chats.resume(staff.agent, session_id))

    async def wait(self, staff: SignedIn, session_id: UUID, wanted: SilenceClock) -> Chat:
        """Stop the clock after which a customer who does not answer is asked and the chat ends; or let it run again."""
        chat = await self._silence.wait(staff.agent, session_id, is_off=wanted.off)
        return Chat.shown_to(staff.agent, chat)

    async def join(self, staff: SignedIn, session_id: UUID) -> Chat:
        """Write in a colleague's chat, too; it stays the colleague's. Joining again changes nothing."""
        return Chat.shown_to(staff.agent, await self._company.join(staff.agent, session_id))

    async def leave(self, staff: SignedIn, session_id: UUID) -> Chat:
        """Leave a chat that the agent has joined; leaving again changes nothing."""
        return Chat.shown_to(staff.agent, await self._company.leave(staff.agent, session_id))

    async def end(self, staff: SignedIn, session_id: UUID) -> Chat:
        """End a chat that the agent holds; ending it again changes nothing."""
        return Chat.shown_to(staff.agent, await self._chats.end(staff.agent, session_id))

    async def read(self, staff: SignedIn, session_id: UUID, marks: Marks) -> Chat:
        """Record how far the agent has read; counts only for the agent who holds the chat, and who joined it. Return the chat."""
        await self._chats.chat(staff.agent, session_id)
        await self._chats.mark(
            staff.agent, session_id, delivered=marks.delivered, read=marks.number
        )
        return Chat.shown_to(staff.agent, await self._chats.chat(staff.agent, session_id))

    async def typing(self, staff: SignedIn, session_id: UUID) -> None:
        """Show the customer for some seconds that the agent is typing."""
        await self._chats.tell_typing(staff.agent, session_id)


async def _own(inbox: Inbox, agent: Agent) -> list[Chat]:
    """Return all open chats that the agent holds, read page by page."""
    held: list[Chat] = []
    after = None
    while True:
        page = await inbox.page(agent, Tab.OPEN, Scope.MINE, after=after, limit=MAX_PAGE)
        held += [Chat.shown_to(agent, chat) for chat in page.chats if chat.agent_id == agent.id]
        if page.is_last:
            return held
        after = cursor_of(page.chats[-1], Tab.OPEN, Scope.MINE)
