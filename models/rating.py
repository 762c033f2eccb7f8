"""What customers said of their chats when these had ended: 만족도, 1 to 5, and a comment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import SmallInteger
from sqlmodel import Field, SQLModel

from models.base import timestamp_field

LOWEST_SCORE, HIGHEST_SCORE = 1, 5
MAX_COMMENT_CHARS = 500


class ChatRating(SQLModel, table=True):
    """One chat's rating: a changed one stays the same row."""

    __tablename__ = 'chat_ratings'

    chat_session_id: UUID = Field(primary_key=True, foreign_key='chat_sessions.id')
    score: int = Field(sa_type=SmallInteger, index=True, description='1 (poor) to 5 (very good)')
    comment: str = Field(
        default='', max_length=MAX_COMMENT_CHARS, sa_column_kwargs={'server_default': ''}
    )
    created_at: datetime = timestamp_field()
    updated_at: datetime = timestamp_field()
