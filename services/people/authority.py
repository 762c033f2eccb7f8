"""Authority: role, department and whether a person works here, as administrators decide.

Every change that affects a person's rights goes through ``tell_changed``: their open pages and
programs read their rights again (``services.people.staff_watch``).
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import Agent, AgentRole, AuditAction
from services.people import agent_queries
from services.people.events import AgentChanged, RoutingNeeded
from services.people.sessions import end_sessions
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

MAX_DEPARTMENT_CHARS = 100
MAX_NAME_CHARS = 50
MAX_DEPARTMENTS = 50
ROUTING_FIELDS = frozenset({'department', 'chat_capacity'})
"""Fields that decide which contacts a person is offered."""
_TOLD = frozenset({'role', 'department', 'departments', 'chat_capacity'})
"""Fields without personal data: the audit log records their values."""


@dataclass(frozen=True, slots=True)
class AgentInWork:
    """A person whose row is being changed, in a unit of work; ``by`` is none for the desk itself."""

    work: UnitOfWork
    by: Agent | None
    agent: Agent

    def set(self, values: Mapping[str, object]) -> None:
        """Change fields; announce and record those whose value changed."""
        fields = [name for name, value in values.items() if getattr(self.agent, name) != value]
        for name in fields:
            setattr(self.agent, name, values[name])
        if fields:
            tell_changed(self.work, self.agent, fields)
            self.work.record(
                self.by,
                AuditAction.AGENT_CHANGED,
                subject=self.agent,
                fields=fields,
                details={name: values[name] for name in fields if name in _TOLD},
            )
        if not ROUTING_FIELDS.isdisjoint(fields):
            self.work.tell(RoutingNeeded())


class Authority:
    """Decides what people may see and do. For administrators; all others get ``NotAllowedError``."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def people(self, by: Agent) -> Sequence[Agent]:
        """Return all people, by sign-in name. Raises ``NotAllowedError``."""
        async with self._units.db.reading() as session:
            await require_admin(session, by)
            return await agent_queries.everyone(session)

    async def set_role(self, by: Agent, agent_id: UUID, role: AgentRole) -> Agent:
        """Give a person another role.

        Raises:
            NotAllowedError: ``by`` is not an administrator (any more).
            NotFoundError: the person does not exist.
            ConflictError: it would remove the last administrator.
        """
        async with self.changing(by, agent_id, keeps_admin=role is AgentRole.ADMIN) as person:
            person.set({'role': role})
        return person.agent

    async def move(self, by: Agent, agent_id: UUID, department: str) -> Agent:
        """Move a person to another department.

        Raises as ``set_role``, and ``InvalidInputError`` for an empty name.
        """
        wanted = _text(department, most=MAX_DEPARTMENT_CHARS, key='agent.department')
        async with self.changing(by, agent_id) as person:
            person.set({'department': wanted})
        return person.agent

    async def limit(self, by: Agent, agent_id: UUID, departments: Sequence[str]) -> Agent:
        """Limit a supervisor to departments; none lifts the limit. It holds only while they are a supervisor.

        Raises as ``move``, and ``InvalidInputError`` for more than ``MAX_DEPARTMENTS``.
        """
        wanted = sorted(
            {
                _text(one, most=MAX_DEPARTMENT_CHARS, key='agent.department')
                for one in departments
                if one.strip()
            }
        )
        if len(wanted) > MAX_DEPARTMENTS:
            raise InvalidInputError('agent.departments', most=MAX_DEPARTMENTS)
        async with self.changing(by, agent_id) as person:
            person.set({'departments': wanted})
        return person.agent

    async def rename(self, by: Agent, agent_id: UUID, *, first_name: str, last_name: str) -> Agent:
        """Rename a person. Raises as ``set_role``, and ``InvalidInputError`` for an empty name."""
        names = {'first_name': first_name, 'last_name': last_name}
        wanted = {
            field: _text(name, most=MAX_NAME_CHARS, key='agent.name')
            for field, name in names.items()
        }
        async with self.changing(by, agent_id) as person:
            person.set(wanted)
        return person.agent

    async def deactivate(self, by: Agent, agent_id: UUID) -> None:
        """Deactivate a person and end their sessions. Raises as ``set_role``."""
        async with self.changing(by, agent_id, keeps_admin=False) as person:
            await keep_out(person.work, person.agent, by=by)

    async def reactivate(self, by: Agent, agent_id: UUID) -> None:
        """Reactivate a person who was deactivated. Raises as ``set_role``."""
        async with self.changing(by, agent_id) as person:
            let_in(person.work, person.agent, by=by)

    @asynccontextmanager
    async def changing(
        self, by: Agent, agent_id: UUID, *, keeps_admin: bool = True
    ) -> AsyncIterator[AgentInWork]:
        """Change a person in one unit of work; every administrator's row is locked, so that one remains.

        Also for data of theirs in other tables (``services.people.skills``). Raises as
        ``set_role``.
        """
        async with self._units.begin() as work:
            people = await agent_queries.with_admins(work.session, {by.id, agent_id}, lock=True)
            decider, agent = people.get(by.id), people.get(agent_id)
            if decider is None or not _is_admin(decider):
                raise NotAllowedError('agent.admins_only')
            if agent is None:
                raise NotFoundError('agent.not_found')
            admins = [one.id for one in people.values() if _is_admin(one)]
            if not keeps_admin and admins == [agent_id]:
                raise ConflictError('agent.last_admin')
            yield AgentInWork(work, decider, agent)


async def require_admin(session: AsyncSession, by: Agent) -> None:
    """Raise ``NotAllowedError`` unless the database says that this person is an administrator now."""
    now = await agent_queries.by_id(session, by.id)
    if now is None or not _is_admin(now):
        raise NotAllowedError('settings.admins_only')


async def keep_out(work: UnitOfWork, agent: Agent, *, by: Agent | None) -> None:
    """End every session of a locked person and refuse new ones; ``by`` is none on the command line.

    Twice changes nothing.
    """
    if not agent.is_active:
        return
    ended = await end_sessions(work, agent.id, by=by)
    agent.is_active = False
    tell_changed(work, agent, ['is_active'])
    work.record(by, AuditAction.AGENT_DEACTIVATED, subject=agent, details={'sessions': ended})


def let_in(work: UnitOfWork, agent: Agent, *, by: Agent | None) -> None:
    """Let a locked person sign in again. Twice changes nothing."""
    if agent.is_active:
        return
    agent.is_active = True
    tell_changed(work, agent, ['is_active'])
    work.record(by, AuditAction.AGENT_REACTIVATED, subject=agent)


def tell_changed(work: UnitOfWork, agent: Agent, fields: Collection[str]) -> None:
    """Announce, after the commit, that these fields of a person changed: their pages and programs follow.

    Required for any change of a person's rights, also in other tables than their own.
    """
    agent.updated_at = clock.now()
    work.session.add(agent)
    work.tell(AgentChanged(agent_id=agent.id, fields=tuple(fields)))


def _is_admin(agent: Agent) -> bool:
    return agent.role is AgentRole.ADMIN and agent.is_active


def _text(given: str, *, most: int, key: str) -> str:
    text = ' '.join(given.split())
    if not text or len(text) > most or not text.isprintable():
        raise InvalidInputError(key, most=most)
    return text
