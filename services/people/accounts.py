"""What administrators do to the accounts of others: end their sessions, keep them out, let them in again.

Keeping out is one thing, whoever does it and from where: the account is not in use (``Agent.is_active``).
"""

from uuid import UUID

from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import Agent, AgentRole, AuditAction
from models.audit import MAX_REASON_CHARS
from services.people import agent_queries
from services.people.authority import keep_out, let_in
from services.people.sessions import end_sessions
from services.text.masking import masked_wholly
from services.work.unit_of_work import UnitOfWork, UnitsOfWork


class Accounts:
    """Other people's accounts. Whoever runs the desk does the same from the command line: then ``admin`` is nobody."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def sign_out_everywhere(self, admin: Agent | None, who: str) -> int:
        """End every session of a person; their pages and programs close. Returns how many ended.

        Args:
            admin: who does it; nobody for the command line.
            who: the person's sign-in name, or their id.

        Raises:
            NotAllowedError: not an administrator.
            NotFoundError: there is no such person.
        """
        async with self._units.begin() as work:
            person = await _person(work, admin, who)
            return await end_sessions(work, person.id, by=admin)

    async def sign_out_agent(self, supervisor: Agent, agent_id: UUID, reason: str) -> int:
        """End every session of an agent, with a reason; what they hold stays theirs. Returns how many ended.

        Raises:
            NotAllowedError: not a supervisor, or the person is no agent: those are the administrators' to sign out.
            InvalidInputError: no words why.
            NotFoundError: there is no such person.
        """
        if not supervisor.sees_everything:
            raise NotAllowedError('agent.supervisors_only')
        why = masked_wholly(' '.join(reason.split()))[:MAX_REASON_CHARS]
        if not why:
            raise InvalidInputError('agent.status_why')
        async with self._units.begin() as work:
            person = await agent_queries.by_id(work.session, agent_id, lock=True)
            if person is None:
                raise NotFoundError('agent.not_found')
            if person.role is not AgentRole.AGENT and supervisor.role is not AgentRole.ADMIN:
                raise NotAllowedError('account.admins_only')
            work.record(
                supervisor, AuditAction.STATUS_SET, subject=person, reason=why,
                details={'status': 'signed_out'},
            )  # fmt: skip
            return await end_sessions(work, person.id, by=supervisor)

    async def block(self, admin: Agent | None, who: str) -> None:
        """End every session of a person and admit none, until they are let in again. Twice changes nothing.

        Raises what ``sign_out_everywhere`` raises, and ``ConflictError`` for who would block themselves.
        """
        async with self._units.begin() as work:
            person = await _person(work, admin, who)
            if admin is not None and person.id == admin.id:
                raise ConflictError('account.own')
            await keep_out(work, person, by=admin)

    async def unblock(self, admin: Agent | None, who: str) -> None:
        """Let a person sign in again. Raises what ``sign_out_everywhere`` raises."""
        async with self._units.begin() as work:
            let_in(work, await _person(work, admin, who), by=admin)


async def _person(work: UnitOfWork, admin: Agent | None, who: str) -> Agent:
    """Return a person, locked: their sign-ins wait until this is done."""
    if admin is not None and admin.role is not AgentRole.ADMIN:
        raise NotAllowedError('account.admins_only')
    person = await agent_queries.by_username(work.session, who)
    agent_id = person.id if person else _id(who)
    found = agent_id and await agent_queries.by_id(work.session, agent_id, lock=True)
    if not found:
        raise NotFoundError('agent.not_found')
    return found


def _id(who: str) -> UUID | None:
    try:
        return UUID(who)
    except ValueError:
        return None
