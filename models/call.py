"""Telephone calls between a customer and the contact centre, and the facts they are computed from.

A call is one conversation with a customer, however often it is transferred. Amazon Connect creates
a contact for each part of it (a consult, a transfer, a supervisor who listens): these are its legs.
Connect's reports arrive late, twice and in any order, so facts are only added, and the row of the
call is computed from them (``services.calls.computed_call``).
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint, text
from sqlmodel import Field, Index

from models.base import Row, Timestamp, counter, labelled, labels, timestamp_field
from models.priority import Priority


class CallDirection(StrEnum):
    """The direction of a call."""

    INBOUND = 'inbound'
    OUTBOUND = 'outbound'


class CallEnding(StrEnum):
    """How a call ended.

    ``agent`` and ``customer`` hung up; ``abandoned`` is 포기: the customer hung up before an agent
    answered; ``missed`` is 부재중: the other side did not answer; ``failed`` is 연결 실패: the line
    failed.
    """

    AGENT = 'agent'
    CUSTOMER = 'customer'
    ABANDONED = 'abandoned'
    MISSED = 'missed'
    FAILED = 'failed'


class Call(Row, table=True):
    """One call, held by at most one agent."""

    __tablename__ = 'calls'
    __table_args__ = (
        Index('idx_calls_customer', 'customer_id', 'start_time', 'id'),
        Index('idx_calls_history', 'start_time', 'id'),
        Index('idx_calls_history_department', 'department', 'start_time', 'id'),
        Index('idx_calls_history_agent', 'agent_id', 'start_time', 'id'),
        Index('idx_calls_open_agent', 'agent_id', postgresql_where=text('end_time IS NULL')),
        Index(
            'uq_calls_dialling', 'phone', unique=True,
            postgresql_where=text("direction = 'outbound' AND contact_id IS NULL AND end_time IS NULL"),
        ),
    )  # fmt: skip

    contact_id: str | None = Field(
        default=None, max_length=256, unique=True, description="Amazon Connect's id of the contact"
    )
    customer_id: UUID | None = Field(default=None, foreign_key='customers.id')
    agent_id: UUID | None = Field(default=None, foreign_key='agents.id')
    direction: CallDirection = Field(
        sa_type=labels(CallDirection, 'call_direction', newer=CallDirection.INBOUND)
    )
    priority: Priority = labelled(Priority, 'priority', Priority.MEDIUM)
    department: str = Field(max_length=100)
    queue_id: UUID | None = Field(default=None, foreign_key='queues.id')
    phone: str = Field(max_length=20, description='the other side, digits only')
    start_time: datetime = timestamp_field()
    answered_at: datetime | None = Field(default=None, sa_type=Timestamp)
    end_time: datetime | None = Field(default=None, sa_type=Timestamp)
    ending: CallEnding | None = Field(
        default=None, sa_type=labels(CallEnding, 'call_ending', newer=CallEnding.FAILED)
    )

    person_removed_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='when the time of whom it was with was over'
    )

    announcement_id: int | None = Field(
        default=None,
        foreign_key='announcements.id',
        description='what was said of the protection of agents: given to Connect when the desk dialled, told by its flow otherwise',
    )
    version: int = counter('grows with every change of this row: the newest copy wins')
    dialled_by_id: UUID | None = Field(
        default=None, foreign_key='agents.id', description='who had the desk call the customer'
    )
    reason: str = Field(
        default='',
        max_length=60,
        sa_column_kwargs={'server_default': ''},
        description="Connect's own word for why it ended",
    )
    recording_notice: str = Field(
        default='',
        max_length=500,
        sa_column_kwargs={'server_default': ''},
        description='what was said of the recording, in the same way',
    )
    notices_asked_at: datetime | None = Field(
        default=None,
        sa_type=Timestamp,
        description='when Connect was asked what a caller had heard before',
    )

    @property
    def is_answered(self) -> bool:
        """Whether customer and agent have ever talked."""
        return self.answered_at is not None


class CallLegKind(StrEnum):
    """How a leg began: Connect's ``InitiationMethod``."""

    INBOUND = 'inbound'
    OUTBOUND = 'outbound'
    """An agent dialled from the softphone."""
    API = 'api'
    """The desk dialled."""
    CALLBACK = 'callback'
    TRANSFER = 'transfer'
    """To a colleague, for a consult or a transfer."""
    QUEUE_TRANSFER = 'queue_transfer'
    EXTERNAL = 'external'
    """An outside party was called into the call."""
    MONITOR = 'monitor'
    OTHER = 'other'


