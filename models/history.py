"""Saved views of the history."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.base import Row


class HistoryView(Row, table=True):
    """A user's named set of filters."""

    __tablename__ = 'history_views'
    __table_args__ = (UniqueConstraint('agent_id', 'name'),)

    agent_id: UUID = Field(foreign_key='agents.id')
    name: str = Field(max_length=60)
    query: str = Field(max_length=1000, description="the filters, as the page's address has them")
