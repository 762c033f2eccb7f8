"""An inbox list as a view holds it: a stale copy plus the events equals a fresh read.

Plain state with rules, apart from any screen: the inbox draws what ``apply`` returns, the tests compare it
with the database.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from models import Agent, ChatStatus
from models.chat import OPEN_STATUSES
from services.chat_events import ChatCard

ANSWERED = datetime.max.replace(tzinfo=UTC)
"""Sorts chats that nobody is waiting in behind those where somebody is."""


class Tab(StrEnum):
    """대기, 진행, 종료."""

    WAITING = 'waiting'
    OPEN = 'open'
    CLOSED = 'closed'


class Scope(StrEnum):
    """Whose chats: 내 상담 or 부서 전체 (supervisors: everybody's)."""

    MINE = 'mine'
    DEPARTMENT = 'department'


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one row of the list: where it was and where it is now (nowhere is ``None``)."""

    chat: ChatCard
    was: int | None
    now: int | None


def sort_key(chat: ChatCard, tab: Tab) -> tuple[float, int]:
    """Return a chat's place in a tab: longest waiting first, in 종료 the latest first."""
    if tab is Tab.WAITING:
        return chat.start_time.timestamp(), chat.id.int
    if tab is Tab.OPEN:
        return (chat.awaiting_since or ANSWERED).timestamp(), chat.id.int
    return -(chat.end_time or ANSWERED).timestamp(), -chat.id.int


def belongs(chat: ChatCard, agent: Agent, tab: Tab, scope: Scope) -> bool:
    """Whether the list of ``tab`` and ``scope`` shows this chat to the agent."""
    in_tab = {
        Tab.WAITING: chat.status is ChatStatus.WAITING,
        Tab.OPEN: chat.status in OPEN_STATUSES,
        Tab.CLOSED: chat.status is ChatStatus.CLOSED,
    }[tab]
    if not in_tab:
        return False
    if scope is Scope.MINE and tab is not Tab.WAITING:
        return chat.agent_id == agent.id
    return agent.sees_everything or chat.department == agent.department


class InboxView:
    """The first rows of one list, kept in order. ``is_complete`` says that there are no others."""

    def __init__(self, agent: Agent, tab: Tab, scope: Scope) -> None:
        self.agent = agent
        self.tab = tab
        self.scope = scope
        self.chats: list[ChatCard] = []
        self.is_complete = True
        self._versions: dict[UUID, int] = {}

    def load(self, chats: list[ChatCard], *, is_complete: bool) -> None:
        """Start over from a fresh read."""
        self.chats = []
        self._versions = {}
        self.extend(chats, is_complete=is_complete)

    def extend(self, chats: list[ChatCard], *, is_complete: bool) -> None:
        """Take in the next page of a read; rows that events brought meanwhile stay as they are."""
        self.is_complete = True  # the page is placed by its order, not cut by the old end
        for chat in chats:
            self.apply(chat)
        self.is_complete = is_complete

    def apply(self, chat: ChatCard) -> Change | None:
        """Take in a chat as it now stands; returns what changed, nothing for old news and others' chats."""
        if self._versions.get(chat.id, 0) >= chat.version:
            return None
        was = self._remove(chat.id)
        self._versions[chat.id] = chat.version
        now = self._insert(chat) if belongs(chat, self.agent, self.tab, self.scope) else None
        return Change(chat, was, now) if (was, now) != (None, None) else None

    def _remove(self, chat_id: UUID) -> int | None:
        place = next((i for i, chat in enumerate(self.chats) if chat.id == chat_id), None)
        if place is not None:
            del self.chats[place]
        return place

    def _insert(self, chat: ChatCard) -> int | None:
        keys = [sort_key(one, self.tab) for one in self.chats]
        place = bisect_left(keys, sort_key(chat, self.tab))
        if place == len(self.chats) and not self.is_complete:
            return None  # behind the last row that is known: a later page has it
        self.chats.insert(place, chat)
        return place
