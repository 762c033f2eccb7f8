"""Telephone calls between a customer and the contact centre. Empty until voice comes to the desk."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, Index

from models.base import Moment, Row, labelled, labels, moment_field
from models.chat import Priority


class CallDirection(StrEnum):
    """Who called whom."""

    INBOUND = 'inbound'
    OUTBOUND = 'outbound'


class CallEnding(StrEnum):
    """How a call came to its end. ``abandoned`` is 포기: hung up before an agent answered."""

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
    )

    contact_id: str | None = Field(
        default=None, max_length=256, unique=True, description="Amazon Connect's id of the contact"
    )
    customer_id: UUID | None = Field(default=None, foreign_key='customers.id')
    agent_id: UUID | None = Field(default=None, foreign_key='agents.id')
    direction: CallDirection = Field(sa_type=labels(CallDirection, 'call_direction'))
    priority: Priority = labelled(Priority, 'priority', Priority.MEDIUM)
    department: str = Field(max_length=100)
    phone: str = Field(max_length=20, description='the other side, digits only')
    start_time: datetime = moment_field()
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    end_time: datetime | None = Field(default=None, sa_type=Moment)
    ending: CallEnding | None = Field(default=None, sa_type=labels(CallEnding, 'call_ending'))
