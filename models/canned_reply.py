"""Canned replies (자주 쓰는 답변): texts that agents insert while they write, and how often each agent did."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import true
from sqlmodel import Field, SQLModel

from models.base import Row, counter, timestamp_field

MAX_CODE_CHARS = 30
MAX_FOLDER_CHARS = 60
MAX_TITLE_CHARS = 100


class CannedReply(Row, table=True):
    """One reply: a person's own, or shared with a department or with everybody. It is taken out of use, never deleted."""

    __tablename__ = 'canned_replies'

    owner_id: UUID | None = Field(
        default=None, foreign_key='agents.id', index=True, description='none: shared'
    )
    department: str = Field(
        default='',
        max_length=100,
        sa_column_kwargs={'server_default': ''},
        description='whose chats a shared reply is for; empty: all chats, and for an own reply',
    )
    folder: str = Field(
        default='', max_length=MAX_FOLDER_CHARS, sa_column_kwargs={'server_default': ''}
    )
    code: str = Field(
        default='',
        max_length=MAX_CODE_CHARS,
        sa_column_kwargs={'server_default': ''},
        description='a short code to find it by, without spaces',
    )
    title: str = Field(max_length=MAX_TITLE_CHARS)
    title_en: str = Field(
        default='', max_length=MAX_TITLE_CHARS, sa_column_kwargs={'server_default': ''}
    )
    body: str
    body_en: str = Field(default='', sa_column_kwargs={'server_default': ''})
    uses: int = counter('by everybody')
    is_active: bool = Field(default=True, sa_column_kwargs={'server_default': true()})


class CannedReplyUse(SQLModel, table=True):
    """How often an agent has inserted a reply."""

    __tablename__ = 'canned_reply_uses'

    agent_id: UUID = Field(primary_key=True, foreign_key='agents.id')
    reply_id: UUID = Field(primary_key=True, foreign_key='canned_replies.id')
    uses: int = counter()
    used_at: datetime = timestamp_field()
