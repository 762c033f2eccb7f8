"""Settings that people change while the desk runs: their values as texts, and every change of them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, Index, SQLModel

from models.base import Json, Row, timestamp_field

EVERYWHERE = UUID(int=0)
"""The subject of a setting that belongs to no queue."""


class SettingKind(StrEnum):
    """What is set. Stored as text: a later release has more kinds."""

    QUEUE = 'queue'
    HOURS = 'hours'
    """Business hours of a queue."""
    CLOSED_DAYS = 'closed_days'
    """Days on which the whole desk is closed."""
    TEXTS = 'texts'
    """Texts for customers: of a queue, or those of every queue."""
    CATEGORY = 'category'
    AWAY_REASON = 'away_reason'
    THRESHOLD = 'threshold'
    RETENTION = 'retention'
    """Days by table."""
    CANNED_REPLY = 'canned_reply'
    LABEL = 'label'
    """A label of chats."""
    ABUSE_WORDS = 'abuse_words'
    """Words that are pointed out in customers' messages (보호): of a queue, or those of every queue."""
    SITES = 'sites'
    """The sites that may show the widget."""
    WIDGET = 'widget'
    """The widget's colour and words: of a queue, or those of every queue; and the sites that offer a queue."""


class SettingDocument(SQLModel, table=True):
    """The values of a setting without a table of its own, by field, each as it is typed."""

    __tablename__ = 'setting_documents'

    kind: str = Field(primary_key=True, max_length=20, description='see SettingKind')
    subject_id: UUID = Field(primary_key=True, description='a queue, or EVERYWHERE')
    values: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    version: int = 0
    updated_at: datetime = timestamp_field()


class SettingChange(Row, table=True):
    """One change of a setting, to read and to take back. It holds no personal data of customers."""

    __tablename__ = 'setting_changes'
    __table_args__ = (
        Index('uq_setting_changes_version', 'kind', 'subject_id', 'version', unique=True),
    )

    kind: str = Field(max_length=20, description='see SettingKind')
    subject_id: UUID = Field(
        description='the queue, category, reason, limit, label or reply; or EVERYWHERE'
    )
    version: int = Field(description='of the setting, after the change')
    by_id: UUID = Field(foreign_key='agents.id')
    before: dict[str, str] = Field(
        sa_type=Json, description='changed fields; none when it was added'
    )
    after: dict[str, str] = Field(sa_type=Json, description='the same fields')
