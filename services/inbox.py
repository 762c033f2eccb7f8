"""The inbox: 대기, 진행 and 종료, longest waiting first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import Agent
from services import chat_queries, inbox_queries
from services.chat_events import ChatCard
from services.inbox_queries import WHOLE, Narrowing
from services.inbox_view import Scope, Tab
from services.work import Workshop

PAGE = 30


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of a list; ``is_last`` when nothing follows."""

    chats: list[ChatCard]
    is_last: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the time that its list is sorted by (none: nobody waits there) and the chat."""

    moment: datetime | None
    chat_id: UUID


class Inbox:
    """The lists that agents work from."""

    def __init__(self, workshop: Workshop) -> None:
        self._db = workshop.db

    async def page(
        self,
        agent: Agent,
        tab: Tab,
        scope: Scope,
        *,
        after: ChatCard | Place | None = None,
        limit: int = PAGE,
        only: Narrowing = WHOLE,
    ) -> InboxPage:
        """Return the chats behind ``after`` (from the top when none is given), at most ``limit``. One query."""
        place = place_of(after, tab) if isinstance(after, ChatCard) else after
        async with self._db.reading() as session:
            chats = await inbox_queries.page(
                session,
                agent,
                tab,
                scope,
                after=(place.moment, place.chat_id) if place else None,
                limit=limit + 1,
                only=only,
            )
        return InboxPage(
            [chat_queries.card(chat) for chat in chats[:limit]], is_last=len(chats) <= limit
        )

    async def counts(self, agent: Agent, scope: Scope) -> dict[Tab, int]:
        """Return how many chats each tab has, each at most ``inbox_queries.MAX_COUNT``. Three queries."""
        async with self._db.reading() as session:
            return {tab: await inbox_queries.count(session, agent, tab, scope) for tab in Tab}


def place_of(chat: ChatCard, tab: Tab) -> Place:
    """Return where a list continues behind a chat, whatever happens to the chat meanwhile."""
    moment = {
        Tab.WAITING: chat.start_time,
        Tab.OPEN: chat.awaiting_since,
        Tab.CLOSED: chat.end_time,
    }[tab]
    return Place(moment, chat.id)
