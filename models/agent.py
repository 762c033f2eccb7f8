"""The people who work at the desk: agents, supervisors, administrators."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, Index

from models.base import Row, labelled, labels, moment_field


class AgentRole(StrEnum):
    """What somebody may do."""

    AGENT = 'agent'
    SUPERVISOR = 'supervisor'
    ADMIN = 'admin'


class AgentStatus(StrEnum):
    """What somebody is doing now (상담 상태)."""

    OFFLINE = 'offline'
    AVAILABLE = 'available'
    BUSY = 'busy'
    AWAY = 'away'
    AFTER_CONTACT = 'after_contact'


class Agent(Row, table=True):
    """One person with a sign-in of their own."""

    __tablename__ = 'agents'

    username: str = Field(max_length=50, unique=True)
    email: str = Field(max_length=100, unique=True)
    password_hash: str = Field(max_length=255)
    first_name: str = Field(max_length=50)
    last_name: str = Field(max_length=50)
    role: AgentRole = labelled(AgentRole, 'agent_role', AgentRole.AGENT)
    department: str = Field(max_length=100)
    status: AgentStatus = labelled(AgentStatus, 'agent_status', AgentStatus.OFFLINE)
    status_since: datetime = moment_field()
    updated_at: datetime = moment_field()

    @property
    def name(self) -> str:
        """The name as Koreans write it: family name first, no space; Latin names keep theirs."""
        if f'{self.last_name}{self.first_name}'.isascii():
            return f'{self.first_name} {self.last_name}'
        return f'{self.last_name}{self.first_name}'

    @property
    def sees_everything(self) -> bool:
        """Whether the role looks beyond its own department."""
        return self.role is not AgentRole.AGENT


class AgentStatusChange(Row, table=True):
    """One change of 상담 상태, kept for the reports on a shift."""

    __tablename__ = 'agent_status_changes'
    __table_args__ = (Index('idx_agent_status_changes_agent_created', 'agent_id', 'created_at'),)

    agent_id: UUID = Field(foreign_key='agents.id')
    status: AgentStatus = Field(sa_type=labels(AgentStatus, 'agent_status'))
