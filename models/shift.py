"""Planned shifts of agents, against which their days are compared (준수율)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.base import Json, Row, Timestamp


class Shift(Row, table=True):
    """One agent's shift, under the day in Seoul on which it begins; a night shift ends on the next one."""

    __tablename__ = 'shifts'
    __table_args__ = (UniqueConstraint('agent_id', 'day', name='uq_shifts_agent_id_day'),)

    agent_id: UUID = Field(foreign_key='agents.id')
    day: date = Field(index=True)
    begin: datetime = Field(sa_type=Timestamp)
    until: datetime = Field(sa_type=Timestamp)
    activities: list[dict[str, Any]] = Field(
        default_factory=list,
        sa_type=Json,
        description="in order: an away reason's `code`, `begin` and `until`; the rest of the shift is work",
    )
    changed_by_id: UUID = Field(foreign_key='agents.id')
