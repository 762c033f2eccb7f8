"""Chats between a customer and the contact centre, and their messages.

A chat is numbered without gaps: message n+1 exists only after message n. ``chat_sessions`` holds
the data that lists and badges need (last line, unread count, read positions), so that no list ever
counts messages.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint, func, text
from sqlmodel import Field, Index, SQLModel

from models.base import Integers, Row, Timestamp, Uuids, counter, labelled, labels, timestamp_field
from models.priority import Priority

MAX_MESSAGE_CHARS = 5_000  # the desk's own chat; a Connect chat's limit is its gateway's
MAX_NAME_CHARS = 100  # chat_sessions.visitor_name, the same as customers.name
LAST_LINE_CHARS = 120


class ChatStatus(StrEnum):
    """The state of a chat: 대기, 진행, 보류, 종료."""

    WAITING = 'waiting'
    ACTIVE = 'active'
    ON_HOLD = 'on_hold'
    CLOSED = 'closed'


LEFT = 'left'
"""The source of a chat that its customer left as a message outside the hours: nobody waits at a screen."""
OPEN_STATUSES = (ChatStatus.ACTIVE, ChatStatus.ON_HOLD)
"""Taken by an agent and not over: 진행 in the inbox."""


class MessageType(StrEnum):
    """The type of a message. All but ``SAID`` are the desk's own; their ``content`` names who acted."""

    TEXT = 'text'
    JOINED = 'joined'
    ENDED_BY_AGENT = 'ended_by_agent'
    ENDED_BY_CUSTOMER = 'ended_by_customer'
    ABANDONED = 'abandoned'
    TRANSFERRED = 'transferred'
    """Another agent has it from here on; ``content`` names that agent."""
    FILE = 'file'
    """A person's file; ``content`` is its name."""
    NOTICE = 'notice'
    """The desk's own words to the customer; ``content`` is the text."""
    REOPENED = 'reopened'
    """The chat goes on after it had ended; ``content`` names who reopened it."""
    SILENCE_ASKED = 'silence_asked'
    """The desk asked a silent customer whether they are still there."""
    ENDED_BY_SILENCE = 'ended_by_silence'


SAID = (MessageType.TEXT, MessageType.FILE)
"""What a person sent; all others are the desk's own lines."""


class Sender(StrEnum):
    """The author of a message."""

    CUSTOMER = 'customer'
    AGENT = 'agent'
    SYSTEM = 'system'


class ChatEnding(StrEnum):
    """How a chat ended. ``abandoned`` is 포기: the customer left while waiting."""

    AGENT = 'agent'
    CUSTOMER = 'customer'
    ABANDONED = 'abandoned'
    SILENCE = 'silence'
    """The desk ended it: the customer was asked whether they are still there, and did not answer."""
    PROTECTION = 'protection'
    """Its agent ended it for abuse (보호): it does not go on."""


_closed = text("status = 'closed'")
_open = text("status IN ('active', 'on_hold')")


