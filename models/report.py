"""Rollups for reports: the counted facts of each contact by day, hour, queue and agent; and saved reports.

``report_lines`` is only a faster way to the numbers that the facts give (DESIGN §4.12): it can be emptied and computed
again. A trigger marks a contact in ``report_changes`` in the transaction that stores a fact about it.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, SmallInteger
from sqlmodel import Field, Index, SQLModel, text

from models.base import Row, Timestamp, labels, timestamp_field
from models.step import Channel


def _flag(description: str | None = None) -> bool:
    """Return a mark that is not set at first."""
    flag: bool = Field(
        default=False,
        sa_column_kwargs={'server_default': text('false')},
        description=description,
    )
    return flag


def _milliseconds(description: str | None = None) -> int:
    """Return a duration of 0 ms at first; whole numbers add up exactly."""
    number: int = Field(
        default=0,
        sa_type=BigInteger,
        sa_column_kwargs={'server_default': '0'},
        description=description,
    )
    return number


def _count(description: str) -> int:
    """Return a small number, 0 at first."""
    number: int = Field(
        default=0,
        sa_type=SmallInteger,
        sa_column_kwargs={'server_default': '0'},
        description=description,
    )
    return number


class ReportLine(SQLModel, table=True):
    """What counts of one contact in one hour of a day, for one queue and one agent. Days and hours are Seoul's."""

    __tablename__ = 'report_lines'
    __table_args__ = (
        Index('idx_report_lines_day', 'day'),
        Index('idx_report_lines_person', 'person', 'came_at'),
    )

    contact_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=SmallInteger, description='from 0, by contact')
    day: date
    hour: int = Field(sa_type=SmallInteger)
    queue_id: UUID | None = None
    agent_id: UUID | None = None
    channel: Channel = Field(sa_type=labels(Channel, 'channel', newer=Channel.CHAT))
    category_id: UUID | None = None
    definition: int = Field(sa_type=SmallInteger, description='the version by which it was counted')
    came_at: datetime = Field(sa_type=Timestamp)
    person: UUID | None = Field(
        default=None, description='the customer, else a digest of the number: for repeat contacts'
    )

    has_arrived: bool = _flag('the contact came in this hour')
    outcome: str | None = Field(
        default=None,
        max_length=20,
        description='how its wait ended: in_time, late, abandoned, short',
    )
    wait_ms: int = _milliseconds('until its wait ended')
    has_reply: bool = _flag()
    reply_ms: int = _milliseconds("until the agent's first message")
    is_repeat: bool = _flag('the same customer came within 7 days before')
    has_mood: bool = _flag()
    is_negative: bool = _flag()
    has_promise: bool = _flag('a promise was kept or broken')
    has_kept: bool = _flag('and none was broken')
    has_rating: bool = _flag("the chat's customer first rated it in this hour")
    rating: int = _count('1 to 5, as it is now')
    was_transferred: bool = _flag()
    was_handled: bool = _flag("the agent's talk ended in this hour")
    talk_ms: int = _milliseconds()
    hold_ms: int = _milliseconds('of a call')
    wrap_up_ms: int = _milliseconds()


class ReportChange(SQLModel, table=True):
    """A contact whose lines must be computed again."""

    __tablename__ = 'report_changes'
    __table_args__ = (Index('idx_report_changes_contact', 'contact_id'),)

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    contact_id: UUID
    created_at: datetime = timestamp_field()


class SavedReport(Row, table=True):
    """A report under a name, for all supervisors."""

    __tablename__ = 'saved_reports'

    made_by_id: UUID = Field(foreign_key='agents.id')
    name: str = Field(max_length=60, unique=True)
    query: str = Field(max_length=500, description="the report, as the page's address has it")


class ReportSubscription(SQLModel, table=True):
    """A person on whose screen a saved report is shown."""

    __tablename__ = 'report_subscriptions'

    report_id: UUID = Field(primary_key=True, foreign_key='saved_reports.id', ondelete='CASCADE')
    agent_id: UUID = Field(primary_key=True, foreign_key='agents.id', index=True)
