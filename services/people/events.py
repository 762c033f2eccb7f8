"""What happens to the people at the desk, as it travels to screens and programs."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal
from uuid import UUID

from typing_extensions import override

from desk.events import Event
from models import Agent, AgentStatus
from models.agent import AUTHORITY_FIELDS


def agent_topic(agent_id: UUID) -> str:
    """Name the topic of one person at the desk."""
    return f'agent:{agent_id}'


EVERY_AGENT = 'every-agent'
"""The topic of everybody: their 상담 상태, and who they are."""


class AgentStatusChanged(Event):
    """Somebody's 상담 상태 changed, or what it will be after their last contact."""

    agent_id: UUID
    status: AgentStatus
    since: datetime
    is_ready: bool = False
    """Whether they can be given a contact: 상담 가능, nothing else waits to come true, and their page is heard of."""
    reason_id: UUID | None = None
    next_status: AgentStatus | None = None
    next_reason_id: UUID | None = None

    @override
    def topics(self) -> tuple[str, ...]:
        return agent_topic(self.agent_id), EVERY_AGENT


class AgentChanged(Event):
    """Who somebody is, or what they may see and do, changed. What it is now is read from the database."""

    agent_id: UUID
    fields: tuple[str, ...]
    """The names of what changed: fields of ``Agent``, or what else decides."""

    @override
    def topics(self) -> tuple[str, ...]:
        return agent_topic(self.agent_id), EVERY_AGENT


SKILLS = 'skills'
"""How the levels of somebody's skills stand among changed fields: they decide what is offered, not what may be seen."""


def decides_authority(fields: Collection[str]) -> bool:
    """Whether what changed of somebody decides what they may see or do; whatever else is no field of ``Agent`` does."""
    return any(
        one in AUTHORITY_FIELDS or (one not in Agent.model_fields and one != SKILLS)
        for one in fields
    )


class SessionRevoked(Event):
    """A sign-in ended: its open pages and sockets close."""

    agent_id: UUID
    session_id: UUID

    @override
    def topics(self) -> tuple[str, ...]:
        return (agent_topic(self.agent_id),)


ROUTING = 'routing'
"""The topic of whatever may let a waiting contact find an agent."""


class RoutingNeeded(Event):
    """A contact waits, or an agent has become able to take one: every process looks whether the two fit."""

    @override
    def topics(self) -> tuple[str, ...]:
        return (ROUTING,)


SETTINGS = 'settings'
"""The topic of what administrators set up: queues, skills, invitations."""


class SettingsChanged(Event):
    """Something was set up otherwise: whoever shows it, or decides by it, reads it again."""

    part: Literal['queues', 'skills', 'invitations']

    @override
    def topics(self) -> tuple[str, ...]:
        return (SETTINGS,)
