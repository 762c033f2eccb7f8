"""접속기록: who accessed customers' data in a month, summed from the audit log, and the monthly review that a person signs."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.base import Json, Texts, counter, timestamp_field

MAX_REMARK_CHARS = 1_000


class AccessMonth(SQLModel, table=True):
    """One person's accesses in one month in Seoul that is over. Computed once: the log it is computed from never changes."""

    __tablename__ = 'access_months'

    month: date = Field(primary_key=True, description='its first day')
    agent_id: UUID = Field(primary_key=True)
    entries: int = counter("all acts on customers' data")
    shown: int = counter('times that masked contact details were shown')
    taken: int = counter('exports, files about customers and imports begun')
    subjects: int = counter('customers, chats and calls concerned')
    off_hours: int = counter('acts between 22:00 and 07:00')
    days: int = counter('days with an act')
    first_at: datetime | None = timestamp_field()
    last_at: datetime | None = timestamp_field()
    alarms: int = counter('times that the desk found guessing of numbers')
    networks: list[str] = Field(
        default_factory=list,
        sa_type=Texts,
        sa_column_kwargs={'server_default': '{}'},
        description='from which they signed in',
    )
    most: list[list[Any]] = Field(
        default_factory=list,
        sa_type=Json,
        sa_column_kwargs={'server_default': '[]'},
        description='the three most concerned: kind, id, acts',
    )


class AccessReview(SQLModel, table=True):
    """A month's review as it was signed. The database refuses to change or delete it (migration 0030)."""

    __tablename__ = 'access_reviews'

    month: date = Field(primary_key=True, description='its first day')
    signed_by_id: UUID = Field(foreign_key='agents.id')
    signed_at: datetime = timestamp_field()
    head_id: int = Field(sa_type=BigInteger, description='the newest entry of the audit log then')
    head_hash: str = Field(max_length=64, description='its seal')
    remark: str = Field(
        max_length=MAX_REMARK_CHARS, description='what the signer says to what is unusual'
    )
    figures: list[dict[str, Any]] = Field(
        sa_type=Json, description='what was signed, one for each person'
    )
    digest: str = Field(
        max_length=64,
        description='SHA-256 over all of the above, hex; it stands in the audit log too',
    )
