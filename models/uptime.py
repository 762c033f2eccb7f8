"""Since when the desk has been able to receive its customers' messages."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import timestamp_field


class Uptime(SQLModel, table=True):
    """The one row that every process updates while it serves and the database answers.

    Between ``last_at`` and the next update no customer could be heard: a long gap sets a new
    ``since``.
    """

    __tablename__ = 'uptime'

    id: int = Field(default=1, primary_key=True)
    since: datetime = timestamp_field()
    last_at: datetime = timestamp_field()
