"""The inbox: 대기, 진행 and 종료, longest waiting first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models import Agent
from services import chat_queries, inbox_queries
from services.chat_events import ChatCard
from services.inbox_view import Scope, Tab
from services.work import Workshop

PAGE = 30


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of a list; ``is_last`` when nothing follows."""

    chats: list[ChatCard]
    is_last: bool


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
        after: ChatCard | None = None,
        limit: int = PAGE,
    ) -> InboxPage:
        """Return the chats behind ``after`` (from the top when none is given), at most ``limit``. One query."""
        place = _place(after, tab) if after else None
        async with self._db.reading() as session:
            chats = await inbox_queries.page(
                session, agent, tab, scope, after=place, limit=limit + 1
            )
        return InboxPage(
            [chat_queries.card(chat) for chat in chats[:limit]], is_last=len(chats) <= limit
        )

    async def counts(self, agent: Agent, scope: Scope) -> dict[Tab, int]:
        """Return how many chats each tab has, each at most ``inbox_queries.MAX_COUNT``. Three queries."""
        async with self._db.reading() as session:
            return {tab: await inbox_queries.count(session, agent, tab, scope) for tab in Tab}


def _place(chat: ChatCard, tab: Tab) -> tuple[datetime | None, UUID]:
    moment = {
        Tab.WAITING: chat.start_time,
        Tab.OPEN: chat.awaiting_since,
        Tab.CLOSED: chat.end_time,
    }[tab]
    return moment, chat.id
