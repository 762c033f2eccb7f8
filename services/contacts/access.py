"""Access to chats and calls: the one place that defines it, as SQL and for a loaded row."""

from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, true
from sqlmodel import col, or_

from models import Agent, Call, ChatSession


class OwnedContact(Protocol):
    """A loaded chat or call, as a row or an event's card."""

    @property
    def agent_id(self) -> UUID | None:
        """The agent who has the contact."""

    @property
    def department(self) -> str:
        """The department of the contact."""


def visible_to(
    agent: Agent, contact: type[ChatSession] | type[Call] = ChatSession
) -> ColumnElement[bool]:
    """Return the condition for contacts that a person may see: own, department's; supervisors all."""
    if agent.sees_everything:
        return true()
    return or_(col(contact.agent_id) == agent.id, col(contact.department) == agent.department)


def reaches_of(
    agent: Agent, contact: type[ChatSession] | type[Call]
) -> list[list[ColumnElement[bool]]]:
    """Return ``visible_to`` in disjoint parts, each of which one index answers in order."""
    if agent.sees_everything:
        return [[]]
    department = col(contact.department)
    return [
        [department == agent.department],
        [col(contact.agent_id) == agent.id, department != agent.department],
    ]


def may_see(agent: Agent, chat: OwnedContact) -> bool:
    """Whether the agent may see this chat: ``visible_to`` for a loaded chat."""
    is_theirs = agent.id in (chat.agent_id, getattr(chat, 'offered_agent_id', None))
    is_theirs = is_theirs or agent.department == chat.department
    return agent.sees_everything or is_theirs


def may_write(agent: Agent, chat: OwnedContact) -> bool:
    """Whether the agent may write in this open chat: the agent who has it, and supervisors."""
    return agent.sees_everything or chat.agent_id == agent.id
