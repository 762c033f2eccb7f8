"""Committed events that are not yet on the stream."""

from datetime import datetime

from sqlalchemy import BigInteger, Identity
from sqlmodel import Field, SQLModel

from models.base import Timestamp, timestamp_field


class OutboxEntry(SQLModel, table=True):
    """One event, written in the transaction that it reports, removed once it is on the stream."""

    __tablename__ = 'outbox'

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),)
    )
    kind: str = Field(max_length=50)
    body: str = Field(description='the event as JSON')
    created_at: datetime = timestamp_field()
    claimed_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='by a sweeping process'
    )
    trace: str | None = Field(
        default=None, max_length=55, description='its traceparent (W3C), where it is traced'
    )
