"""콜백: calls that customers wait for, as a queue with slots, attempts and results."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, Index

from models.base import Row, Timestamp, counter, labelled, timestamp_field

MAX_CALLBACK_CHARS = 500
MAX_ATTEMPTS = 3
"""So often a customer is called in vain before a callback is given up."""


class CallbackStatus(StrEnum):
    """What became of a callback.

    ``reached`` by the desk; ``came_first``: the customer called before; ``given_up`` after ``MAX_ATTEMPTS``; ``cancelled`` by
    an agent or the customer.
    """

    OPEN = 'open'
    REACHED = 'reached'
    CAME_FIRST = 'came_first'
    GIVEN_UP = 'given_up'
    CANCELLED = 'cancelled'


class Callback(Row, table=True):
    """A customer who is to be called between two moments. ``made_by_id`` is empty when the customer asked for it."""

    __tablename__ = 'callbacks'
    __table_args__ = (
        Index('idx_callbacks_open', 'department', 'slot_from', postgresql_where=text("status = 'open'")),
        Index('idx_callbacks_open_phone', 'phone', postgresql_where=text("status = 'open'")),
        Index('idx_callbacks_customer', 'customer_id', 'created_at'),
        Index(
            'idx_callbacks_unannounced', 'slot_from',
            postgresql_where=text("status = 'open' AND announced_at IS NULL"),
        ),
        Index('uq_callbacks_open_chat', 'chat_id', unique=True, postgresql_where=text("status = 'open'")),
    )  # fmt: skip

    customer_id: UUID | None = Field(default=None, foreign_key='customers.id')
    phone: str = Field(max_length=20, description='as ``customers.phone``')
    name: str = Field(default='', max_length=100, sa_column_kwargs={'server_default': ''})
    body: str = Field(
        default='',
        max_length=MAX_CALLBACK_CHARS,
        sa_column_kwargs={'server_default': ''},
        description='what it is about',
    )
    queue_id: UUID | None = Field(default=None, foreign_key='queues.id')
    department: str = Field(max_length=100, description='whose agents call')
    owner_id: UUID | None = Field(default=None, foreign_key='agents.id')
    made_by_id: UUID | None = Field(default=None, foreign_key='agents.id')
    slot_from: datetime = Field(sa_type=Timestamp)
    slot_to: datetime = Field(sa_type=Timestamp)
    announced_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='when agents were told that its slot has begun'
    )
    chat_id: UUID | None = Field(
        default=None,
        foreign_key='chat_sessions.id',
        description='in which the customer asked for it',
    )
    status: CallbackStatus = labelled(CallbackStatus, 'callback_status', CallbackStatus.OPEN)
    attempts: int = counter()
    closed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    closed_by_id: UUID | None = Field(default=None, foreign_key='agents.id')
    version: int = Field(default=1, sa_column_kwargs={'server_default': '1'})
    updated_at: datetime = timestamp_field()


class CallbackAttempt(Row, table=True):
    """One call that was made for a callback; how it went stands in the call."""

    __tablename__ = 'callback_attempts'
    __table_args__ = (Index('idx_callback_attempts_callback', 'callback_id', 'created_at'),)

    callback_id: UUID = Field(foreign_key='callbacks.id')
    call_id: UUID = Field(foreign_key='calls.id', unique=True)
    agent_id: UUID = Field(foreign_key='agents.id')
