"""Since when the desk has been able to hear its customers."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import timestamp_field


class Uptime(SQLModel, table=True):
    """The one row that every process keeps writing while it serves and the database answers.

    Nobody heard anything between ``last_at`` and the next writing: a long gap begins a new ``since``.
    """

    __tablename__ = 'uptime'

    id: int = Field(default=1, primary_key=True)
    since: datetime = timestamp_field()
    last_at: datetime = timestamp_field()