class ChatSession(Row, table=True):
    """One conversation, held by at most one agent."""

    __tablename__ = 'chat_sessions'
    __table_args__ = (
        Index('idx_chat_sessions_agent_status', 'agent_id', 'status'),
        Index(
            'idx_chat_sessions_waiting', 'department', 'start_time', 'id',
            postgresql_where=text("status = 'waiting'"),
        ),
        Index(
            'idx_chat_sessions_open', 'department', func.coalesce(text('awaiting_since'), text("'infinity'::timestamptz")), 'id',
            postgresql_where=_open,
        ),
        Index(
            'idx_chat_sessions_queue', 'queue_id', 'rank_at', 'id',
            postgresql_where=text("status = 'waiting' AND offered_agent_id IS NULL"),
        ),
        Index(
            'idx_chat_sessions_offered', 'offered_agent_id',
            postgresql_where=text('offered_agent_id IS NOT NULL'),
        ),
        Index('idx_chat_sessions_remind', 'remind_at', postgresql_where=text('remind_at IS NOT NULL')),
        Index('idx_chat_sessions_silence', 'silence_due_at', postgresql_where=text('silence_due_at IS NOT NULL')),
        Index('idx_chat_sessions_snoozed', 'snoozed_until', postgresql_where=text('snoozed_until IS NOT NULL')),
        Index('idx_chat_sessions_joined', 'joined_agent_ids', postgresql_using='gin', postgresql_where=_open),
        Index('idx_chat_sessions_labels', 'label_ids', postgresql_using='gin', postgresql_where=text("label_ids <> '{}'")),
        Index('idx_chat_sessions_closed', 'end_time', 'id', postgresql_where=_closed),
        Index('idx_chat_sessions_closed_department', 'department', 'end_time', 'id', postgresql_where=_closed),
        Index('idx_chat_sessions_closed_agent', 'agent_id', 'end_time', 'id', postgresql_where=_closed),
        Index('idx_chat_sessions_customer', 'customer_id', 'start_time', 'id'),
        Index('idx_chat_sessions_visitor', 'visitor_phone', 'start_time'),
        Index(
            'idx_chat_sessions_visitor_name', text('name_key(visitor_name)'), 'start_time', 'id',
            postgresql_where=text('customer_id IS NULL'),
        ),
        Index('idx_chat_sessions_history', 'start_time', 'id'),
        Index('idx_chat_sessions_history_department', 'department', 'start_time', 'id'),
        Index('idx_chat_sessions_history_agent', 'agent_id', 'start_time', 'id'),
    )  # fmt: skip

    customer_id: UUID | None = Field(default=None, foreign_key='customers.id')
    agent_id: UUID | None = Field(default=None, foreign_key='agents.id')
    status: ChatStatus = labelled(ChatStatus, 'chat_session_status', ChatStatus.WAITING)
    priority: Priority = labelled(Priority, 'priority', Priority.MEDIUM)
    department: str = Field(max_length=100)
    source: str = Field(max_length=50, description='where it came in, e.g. web')
    start_time: datetime = timestamp_field()
    end_time: datetime | None = Field(default=None, sa_type=Timestamp)

    visitor_name: str = Field(max_length=MAX_NAME_CHARS, description='as typed: proves nothing')
    visitor_phone: str = Field(
        max_length=20, description='as typed, kept as customers.phone is: proves nothing'
    )
    token_hash: str = Field(
        max_length=64, unique=True, description="SHA-256 of the customer's token, hex"
    )
    taken_at: datetime | None = Field(default=None, sa_type=Timestamp)
    ending: ChatEnding | None = Field(
        default=None, sa_type=labels(ChatEnding, 'chat_ending', newer=ChatEnding.AGENT)
    )
    customer_seen_at: datetime = timestamp_field()
    consented_at: datetime | None = Field(
        default=None,
        sa_type=Timestamp,
        description='when the customer agreed that what they typed is kept; none: asked elsewhere',
    )

    contacts_shown_to: UUID | None = Field(
        default=None,
        description='who gave a reason to see how to reach its customer; none: linked, and nothing more',
    )

    queue_id: UUID | None = Field(default=None, foreign_key='queues.id')
    rank_at: datetime | None = Field(
        default=None,
        sa_type=Timestamp,
        description='its place in the queue: since when it waits, moved by its priority',
    )
    held_at: datetime | None = Field(default=None, sa_type=Timestamp, description='보류 since then')
    remind_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='of 보류: when its agent wants to be reminded'
    )
    reopened_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='when it last went on after it had ended'
    )
    snoozed_until: datetime | None = Field(
        default=None, sa_type=Timestamp, description='put away by its agent until then (다시 알림)'
    )
    woken_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='came back from 다시 알림; none once noticed'
    )
    offered_agent_id: UUID | None = Field(default=None, foreign_key='agents.id')
    offered_at: datetime | None = Field(default=None, sa_type=Timestamp)
    offer_expires_at: datetime | None = Field(default=None, sa_type=Timestamp)
    returning_agent_id: UUID | None = Field(
        default=None, description='who talked with this number within a day before'
    )

    left_at: datetime | None = Field(
        default=None,
        sa_type=Timestamp,
        description='when its customer stopped waiting at the screen and left a message: it keeps its place',
    )

    silence_due_at: datetime | None = Field(
        default=None,
        sa_type=Timestamp,
        description='when the desk asks a customer who does not answer, or ends the chat once it has asked',
    )
    silence_asked_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='when the desk asked, and got no answer yet'
    )
    silence_off: bool = Field(
        default=False,
        sa_column_kwargs={'server_default': text('false')},
        description='whether an agent stopped this clock for the chat (기다리기)',
    )

    joined_agent_ids: list[UUID] = Field(
        default_factory=list,
        sa_type=Uuids,
        sa_column_kwargs={'server_default': '{}'},
        description='colleagues who write in it beside the agent who has it',
    )
    label_ids: list[UUID] = Field(
        default_factory=list,
        sa_type=Uuids,
        sa_column_kwargs={'server_default': '{}'},
        description='labels, in the order in which they were set',
    )
    announcement_id: int | None = Field(
        default=None,
        foreign_key='announcements.id',
        description='what its customer read before it of the protection of agents',
    )
    announced_at: datetime | None = Field(default=None, sa_type=Timestamp)
    texts_removed_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='when the time of its texts was over'
    )
    person_removed_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='when the time of whom it was with was over'
    )

    version: int = counter('grows with every change of this row: the newest copy wins')
    last_number: int = counter()
    last_message_at: datetime | None = Field(default=None, sa_type=Timestamp)
    last_line: str = Field(
        default='', max_length=LAST_LINE_CHARS, sa_column_kwargs={'server_default': ''}
    )
    last_agent_number: int = counter('the newest message that an agent wrote')
    last_agent_id: UUID | None = Field(default=None, description='who wrote it')
    unread_count: int = counter('messages of the customer that no agent has read')
    awaiting_since: datetime | None = Field(
        default=None, sa_type=Timestamp, description='since when the customer waits for an answer'
    )
    agent_delivered_number: int = counter("how far it has reached an agent's screen")
    agent_read_number: int = counter('how far an agent has read')
    customer_delivered_number: int = counter("how far it has reached the customer's screen")
    customer_read_number: int = counter('how far the customer has read')

    @property
    def is_open(self) -> bool:
        """Whether an agent holds the chat and it is not over."""
        return self.status in OPEN_STATUSES

    def come_back(self) -> None:
        """End 다시 알림 and its mark: the chat stands where it would without."""
        self.snoozed_until, self.woken_at = None, None

    @property
    def waits_since(self) -> datetime:
        """Since when the customer is here: for a reopened chat since then."""
        return self.reopened_at or self.start_time


