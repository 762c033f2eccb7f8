"""Access to chats, calls and what belongs to a department: the one place that defines it, as SQL and for a loaded row.

Which departments a person reaches is ``Agent.reach``.
"""

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, String, Uuid, any_, bindparam, true
from sqlmodel import col, or_

from desk.errors import NotAllowedError
from models import Agent, Call, ChatSession
from models.base import Texts


class OwnedContact(Protocol):
    """A loaded chat or call, as a row or an event's card."""

    @property
    def agent_id(self) -> UUID | None:
        """The agent who has the contact."""

    @property
    def department(self) -> str:
        """The department of the contact."""


def within_reach(agent: Agent, department: Any) -> ColumnElement[bool]:
    """Return the condition that a column holds a department in a person's reach (``Agent.reach``)."""
    if agent.reach is None:
        return true()
    found: ColumnElement[bool] = department.in_(agent.reach)
    return found


def topics_within(agent: Agent, every: str, of_department: Callable[[str], str]) -> tuple[str, ...]:
    """Return the topics that a person's reach covers: ``every``, or one for each department."""
    return (every,) if agent.reach is None else tuple(of_department(one) for one in agent.reach)


def require_supervisor(agent: Agent) -> None:
    """Raise ``NotAllowedError`` unless a supervisor or an administrator acts; reach is checked with what they act on."""
    if not agent.is_supervisor:
        raise NotAllowedError('agent.supervisors_only')


def visible_to(
    agent: Agent, contact: type[ChatSession] | type[Call] = ChatSession
) -> ColumnElement[bool]:
    """Return the condition for contacts that a person may see: own, and those of departments in their reach."""
    if agent.sees_everything:
        return true()
    return or_(col(contact.agent_id) == agent.id, within_reach(agent, col(contact.department)))


def visible_to_bound(
    contact: type[ChatSession] | type[Call], *, sees_everything: bool
) -> ColumnElement[bool]:
    """Return ``visible_to`` for a statement that is built once: whoever runs it supplies ``reader_values``."""
    if sees_everything:
        return true()
    is_own = col(contact.agent_id) == bindparam('reader_id', type_=Uuid())
    return or_(is_own, within_reach_bound(col(contact.department)))


def reached_bound(*, sees_everything: bool) -> ColumnElement[bool]:
    """Return the condition for chats that a person may see or that are offered to them, for a statement that is built once.

    Whoever runs it supplies ``reader_values``, and ``reader_id`` in any case.
    """
    is_offered = col(ChatSession.offered_agent_id) == bindparam('reader_id', type_=Uuid())
    return or_(visible_to_bound(ChatSession, sees_everything=sees_everything), is_offered)


def within_reach_bound(department: Any) -> ColumnElement[bool]:
    """Return ``within_reach`` for a statement that is built once, for who does not see everything."""
    found: ColumnElement[bool] = department == any_(bindparam('reader_reach', type_=Texts))
    return found


def within_reach_of(count: int | None, department: Any) -> ColumnElement[bool]:
    """Return ``within_reach`` for a statement that is built once for people who reach so many departments (``None``: all).

    Unlike ``within_reach_bound`` it lets an index give the order. Whoever runs it supplies ``reach_values``.
    """
    if count is None:
        return true()
    names = [bindparam(f'reach_{place}', type_=String()) for place in range(count)]
    found: ColumnElement[bool] = department.in_(names)
    return found


def reach_values(agent: Agent) -> dict[str, object]:
    """Return the values of ``within_reach_of`` for as many departments as a person reaches."""
    return {f'reach_{place}': one for place, one in enumerate(agent.reach or ())}


def reader_values(agent: Agent) -> dict[str, object]:
    """Return the values of ``visible_to_bound``; for who sees everything there are none."""
    if agent.reach is None:
        return {}
    return {'reader_id': agent.id, 'reader_reach': list(agent.reach)}


def reaches_of(
    agent: Agent, contact: type[ChatSession] | type[Call]
) -> list[list[ColumnElement[bool]]]:
    """Return ``visible_to`` in disjoint parts, each of which one index answers in order."""
    if agent.reach is None:
        return [[]]
    department = col(contact.department)
    return [
        *([department == one] for one in agent.reach),
        [col(contact.agent_id) == agent.id, department.not_in(agent.reach)],
    ]


def may_see(agent: Agent, chat: OwnedContact) -> bool:
    """Whether the agent may see this chat: ``visible_to`` for a loaded chat."""
    is_theirs = agent.id in (chat.agent_id, getattr(chat, 'offered_agent_id', None))
    return is_theirs or agent.reaches(chat.department)


def may_write(agent: Agent, chat: OwnedContact) -> bool:
    """Whether the agent may write in this open chat: who has it or has joined it, and supervisors of its department."""
    is_supervised = agent.is_supervisor and agent.reaches(chat.department)
    has_joined = agent.id in getattr(chat, 'joined_agent_ids', ())
    return is_supervised or chat.agent_id == agent.id or has_joined
