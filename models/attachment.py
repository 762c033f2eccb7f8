"""Files of chats: which message each is, and where its content is stored."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.base import timestamp_field

MAX_FILE_NAME_CHARS = 200


class Attachment(SQLModel, table=True):
    """A file that was sent as a message of the same id."""

    __tablename__ = 'attachments'

    id: UUID = Field(primary_key=True, foreign_key='messages.id')
    chat_session_id: UUID = Field(foreign_key='chat_sessions.id', index=True)
    name: str = Field(max_length=MAX_FILE_NAME_CHARS, description='as it is shown')
    media_type: str = Field(max_length=100, description='decided by its content')
    size_bytes: int
    object_key: str = Field(max_length=64, unique=True, description='random; in the bucket')
    created_at: datetime = timestamp_field()
    preview_key: str | None = Field(default=None, max_length=64, description='of a picture')


class DoomedObject(SQLModel, table=True):
    """An object of the bucket that is to be deleted: it belongs to no message, or not any more."""

    __tablename__ = 'doomed_objects'

    object_key: str = Field(primary_key=True, max_length=64)
    due_at: datetime = timestamp_field()
