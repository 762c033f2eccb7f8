"""The people who work at the desk: agents, supervisors, administrators."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text, true
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Field, Index, SQLModel

from models.base import Row, Texts, Timestamp, counter, labelled, labels, timestamp_field

AUTHORITY_FIELDS = frozenset({'role', 'department', 'departments', 'is_active'})
"""The fields that decide what an agent may see and do."""


class AgentRole(StrEnum):
    """The roles, from least to most rights."""

    AGENT = 'agent'
    SUPERVISOR = 'supervisor'
    ADMIN = 'admin'


class AgentStatus(StrEnum):
    """An agent's state (상담 상태)."""

    OFFLINE = 'offline'
    AVAILABLE = 'available'
    BUSY = 'busy'
    AWAY = 'away'
    AFTER_CONTACT = 'after_contact'
    DISCONNECTED = 'disconnected'
    """연결 끊김: none of the agent's pages has been heard of for a while. Set by the desk."""
    CHECKING = 'checking'
    """점검: the agent's page cannot play a ring tone. Set by the desk."""


class StateCause(StrEnum):
    """Why an agent's state changed."""

    CHOSEN = 'chosen'
    SUPERVISOR = 'supervisor'
    CONTACT_TAKEN = 'contact_taken'
    CONTACT_OVER = 'contact_over'
    NEXT_CAME_TRUE = 'next_came_true'
    SIGNED_OUT = 'signed_out'
    NOT_ANSWERED = 'not_answered'
    LINE_LOST = 'line_lost'
    LINE_BACK = 'line_back'
    PAGE_CANNOT_RING = 'page_cannot_ring'


class Agent(Row, table=True):
    """One person with their own sign-in."""

    __tablename__ = 'agents'

    username: str = Field(max_length=50, unique=True)
    email: str = Field(max_length=100, unique=True)
    password_hash: str = Field(max_length=255)
    first_name: str = Field(max_length=50)
    last_name: str = Field(max_length=50)
    role: AgentRole = labelled(AgentRole, 'agent_role', AgentRole.AGENT)
    department: str = Field(max_length=100)
    departments: list[str] = Field(
        default_factory=list,
        sa_type=Texts,
        sa_column_kwargs={'server_default': '{}'},
        description='of a supervisor: the departments they are limited to; none: all',
    )
    status: AgentStatus = labelled(AgentStatus, 'agent_status', AgentStatus.OFFLINE)
    status_since: datetime = timestamp_field()
    base_status: AgentStatus = Field(
        default=AgentStatus.OFFLINE,
        sa_type=labels(AgentStatus, 'agent_status', newer=AgentStatus.OFFLINE),
        sa_column_kwargs={'server_default': 'offline'},
        description='what they are when they have no contact: chosen by them, a supervisor or the desk',
    )
    away_reason_id: UUID | None = Field(default=None, foreign_key='away_reasons.id')
    next_status: AgentStatus | None = Field(
        default=None,
        sa_type=labels(AgentStatus, 'agent_status', newer=AgentStatus.OFFLINE),
        description='comes true when the last contact is over',
    )
    next_reason_id: UUID | None = Field(default=None, foreign_key='away_reasons.id')
    suspended_as: AgentStatus | None = Field(
        default=None,
        sa_type=labels(AgentStatus, 'agent_status', newer=AgentStatus.OFFLINE),
        description='연결 끊김 or 점검, set by the desk over what they are; lifted, they are that again',
    )
    suspended_at: datetime | None = Field(default=None, sa_type=Timestamp)
    idle_since: datetime = timestamp_field()
    """When the agent last had a contact; the longest idle agent is offered the next one."""
    missed_in_a_row: int = counter()
    connect_user_id: str | None = Field(
        default=None,
        max_length=256,
        unique=True,
        description="Amazon Connect's id of the same person; empty: the user of the same username",
    )
    sso_subject: str | None = Field(
        default=None,
        max_length=64,
        unique=True,
        description='SHA-256 of issuer and subject at the single sign-on provider, hex',
    )
    chat_capacity: int = Field(default=3, ge=1, le=10, sa_column_kwargs={'server_default': '3'})
    is_active: bool = Field(
        default=True,
        sa_column_kwargs={'server_default': true()},
        description='may sign in: the one thing that says so; whoever has left stays as the name under what they did',
    )
    updated_at: datetime = timestamp_field()
    # NOTE: drop this column in the release after 0018; the version before still reads and writes
    # it.
    blocked_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='no longer used: see ``is_active``'
    )

    @property
    def name(self) -> str:
        """The name in Korean order: family name first, no space; Latin names keep their own order."""
        return full_name(self.first_name, self.last_name)

    @property
    def may_sign_in(self) -> bool:
        """Whether the account is in use."""
        return self.is_active

    @property
    def is_supervisor(self) -> bool:
        """Whether the role may act as a supervisor, within its reach: supervisors and administrators."""
        return self.role is not AgentRole.AGENT

    @property
    def reach(self) -> tuple[str, ...] | None:
        """The departments whose contacts and people they see and act on; ``None`` for all.

        Agents: their own. Supervisors: those that an administrator named, or all. Administrators: all.
        """
        if self.role is AgentRole.ADMIN:
            return None
        if self.role is AgentRole.SUPERVISOR:
            return tuple(self.departments) or None
        return (self.department,)

    @property
    def sees_everything(self) -> bool:
        """Whether they see every department."""
        return self.reach is None

    @property
    def sole_department(self) -> str | None:
        """The only department of their reach; ``None`` where there is another one."""
        reach = self.reach
        return reach[0] if reach is not None and len(reach) == 1 else None

    def reaches(self, department: str | None) -> bool:
        """Whether a department is within their reach; a contact or person without one is for those who see all."""
        reach = self.reach
        return reach is None or department in reach

    def become(self, newer: 'Agent') -> frozenset[str]:
        """Copy the fields of a newer copy of this row; return the names of the fields that changed.

        A page or program that holds this row uses the new values from then on. The row is never
        stored again.
        """
        was, now = self._fields(), newer._fields()
        changed = frozenset(name for name in now if was.get(name) != now[name])
        for name in changed:
            set_committed_value(self, name, now[name])
        return changed

    def _fields(self) -> Mapping[str, Any]:
        return {name: getattr(self, name) for name in type(self).model_fields}


