"""보호: how an agent is protected from an abusive customer (산업안전보건법 41조), as a case with its steps and its evidence.

Steps and evidence only grow: the database refuses to change them, and to delete them before the day until which the law
wants them kept. The row of a case is what lists need, and is computed from its steps.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Identity, Integer, text
from sqlmodel import Field, Index, SQLModel

from models.attachment import MAX_FILE_NAME_CHARS
from models.base import Json, Row, Timestamp, counter, labels, timestamp_field
from models.step import Channel

MAX_WORDS_CHARS = 500
KEPT_YEARS = 3
"""How long a case is kept: 산업안전보건법 164조, records of 3 years."""


class ProtectionKind(StrEnum):
    """What a customer did: 폭언·욕설, 성희롱, 협박, 그 밖의 괴롭힘. Stored as text: a later release has more kinds."""

    ABUSE = 'abuse'
    HARASSMENT = 'harassment'
    THREAT = 'threat'
    OTHER = 'other'


class ProtectionStepKind(StrEnum):
    """What was done in a case. Stored as text: a later release has more kinds."""

    OPENED = 'opened'
    WARNED = 'warned'
    ENDED = 'ended'
    """The agent ended the contact."""
    OVER = 'over'
    """The contact ended in another way: the customer left, or a colleague took it over and ended it."""
    BARRED = 'barred'
    """Customer and agent are not brought together any more."""
    UNBARRED = 'unbarred'
    RECORDING = 'recording'
    """The place of the recording is known; it stands in ``words``."""
    RESTED = 'rested'
    RETURNED = 'returned'
    TAKEN = 'taken'
    """A supervisor took the alert."""
    RESTRICTED = 'restricted'
    RELEASED = 'released'
    """The restriction was lifted by hand, or its time was over."""
    RECORD_MADE = 'record_made'
    """Somebody made the record as PDF."""


class ProtectionCase(Row, table=True):
    """The protection of one agent in one contact; ``created_at`` is when it was opened."""

    __tablename__ = 'protection_cases'
    __table_args__ = (
        Index('uq_protection_cases_contact', 'contact_id', 'agent_id', unique=True),
        Index('idx_protection_cases_created', 'created_at', 'id'),
        Index('idx_protection_cases_open', 'created_at', postgresql_where=text('over_at IS NULL')),
        Index('idx_protection_cases_kept', 'kept_until'),
        Index('idx_protection_cases_customer', 'customer_id'),
    )  # fmt: skip

    contact_id: UUID = Field(description='of a chat or a call')
    channel: Channel = Field(sa_type=labels(Channel, 'channel', newer=Channel.CHAT))
    queue_id: UUID | None = Field(default=None, foreign_key='queues.id')
    department: str = Field(max_length=100)
    agent_id: UUID = Field(foreign_key='agents.id', description='who is protected')
    customer_id: UUID | None = Field(default=None, description='as linked when the contact ended')
    customer_name: str = Field(default='', max_length=100, sa_column_kwargs={'server_default': ''})
    phone: str = Field(default='', max_length=20, sa_column_kwargs={'server_default': ''})
    kind: str = Field(max_length=20, description='see ProtectionKind')
    language: str = Field(max_length=2, description='in which the customer is warned')
    warnings: int = counter()
    warnings_wanted: int = Field(description="of its queue's pattern, when it was opened")
    announcement_id: int | None = Field(default=None, foreign_key='announcements.id')
    announced_at: datetime | None = Field(default=None, sa_type=Timestamp)
    recording_notice: str = Field(
        default='', max_length=MAX_WORDS_CHARS, sa_column_kwargs={'server_default': ''},
        description='what was said of the recording before a call, as far as it is known',
    )  # fmt: skip
    over_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='when the contact was over; the evidence is whole from then on'
    )  # fmt: skip
    ended_by_id: UUID | None = Field(default=None, foreign_key='agents.id')
    rest_from: datetime | None = Field(default=None, sa_type=Timestamp)
    rest_until: datetime | None = Field(default=None, sa_type=Timestamp)
    restricted_until: datetime | None = Field(default=None, sa_type=Timestamp)
    kept_until: date = Field(description='no sooner is it deleted, not even with its customer')


class ProtectionStep(Row, table=True):
    """One step of a case; whoever acts makes the id, so that a repeat is the same step."""

    __tablename__ = 'protection_steps'
    __table_args__ = (Index('idx_protection_steps_case', 'case_id', 'created_at', 'id'),)

    case_id: UUID = Field(foreign_key='protection_cases.id')
    kind: str = Field(max_length=20, description='see ProtectionStepKind')
    by_id: UUID | None = Field(default=None, description='who did it; none for the desk itself')
    words: str = Field(
        default='', max_length=1_024, sa_column_kwargs={'server_default': ''},
        description='the words of the warning, the reason, or the place of the recording',
    )  # fmt: skip


class ProtectionEvidence(SQLModel, table=True):
    """The lines of a case's contact as they stood when it was over."""

    __tablename__ = 'protection_evidence'

    case_id: UUID = Field(primary_key=True, foreign_key='protection_cases.id')
    created_at: datetime = timestamp_field()
    lines: list[dict[str, Any]] = Field(
        sa_type=Json, description='number, at, sender, who, body, and where the word list points (marks)'
    )  # fmt: skip
    digest: str = Field(max_length=64, description='SHA-256 of the lines as canonical JSON, hex')


