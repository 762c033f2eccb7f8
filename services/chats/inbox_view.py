"""The state of an inbox list in a view: an old copy plus the events equals a fresh read.

It is plain state with rules and draws nothing: the inbox draws what ``apply`` returns, and the
tests compare it with the database.
"""

from bisect import bisect_left
from dataclasses import dataclass
from uuid import UUID

from models import Agent, ChatStatus
from models.chat import OPEN_STATUSES
from services.chats.events import (
    EVERY_CHAT,
    EVERY_QUEUE,
    ChatCard,
    department_topic,
    holder_topic,
    queue_topic,
)
from services.chats.inbox_order import ANSWERED, Scope, Tab, moment_of
from services.contacts.access import topics_within

_STATUSES = {
    Tab.WAITING: (ChatStatus.WAITING,),
    Tab.OPEN: OPEN_STATUSES,
    Tab.CLOSED: (ChatStatus.CLOSED,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFilter:
    """A program's filter for a list: one department, one status; unset, it changes nothing."""

    department: str | None = None
    status: ChatStatus | None = None


WHOLE = InboxFilter()
"""The list without a filter."""
MAX_COUNT = 1_000
"""Tabs count no further than this."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one row of the list: its old and new position (``None`` when it is not in the list)."""

    chat: ChatCard
    was: int | None
    now: int | None


def sort_key(chat: ChatCard, tab: Tab, scope: Scope) -> tuple[float, int]:
    """Return a chat's place in a list: by ``inbox_order``, in 종료 latest first."""
    moment = (moment_of(chat, tab, scope) or ANSWERED).timestamp()
    return (-moment, -chat.id.int) if tab is Tab.CLOSED else (moment, chat.id.int)


def is_among_own(chat: ChatCard, agent: Agent) -> bool:
    """Whether a chat is among an agent's own: theirs, or open and joined by them (함께 상담)."""
    has_joined = agent.id in chat.joined_agent_ids and chat.is_open
    return chat.agent_id == agent.id or (has_joined and agent.reaches(chat.department))


def belongs(chat: ChatCard, agent: Agent, tab: Tab, scope: Scope) -> bool:
    """Whether the list of ``tab`` and ``scope`` shows this chat to the agent."""
    if chat.status not in _STATUSES[tab]:
        return False
    if scope is Scope.MINE and tab is not Tab.WAITING:
        return is_among_own(chat, agent)
    return agent.reaches(chat.department)


def topics_of(agent: Agent, tab: Tab, scope: Scope) -> tuple[str, ...]:
    """Return the topics that keep a list current; always including the agent's own chats and the queue.

    An agent's own list leaves out messages between colleagues and their customers, because nearly
    all messages are those.
    """
    own = holder_topic(agent.id)
    if scope is Scope.MINE or tab is Tab.WAITING:
        return own, *topics_within(agent, EVERY_QUEUE, queue_topic)
    return own, *topics_within(agent, EVERY_CHAT, department_topic)


SortKey = tuple[float, int]

MAX_REMEMBERED = 1_000
"""The number of other chats whose newest copy a view keeps: late events are seconds late, not hours."""


class InboxView:
    """The first rows of one list, in order. ``is_complete`` says that there are no others.

    Subscribe, call ``expect``, read, then ``load``: between the read and an event that arrives
    meanwhile the newer one wins. The view covers the list up to a place (``_end``); later rows
    belong to the next page.
    """

    def __init__(self, agent: Agent, tab: Tab, scope: Scope) -> None:
        self.agent = agent
        self.tab = tab
        self.scope = scope
        self.chats: list[ChatCard] = []
        self._shown: dict[UUID, ChatCard] = {}
        self._end: SortKey | None = None
        self._newest: dict[UUID, ChatCard] = {}
        self._heard: set[UUID] = set()

    @property
    def is_complete(self) -> bool:
        """Whether no row follows the last one."""
        return self._end is None

    def expect(self) -> None:
        """Announce a fresh read: it will include all events until now."""
        self._heard.clear()

    def load(self, chats: list[ChatCard], *, is_complete: bool) -> None:
        """Replace the rows with a fresh read and the events since ``expect``."""
        self._show([])
        self._take_in(chats, is_complete=is_complete)

    def extend(self, chats: list[ChatCard], *, is_complete: bool) -> None:
        """Add the next page of a read, updated by the events that arrived meanwhile."""
        self._take_in(chats, is_complete=is_complete)

    def apply(self, chat: ChatCard) -> Change | None:
        """Apply a chat's new state; return the change, or ``None`` if the list stays as it is."""
        if not self._is_news(chat):
            return None
        self._remember(chat)
        self._heard.add(chat.id)
        was = self._remove(chat.id)
        now = self._insert(chat) if self._covers(chat) else None
        return Change(chat, was, now) if (was, now) != (None, None) else None

    def trim(self, most: int) -> list[ChatCard]:
        """Drop the rows after the first ``most`` and return them; the next page brings them back."""
        gone = self.chats[most:]
        if gone:
            self._show(self.chats[:most])
            self._end = self._key(self.chats[-1])
        return gone

    def _remember(self, chat: ChatCard) -> None:
        self._newest.pop(chat.id, None)
        self._newest[chat.id] = chat  # the latest are last
        if len(self._newest) > 2 * MAX_REMEMBERED:
            latest = list(self._newest.items())[-MAX_REMEMBERED:]
            self._newest = self._shown | dict(latest)
            self._heard &= self._newest.keys()

    def concerns(self, chat: ChatCard) -> bool:
        """Whether a chat is a row of the covered list, or would become one."""
        return chat.id in self._shown or self._covers(chat)

    def _take_in(self, chats: list[ChatCard], *, is_complete: bool) -> None:
        for chat in chats:
            if self._is_news(chat):
                self._remember(chat)
        if chats or is_complete:
            self._end = None if is_complete else self._key(chats[-1])
        known = {chat.id for chat in (*self.chats, *chats)} | self._heard
        rows = [self._newest[chat_id] for chat_id in known]
        self._show(sorted(filter(self._covers, rows), key=self._key))

    def _show(self, chats: list[ChatCard]) -> None:
        self.chats = chats
        self._shown = {chat.id: chat for chat in chats}

    def _is_news(self, chat: ChatCard) -> bool:
        known = self._newest.get(chat.id)
        return known is None or known.version < chat.version

    def _covers(self, chat: ChatCard) -> bool:
        is_reached = self._end is None or self._key(chat) <= self._end
        return is_reached and belongs(chat, self.agent, self.tab, self.scope)

    def _key(self, chat: ChatCard) -> SortKey:
        return sort_key(chat, self.tab, self.scope)

    def _remove(self, chat_id: UUID) -> int | None:
        chat = self._shown.pop(chat_id, None)
        if chat is None:
            return None
        place = self._place(chat)
        del self.chats[place]
        return place

    def _insert(self, chat: ChatCard) -> int:
        place = self._place(chat)
        self.chats.insert(place, chat)
        self._shown[chat.id] = chat
        return place

    def _place(self, chat: ChatCard) -> int:
        return bisect_left(self.chats, self._key(chat), key=self._key)