def full_name(first_name: str, last_name: str) -> str:
    """Return ``Agent.name`` of a name's two parts."""
    if f'{last_name}{first_name}'.isascii():
        return f'{first_name} {last_name}'
    return f'{last_name}{first_name}'


class AgentStatusChange(Row, table=True):
    """One change of 상담 상태, kept for shift reports."""

    __tablename__ = 'agent_status_changes'
    __table_args__ = (Index('idx_agent_status_changes_agent_created', 'agent_id', 'created_at'),)

    agent_id: UUID = Field(foreign_key='agents.id')
    status: AgentStatus = Field(
        sa_type=labels(AgentStatus, 'agent_status', newer=AgentStatus.OFFLINE)
    )
    reason_id: UUID | None = Field(default=None, foreign_key='away_reasons.id')
    by_id: UUID | None = Field(default=None, description='who did it; none for the desk itself')
    why: StateCause = labelled(StateCause, 'state_cause', StateCause.CHOSEN)
    note: str = Field(default='', max_length=200, sa_column_kwargs={'server_default': ''})


class AwayReason(Row, table=True):
    """A reason to be away (이석): 식사, 휴식, 교육 … Agents cannot choose the desk's own reasons."""

    __tablename__ = 'away_reasons'

    code: str = Field(max_length=30, unique=True)
    name: str = Field(max_length=50)
    name_en: str = Field(max_length=50)
    position: int = counter()
    is_choosable: bool = Field(default=True, sa_column_kwargs={'server_default': text('true')})
    is_active: bool = Field(default=True, sa_column_kwargs={'server_default': text('true')})


class AgentPresence(SQLModel, table=True):
    """When any process last heard of a page or program of an agent."""

    __tablename__ = 'agent_presences'

    agent_id: UUID = Field(primary_key=True, foreign_key='agents.id')
    seen_at: datetime = timestamp_field()
