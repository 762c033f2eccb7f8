"""The inbox: 대기, 진행 and 종료, longest waiting first, in pages."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from desk.cache import SharedCache
from models import Agent
from services.chats import inbox_queries
from services.chats import queries as chat_queries
from services.chats.events import ChatCard
from services.chats.inbox_order import Scope, Tab, moment_of
from services.chats.inbox_view import WHOLE, InboxFilter
from services.work.cursors import Cursor
from services.work.unit_of_work import UnitsOfWork

PAGE = 30
COUNT_SECONDS = 0.9
SHARED_TABS = ((Tab.WAITING,), (Tab.OPEN, Tab.CLOSED))
"""Tabs counted together: whoever sees the same list of one sees the same list of the other."""


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of a list; ``is_last`` when no further chat follows."""

    chats: list[ChatCard]
    is_last: bool


class Inbox:
    """The lists that agents work from."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._db = units.db
        self._counts: SharedCache[dict[Tab, int]] = SharedCache(COUNT_SECONDS)

    async def page(
        self,
        agent: Agent,
        tab: Tab,
        scope: Scope,
        *,
        after: ChatCard | Cursor | None = None,
        limit: int = PAGE,
        only: InboxFilter = WHOLE,
    ) -> InboxPage:
        """Return the chats after ``after`` (from the top without it), at most ``limit``. One query."""
        place = cursor_of(after, tab, scope) if isinstance(after, ChatCard) else after
        async with self._db.reading() as session:
            chats = await inbox_queries.page(
                session,
                agent,
                tab,
                scope,
                after=(place.moment, place.row_id) if place else None,
                limit=limit + 1,
                only=only,
            )
        return InboxPage(
            [chat_queries.card(chat) for chat in chats[:limit]], is_last=len(chats) <= limit
        )

    async def counts(
        self, agent: Agent, scope: Scope, tabs: Collection[Tab] = tuple(Tab)
    ) -> dict[Tab, int]:
        """Return the number of chats in each of these tabs, at most ``inbox_queries.MAX_COUNT`` each.

        At most two queries.

        A number may be ``COUNT_SECONDS`` old: readers of the same lists share it.
        """
        wanted = [tuple(tab for tab in shared if tab in tabs) for shared in SHARED_TABS]
        parts = [
            self._counts.get(
                (some, _list_of(agent, some[0], scope)), partial(self._count, agent, some, scope)
            )
            for some in wanted
            if some
        ]
        return {tab: count for part in await asyncio.gather(*parts) for tab, count in part.items()}

    async def _count(self, agent: Agent, tabs: tuple[Tab, ...], scope: Scope) -> dict[Tab, int]:
        async with self._db.reading() as session:
            return await inbox_queries.counts(session, agent, tabs, scope)


def cursor_of(chat: ChatCard, tab: Tab, scope: Scope) -> Cursor:
    """Return the place after a chat in a list, which stays valid whatever happens to the chat."""
    return Cursor(moment_of(chat, tab, scope), chat.id)


def _list_of(agent: Agent, tab: Tab, scope: Scope) -> UUID | str:
    """Return the key of the list that a person sees: their own, that of their departments, or everybody's."""
    if scope is Scope.MINE and tab is not Tab.WAITING:
        return agent.id
    return '\n'.join(sorted(agent.reach or ()))