class ProtectionFile(SQLModel, table=True):
    """A file of a case's contact, copied under a key of the case's own: it stays when chat and customer are gone.

    The row is made with the evidence; a sweep makes the copy. Two cases of one chat have a copy each.
    """

    __tablename__ = 'protection_files'
    __table_args__ = (
        Index('uq_protection_files_message', 'case_id', 'message_id', unique=True),
        Index('idx_protection_files_source', 'source_key', postgresql_where=text('settled_at IS NULL')),
        Index('idx_protection_files_due', 'try_at', postgresql_where=text('settled_at IS NULL')),
    )  # fmt: skip

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key='protection_cases.id')
    message_id: UUID = Field(description='of the message that sent it, which may be gone')
    name: str = Field(max_length=MAX_FILE_NAME_CHARS, description='as it was shown')
    media_type: str = Field(max_length=100)
    size_bytes: int
    source_key: str = Field(max_length=64, description='of the original; not deleted before the copy stands')  # fmt: skip
    object_key: str = Field(max_length=64, unique=True, description='of the copy; random')
    created_at: datetime = timestamp_field()
    try_at: datetime = timestamp_field()
    settled_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='when the copy stood, or its original was found missing'
    )  # fmt: skip
    digest: str = Field(
        default='', max_length=64, sa_column_kwargs={'server_default': ''},
        description='SHA-256 of the content, hex; empty before the copy, and where the original was missing',
    )  # fmt: skip


class BarredPair(Row, table=True):
    """A customer and an agent who are not brought together any more, by record and by number."""

    __tablename__ = 'barred_pairs'
    __table_args__ = (
        Index('idx_barred_pairs_phone', 'phone', postgresql_where=text('lifted_at IS NULL')),
        Index('idx_barred_pairs_customer', 'customer_id', postgresql_where=text('lifted_at IS NULL')),
        Index('uq_barred_pairs_case', 'case_id', unique=True),
    )  # fmt: skip

    agent_id: UUID = Field(foreign_key='agents.id')
    customer_id: UUID | None = Field(default=None, foreign_key='customers.id')
    phone: str = Field(default='', max_length=20, sa_column_kwargs={'server_default': ''})
    case_id: UUID = Field(foreign_key='protection_cases.id')
    lifted_at: datetime | None = Field(default=None, sa_type=Timestamp)
    lifted_by_id: UUID | None = Field(default=None, foreign_key='agents.id')


class Announcement(SQLModel, table=True):
    """A text that customers read before a contact: that agents are protected. Its id is its version; it never changes."""

    __tablename__ = 'announcements'
    __table_args__ = (Index('uq_announcements_text', 'language', 'body', unique=True),)

    id: int | None = Field(
        default=None, sa_column=Column(Integer, Identity(always=True), primary_key=True)
    )
    language: str = Field(max_length=2)
    body: str = Field(max_length=MAX_WORDS_CHARS)
    created_at: datetime = timestamp_field()