class Message(Row, table=True):
    """One line of a chat. Its sender makes ``id``, so that a repeat is the same message."""

    __tablename__ = 'messages'
    __table_args__ = (
        UniqueConstraint('chat_session_id', 'number', name='uq_messages_chat_session_id_number'),
        Index('idx_messages_session_created', 'chat_session_id', 'created_at'),
        Index('idx_messages_created', 'created_at'),
    )

    chat_session_id: UUID = Field(foreign_key='chat_sessions.id')
    number: int = Field(description='1, 2, 3 … within the chat, without gaps')
    sender: Sender = Field(sa_type=labels(Sender, 'message_sender', newer=Sender.SYSTEM))
    sender_id: UUID | None = Field(default=None, description="the agent's id; none for the others")
    type: MessageType = labelled(MessageType, 'message_type', MessageType.TEXT)
    content: str


class MessageGrams(SQLModel, table=True):
    """The search index of a message, computed after it is stored (decision 0010)."""

    __tablename__ = 'message_grams'
    __table_args__ = (Index('idx_message_grams', 'grams', postgresql_using='gin'),)

    message_id: UUID = Field(primary_key=True, foreign_key='messages.id', ondelete='CASCADE')
    grams: list[int] = Field(sa_type=Integers)


class Draft(Row, table=True):
    """Text that an agent has typed in a chat and not sent."""

    __tablename__ = 'drafts'
    __table_args__ = (UniqueConstraint('agent_id', 'chat_session_id'),)

    agent_id: UUID = Field(foreign_key='agents.id')
    chat_session_id: UUID = Field(foreign_key='chat_sessions.id')
    text: str
    updated_at: datetime = timestamp_field()
