"""Who may see and write in chats and calls: the one place that says so, as SQL and on a row at hand."""

from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, true
from sqlmodel import col, or_

from models import Agent, Call, ChatSession


class OwnedContact(Protocol):
    """A chat or call at hand, as a row or as a card that travels."""

    @property
    def agent_id(self) -> UUID | None:
        """The agent who holds it."""

    @property
    def department(self) -> str:
        """The department it belongs to."""


def visible_to(
    agent: Agent, contact: type[ChatSession] | type[Call] = ChatSession
) -> ColumnElement[bool]:
    """Say which chats or calls a person may see: their own and their department's; supervisors all."""
    if agent.sees_everything:
        return true()
    return or_(col(contact.agent_id) == agent.id, col(contact.department) == agent.department)


def reaches_of(
    agent: Agent, contact: type[ChatSession] | type[Call]
) -> list[list[ColumnElement[bool]]]:
    """Return ``visible_to`` in parts that one index each answers in order; no two have a row in common."""
    if agent.sees_everything:
        return [[]]
    department = col(contact.department)
    return [
        [department == agent.department],
        [col(contact.agent_id) == agent.id, department != agent.department],
    ]


def may_see(agent: Agent, chat: OwnedContact) -> bool:
    """Whether the agent may see this chat: what ``visible_to`` says, of a chat at hand."""
    is_theirs = agent.id in (chat.agent_id, getattr(chat, 'offered_agent_id', None))
    is_theirs = is_theirs or agent.department == chat.department
    return agent.sees_everything or is_theirs


def may_write(agent: Agent, chat: OwnedContact) -> bool:
    """Whether the agent may write in this open chat: its holder, and supervisors."""
    return agent.sees_everything or chat.agent_id == agent.id
