"""Forecasts that were acted on (지금 옮기면?), and agents lent to another department until a time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, Index

from models.base import Json, Row, Timestamp


class Forecast(Row, table=True):
    """What was foretold when a supervisor changed the floor, to be compared with what came."""

    __tablename__ = 'forecasts'
    __table_args__ = (Index('idx_forecasts_created', 'created_at'),)

    by_id: UUID = Field(foreign_key='agents.id')
    department: str = Field(default='', max_length=100, description='where agents were lent to')
    agents: int = Field(default=0, description='how many were lent')
    holds_breaks: bool = Field(default=False, description='whether agents were asked for no break')
    until: datetime = Field(sa_type=Timestamp)
    foretold: dict[str, object] = Field(
        sa_type=Json,
        description='by queue, as it was and with the change: services.forecast.answers',
    )


class AgentLoan(Row, table=True):
    """An agent who serves another department until a time; ``ended_at`` when they were given back."""

    __tablename__ = 'agent_loans'
    __table_args__ = (
        Index(
            'uq_agent_loans_open',
            'agent_id',
            unique=True,
            postgresql_where=text('ended_at IS NULL'),
        ),
    )

    agent_id: UUID = Field(foreign_key='agents.id')
    from_department: str = Field(max_length=100)
    to_department: str = Field(max_length=100)
    by_id: UUID = Field(foreign_key='agents.id')
    until: datetime = Field(sa_type=Timestamp)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)
