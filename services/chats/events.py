"""Events about chats, for screens and programs.

An event contains all that a view needs to stay equal to a fresh read, so that no view queries the
database for it. ``ChatCard.version`` and ``ChatMessage.number`` order them: an older one changes
nothing.
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from desk.events import Event
from models import ChatEnding, ChatSession, ChatStatus, MessageType, Priority, Sender
from models.chat import LEFT, OPEN_STATUSES


def chat_topic(chat_id: UUID) -> str:
    """Return the topic of one chat."""
    return f'chat:{chat_id}'


def department_topic(department: str) -> str:
    """Return the topic of a department's chats."""
    return f'department:{department}'


def queue_topic(department: str) -> str:
    """Return the topic of a department's waiting chats, and of chats that change their agent."""
    return f'queue:{department}'


def draft_topic(agent_id: UUID, chat_id: UUID) -> str:
    """Return the topic of one agent's draft in one chat."""
    return f'draft:{agent_id}:{chat_id}'


def holder_topic(agent_id: UUID) -> str:
    """Return the topic of the chats that an agent has or is offered."""
    return f'holder:{agent_id}'


def hold_topic(agent_id: UUID) -> str:
    """Return the topic of reminders of the chats that an agent has on hold or put away."""
    return f'hold:{agent_id}'


EVERY_CHAT = 'every-chat'
"""The topic of all chats, for readers of all departments."""

EVERY_QUEUE = 'every-queue'
"""The topic of all departments' queues, for readers of all departments."""


EVERY_RATING = 'every-rating'
"""The topic of all ratings, for boards."""


class ChatCard(BaseModel):
    """A chat as lists and headers show it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    version: int
    customer_id: UUID | None
    agent_id: UUID | None
    status: ChatStatus
    ending: ChatEnding | None
    priority: Priority
    department: str
    source: str
    visitor_name: str
    visitor_phone: str
    start_time: datetime
    taken_at: datetime | None
    end_time: datetime | None
    last_number: int
    last_message_at: datetime | None
    last_line: str
    last_agent_number: int
    last_agent_id: UUID | None
    unread_count: int
    awaiting_since: datetime | None
    agent_delivered_number: int
    agent_read_number: int
    customer_delivered_number: int
    customer_read_number: int
    queue_id: UUID | None = None
    rank_at: datetime | None = None
    held_at: datetime | None = None
    offered_agent_id: UUID | None = None
    offered_at: datetime | None = None
    offer_expires_at: datetime | None = None
    remind_at: datetime | None = None
    silence_due_at: datetime | None = None
    silence_asked_at: datetime | None = None
    silence_off: bool = False
    label_ids: tuple[UUID, ...] = ()
    reopened_at: datetime | None = None
    snoozed_until: datetime | None = None
    woken_at: datetime | None = None
    """Since when it is back from 다시 알림, until its agent has noticed it."""
    joined_agent_ids: tuple[UUID, ...] = ()
    """Colleagues who write in it beside the agent who has it."""
    left_at: datetime | None = None

    @property
    def is_left(self) -> bool:
        """Whether its customer left a message, outside the hours or instead of waiting: nobody waits at a screen."""
        return self.source == LEFT or self.left_at is not None

    @property
    def is_open(self) -> bool:
        """Whether an agent has it and it is not over."""
        return self.status in OPEN_STATUSES

    @property
    def waits_since(self) -> datetime:
        """Since when the customer is here: for a reopened chat since then."""
        return self.reopened_at or self.start_time


class ChatMessage(BaseModel):
    """One message as screens and programs show it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    chat_session_id: UUID
    number: int
    sender: Sender
    sender_id: UUID | None
    type: MessageType
    content: str
    created_at: datetime


class ChatEvent(Event):
    """An event of one chat, for views of the chat and for lists."""

    chat: ChatCard
    also_to: UUID | None = None
    """An agent who must also hear it, because the chat no longer rings at them or is no longer
    theirs."""

    @property
    def moves(self) -> bool:
        """Whether the chat may have changed its place in lists."""
        return False

    @override
    def topics(self) -> tuple[str, ...]:
        chat = self.chat
        topics = [chat_topic(chat.id), department_topic(chat.department), EVERY_CHAT]
        concerned = {chat.agent_id, chat.offered_agent_id, self.also_to, *chat.joined_agent_ids}
        topics += [holder_topic(agent_id) for agent_id in concerned if agent_id]
        if self.moves or chat.status is ChatStatus.WAITING:
            topics += [queue_topic(chat.department), EVERY_QUEUE]
        return tuple(topics)


class ChatChanged(ChatEvent):
    """A chat was started, taken, linked or ended: it may have moved between lists."""

    @property
    @override
    def moves(self) -> bool:
        return True


class ChatRead(ChatEvent):
    """A message was read or delivered: the chat keeps its place in lists."""


class MessageAdded(ChatEvent):
    """A chat has a new message. The desk's own lines report taking and ending, which move the chat."""

    message: ChatMessage

    @property
    @override
    def moves(self) -> bool:
        return self.message.sender is Sender.SYSTEM


class Rating(BaseModel):
    """A customer's rating of a chat that has ended."""

    model_config = ConfigDict(
        frozen=True, json_schema_extra={'examples': [{'score': 5, 'comment': '친절했어요'}]}
    )

    score: int
    comment: str = ''


class ChatRated(Event):
    """A customer gave or changed the rating of a chat."""

    chat_id: UUID
    rating: Rating

    @override
    def topics(self) -> tuple[str, ...]:
        return (chat_topic(self.chat_id), EVERY_RATING)


class Typing(Event):
    """A person is typing in a chat. Not stored: it is outdated at once."""

    chat_id: UUID
    sender: Sender
    name: str
    agent_id: UUID | None = None
    """Of an agent: for colleagues, who are told of each other and not of themselves."""

    @override
    def topics(self) -> tuple[str, ...]:
        return (chat_topic(self.chat_id),)


class HoldDue(Event):
    """The time has come at which an agent wanted to be reminded of a chat on hold."""

    agent_id: UUID | None
    chat_id: UUID
    customer: str

    @classmethod
    def of(cls, chat: ChatSession) -> 'HoldDue':
        """Return the event for a chat."""
        return cls(agent_id=chat.agent_id, chat_id=chat.id, customer=chat.visitor_name)

    @override
    def topics(self) -> tuple[str, ...]:
        return (hold_topic(self.agent_id),) if self.agent_id else ()


class SnoozeDue(Event):
    """A chat is back from 다시 알림 because its time has come: it rings at its agent once."""

    agent_id: UUID | None
    chat_id: UUID
    customer: str

    @classmethod
    def of(cls, chat: ChatSession) -> 'SnoozeDue':
        """Return the event for a chat."""
        return cls(agent_id=chat.agent_id, chat_id=chat.id, customer=chat.visitor_name)

    @override
    def topics(self) -> tuple[str, ...]:
        return (hold_topic(self.agent_id),) if self.agent_id else ()


class DraftSaved(Event):
    """An agent's draft changed in one of their tabs, named by ``tab``."""

    agent_id: UUID
    chat_id: UUID
    text: str
    tab: str

    @override
    def topics(self) -> tuple[str, ...]:
        return (draft_topic(self.agent_id, self.chat_id),)
