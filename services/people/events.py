"""Events about the people at the desk, for screens and programs."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from typing_extensions import override

from desk.events import Event
from models import Agent, AgentStatus
from models.agent import AUTHORITY_FIELDS


def agent_topic(agent_id: UUID) -> str:
    """Return the topic of one person at the desk."""
    return f'agent:{agent_id}'


EVERY_AGENT = 'every-agent'
"""The topic of everybody's 상담 상태 and identity."""


class AgentStatusChanged(Event):
    """A person's 상담 상태 changed, or the one that follows their last contact."""

    agent_id: UUID
    status: AgentStatus
    since: datetime
    is_ready: bool = False
    """Whether they can get a contact: 상담 가능, no other state pending, and their page is connected."""
    reason_id: UUID | None = None
    next_status: AgentStatus | None = None
    next_reason_id: UUID | None = None
    department: str | None = None
    """The person's, which decides who reaches them; none in events of versions that did not tell."""

    @override
    def topics(self) -> tuple[str, ...]:
        return agent_topic(self.agent_id), EVERY_AGENT


class AgentChanged(Event):
    """A person's identity or rights changed. The new values are read from the database."""

    agent_id: UUID
    fields: tuple[str, ...]
    """The names of the changed fields: of ``Agent``, or of other rights."""

    @override
    def topics(self) -> tuple[str, ...]:
        return agent_topic(self.agent_id), EVERY_AGENT


SKILLS = 'skills'
"""The name of a person's skill levels among changed fields: they decide offers, not access."""


def decides_authority(fields: Collection[str]) -> bool:
    """Whether the changed fields decide a person's rights; names that are not fields of ``Agent`` do."""
    return any(
        one in AUTHORITY_FIELDS or (one not in Agent.model_fields and one != SKILLS)
        for one in fields
    )


class SessionRevoked(Event):
    """A session ended: its open pages and sockets close."""

    agent_id: UUID
    session_id: UUID

    @override
    def topics(self) -> tuple[str, ...]:
        return (agent_topic(self.agent_id),)


ROUTING = 'routing'
"""The topic of everything that may let a waiting contact find an agent."""


class RoutingNeeded(Event):
    """A contact waits, or an agent became available: every process tries to match the two."""

    @override
    def topics(self) -> tuple[str, ...]:
        return (ROUTING,)


SETTINGS = 'settings'
"""The topic of what administrators configure: queues, skills, invitations."""


class SettingPart(StrEnum):
    """What is configured beside the kinds of settings."""

    QUEUES = 'queues'
    SKILLS = 'skills'
    INVITATIONS = 'invitations'
    SECOND_FACTOR = 'second_factor'


class SettingsChanged(Event):
    """The configuration changed; who shows this part of it reads it again."""

    part: str
    """What changed: a ``SettingPart``, or the value of a ``SettingKind``. Newer versions may name others."""

    @override
    def topics(self) -> tuple[str, ...]:
        return (SETTINGS,)
