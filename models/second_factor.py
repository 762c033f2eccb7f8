"""The second factor of a sign-in: a code from the person's telephone, or a recovery code."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import false
from sqlmodel import BigInteger, Field, SQLModel

from models.agent import AgentRole
from models.base import Texts, Timestamp, counter, labels, timestamp_field


class SecondFactor(SQLModel, table=True):
    """One person's second factor, confirmed with a first code."""

    __tablename__ = 'second_factors'

    agent_id: UUID = Field(primary_key=True, foreign_key='agents.id')
    created_at: datetime = timestamp_field()
    secret: str = Field(max_length=400, description='the TOTP secret, encrypted (decision 0036)')
    last_step: int = Field(
        default=0,
        sa_type=BigInteger,
        sa_column_kwargs={'server_default': '0'},
        description='the 30-second step of the last accepted code: neither it nor an earlier one is accepted again',
    )
    recovery_marks: list[str] = Field(
        default_factory=list,
        sa_type=Texts,
        sa_column_kwargs={'server_default': '{}'},
        description='keyed hashes of the unused recovery codes',
    )
    failures: int = counter('wrong codes in a row, from wherever')
    failed_at: datetime | None = Field(default=None, sa_type=Timestamp)


class SecondFactorRule(SQLModel, table=True):
    """Whether people of a role need a second factor; without a row they do not."""

    __tablename__ = 'second_factor_rules'

    role: AgentRole = Field(
        sa_type=labels(AgentRole, 'agent_role', newer=AgentRole.AGENT), primary_key=True
    )
    is_required: bool = Field(default=False, sa_column_kwargs={'server_default': false()})
    updated_at: datetime = timestamp_field()
