"""Alerts to whoever runs the desk, and their messages on the way to SNS (decision 0054).

An alert has a stable key: what is wrong (``kind``) and with what (``subject``). Of each key at most one alert is open.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Identity, Index, text
from sqlmodel import Field, SQLModel

from models.base import Json, Row, Timestamp, counter, timestamp_field

MAX_SUBJECT_CHARS = 300
MAX_HEADLINE_CHARS = 100
"""SNS Publish: a subject has fewer than 100 characters of ASCII; the desk's are shorter."""


class AlertKind(StrEnum):
    """What is wrong. Stored as text: a later release has more kinds."""

    RELAY = 'relay'
    """Committed events do not reach the screens."""
    DELIVERIES = 'deliveries'
    """Something that the desk has to hand over outside does not get there."""
    CONNECT = 'connect'
    """Amazon Connect or one of its event feeds does not answer."""
    VALKEY = 'valkey'
    DATABASE = 'database'
    CERTIFICATE = 'certificate'
    """A certificate ends soon, or has ended."""
    THRESHOLD = 'threshold'
    """A limit that a supervisor has set is exceeded."""


class AlertPhase(StrEnum):
    """What a message says. Stored as text."""

    RAISED = 'raised'
    RESOLVED = 'resolved'
    TEST = 'test'


class OperatorAlert(Row, table=True):
    """Something that is wrong, until it no longer is; ``created_at`` is when it began."""

    __tablename__ = 'operator_alerts'
    __table_args__ = (
        Index(
            'uq_operator_alerts_open', 'kind', 'subject',
            unique=True, postgresql_where=text('ended_at IS NULL'),
        ),
        Index('idx_operator_alerts_ended', 'ended_at'),
    )  # fmt: skip

    kind: str = Field(max_length=30, description='see AlertKind')
    subject: str = Field(max_length=MAX_SUBJECT_CHARS, description='no personal data')
    told_level: int = counter('the gravest level for which a message was written; 0: for none')
    details: dict[str, Any] = Field(
        sa_type=Json, description='the values of its sentence: figures, ids, names of queues'
    )
    seen_at: datetime = timestamp_field()
    """When a process last found it so."""
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)


class AlertDelivery(SQLModel, table=True):
    """One message to SNS, written in the transaction that makes it true; the messages of an alert go in their order."""

    __tablename__ = 'alert_deliveries'
    __table_args__ = (
        Index(
            'idx_alert_deliveries_due', 'try_at',
            postgresql_where=text('sent_at IS NULL AND given_up_at IS NULL'),
        ),
        Index('idx_alert_deliveries_alert', 'alert_id'),
    )  # fmt: skip

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),)
    )
    dedupe_id: UUID = Field(default_factory=uuid4, unique=True, description='the same at each try')
    alert_id: UUID | None = Field(
        default=None, foreign_key='operator_alerts.id', description='none: a test'
    )
    kind: str = Field(max_length=30, description="of its alert; 'test'")
    phase: str = Field(max_length=20, description='see AlertPhase')
    headline: str = Field(max_length=MAX_HEADLINE_CHARS, description='the subject at SNS')
    body: str = Field(description='JSON')
    created_at: datetime = timestamp_field()
    try_at: datetime = timestamp_field()
    """When it is sent next; until then a process may be sending it."""
    tries: int = counter()
    failed_at: datetime | None = Field(default=None, sa_type=Timestamp, description='last')
    fault: str = Field(
        default='', max_length=50, sa_column_kwargs={'server_default': ''},
        description='the key of the error of the last try that failed',
    )  # fmt: skip
    sent_at: datetime | None = Field(default=None, sa_type=Timestamp)
    given_up_at: datetime | None = Field(default=None, sa_type=Timestamp)