class CallLeg(Row, table=True):
    """One Connect contact that is part of a call. Unknown values are empty."""

    __tablename__ = 'call_legs'
    __table_args__ = (
        Index('idx_call_legs_call', 'call_id'),
        Index(
            'idx_call_legs_open', 'created_at',
            postgresql_where=text('ended_at IS NULL'),
        ),
        Index(
            'idx_call_legs_unrecorded', 'ended_at',
            postgresql_where=text("answered_at IS NOT NULL AND recording = ''"),
        ),
    )  # fmt: skip

    call_id: UUID = Field(foreign_key='calls.id')
    contact_id: str = Field(max_length=256, unique=True)
    previous_contact_id: str = Field(
        default='', max_length=256, sa_column_kwargs={'server_default': ''}
    )
    kind: CallLegKind = Field(
        sa_type=labels(CallLegKind, 'call_leg_kind', newer=CallLegKind.TRANSFER)
    )
    agent_id: UUID | None = Field(default=None, foreign_key='agents.id')
    queue_id: UUID | None = Field(default=None, foreign_key='queues.id')
    phone: str = Field(default='', max_length=20, sa_column_kwargs={'server_default': ''})
    started_at: datetime | None = Field(default=None, sa_type=Timestamp)
    reached_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='since when the customer is on the line'
    )
    queued_at: datetime | None = Field(default=None, sa_type=Timestamp)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamp)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)
    cleared_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description="when its agent's after-contact work ended"
    )
    hold_seconds: int = counter('how long the customer was on hold, as Connect counts it')
    reason: str = Field(default='', max_length=60, sa_column_kwargs={'server_default': ''})
    recording: str = Field(
        default='',
        max_length=1_024,
        sa_column_kwargs={'server_default': ''},
        description='where its recording lies: bucket and key',
    )
    asked_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='when Connect was last asked about it'
    )


class CallMomentKind(StrEnum):
    """An agent's state on a leg from a point in time on."""

    RINGING = 'ringing'
    TALKING = 'talking'
    ON_HOLD = 'on_hold'
    MISSED = 'missed'
    REFUSED = 'refused'
    FAILED = 'failed'
    OVER = 'over'


class CallMoment(Row, table=True):
    """One change of an agent's state on a leg. A repeated report is the same row."""

    __tablename__ = 'call_moments'
    __table_args__ = (
        UniqueConstraint('leg_id', 'connect_user', 'kind', 'at', name='uq_call_moments_told_once'),
    )

    leg_id: UUID = Field(foreign_key='call_legs.id')
    connect_user: str = Field(max_length=256)
    agent_id: UUID | None = Field(default=None, foreign_key='agents.id')
    kind: CallMomentKind = Field(
        sa_type=labels(CallMomentKind, 'call_moment_kind', newer=CallMomentKind.TALKING)
    )
    at: datetime = Field(sa_type=Timestamp)


class PauseEnding(StrEnum):
    """Why a recording goes on: its agent said so, its time was over, or the call was; or Connect never paused it."""

    AGENT = 'agent'
    LIMIT = 'limit'
    OVER = 'over'
    REFUSED = 'refused'


class RecordingPause(Row, table=True):
    """A time in which nothing of a call is recorded, because a card number is said. It is open until ``resumed_at``."""

    __tablename__ = 'recording_pauses'
    __table_args__ = (
        Index('uq_recording_pauses_open', 'call_id', unique=True, postgresql_where=text('resumed_at IS NULL')),
        Index('idx_recording_pauses_due', 'resume_at', postgresql_where=text('resumed_at IS NULL')),
    )  # fmt: skip

    call_id: UUID = Field(foreign_key='calls.id')
    contact_id: str = Field(max_length=256, description='the leg that is recorded')
    agent_id: UUID = Field(foreign_key='agents.id')
    resume_at: datetime = Field(sa_type=Timestamp, description='the desk resumes it then by itself')
    resumed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    ending: PauseEnding | None = Field(
        default=None, sa_type=labels(PauseEnding, 'pause_ending', newer=PauseEnding.OVER)
    )
