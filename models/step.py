"""Facts: the steps of a contact and its routing decisions, added in the transaction they record."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, SmallInteger
from sqlmodel import Field, Index, SQLModel

from models.base import Json, Row, Timestamp, labels, timestamp_field


class Channel(StrEnum):
    """The channel of a contact."""

    CHAT = 'chat'
    CALL = 'call'


class StepKind(StrEnum):
    """The kinds of steps of a contact."""

    CREATED = 'created'
    QUEUED = 'queued'
    OFFERED = 'offered'
    REFUSED = 'refused'
    MISSED = 'missed'
    WITHDRAWN = 'withdrawn'
    TAKEN = 'taken'
    HELD = 'held'
    RESUMED = 'resumed'
    TRANSFERRED = 'transferred'
    WHISPERED = 'whispered'
    PRIORITY_CHANGED = 'priority_changed'
    ENDED = 'ended'
    ABANDONED = 'abandoned'
    WRAP_UP_BEGUN = 'wrap_up_begun'
    WRAP_UP_DONE = 'wrap_up_done'
    REOPENED = 'reopened'
    """It goes on after its end; of a chat that goes to its queue then, without an agent and followed by ``QUEUED``."""
    RATED = 'rated'
    """The customer gave or changed a rating; the contact stays where it is."""
    WARNED = 'warned'
    """The customer was warned for abuse (보호); the contact stays where it is."""
    SNOOZED = 'snoozed'
    """Its agent put it away for a time (다시 알림); the contact stays where it is."""
    WOKEN = 'woken'
    """That time is over, or its agent took it back; the customer's next line, a fact of its own, ends it too."""


class ContactStep(SQLModel, table=True):
    """One step of one contact. Every figure of the floor can be computed from steps and agents' states."""

    __tablename__ = 'contact_steps'
    __table_args__ = (
        Index('idx_contact_steps_contact', 'contact_id', 'id'),
        Index('idx_contact_steps_at', 'at'),
        Index('idx_contact_steps_agent', 'agent_id', 'at'),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    contact_id: UUID = Field(description='of a chat or a call')
    channel: Channel = Field(sa_type=labels(Channel, 'channel', newer=Channel.CHAT))
    kind: StepKind = Field(sa_type=labels(StepKind, 'step_kind', newer=StepKind.WHISPERED))
    at: datetime = timestamp_field()
    queue_id: UUID | None = Field(default=None, description='where the contact is after this step')
    agent_id: UUID | None = Field(default=None, description='the agent whom the step concerns')
    by_id: UUID | None = Field(
        default=None, description='who did it; none for the customer and the desk'
    )
    came_at: datetime = Field(sa_type=Timestamp, description='since when the customer is here')
    rang_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='since when it rings at the agent'
    )
    reason: str = Field(default='', max_length=200, sa_column_kwargs={'server_default': ''})
    score: int | None = Field(
        default=None, sa_type=SmallInteger, description="a rating's, of `rated` only"
    )


class RoutingDecision(Row, table=True):
    """Why a contact was offered to this agent: all data that the decision was based on."""

    __tablename__ = 'routing_decisions'
    __table_args__ = (
        Index('idx_routing_decisions_contact', 'contact_id', 'created_at'),
        Index('idx_routing_decisions_created', 'created_at'),
    )

    contact_id: UUID
    queue_id: UUID
    agent_id: UUID
    rule: str = Field(max_length=30, description='the rule that decided between the candidates')
    rule_version: int
    situation: dict[str, Any] = Field(sa_type=Json, description='the recorded input')
