"""Account administration: end other people's sessions, block their accounts, unblock them.

A blocked account is an inactive one (``Agent.is_active``), from the page as from the command line.
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
    """Other people's accounts. On the command line the operator acts without an ``admin``."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def sign_out_everywhere(self, admin: Agent | None, who: str) -> int:
        """End every session of a person; their pages and programs close. Return how many ended.

        Args:
            admin: the administrator who acts; none on the command line.
            who: the person's sign-in name, or their id.

        Raises:
            NotAllowedError: not an administrator.
            NotFoundError: the person does not exist.
        """
        async with self._units.begin() as work:
            person = await _person(work, admin, who)
            return await end_sessions(work, person.id, by=admin)

    async def sign_out_agent(self, supervisor: Agent, agent_id: UUID, reason: str) -> int:
        """End every session of an agent, with a reason; they keep their contacts.

        Return how many ended.

        Raises:
            NotAllowedError: not a supervisor, or the person is not an agent: only administrators sign others out.
            InvalidInputError: the reason is empty.
            NotFoundError: the person does not exist.
        """
        if not supervisor.is_supervisor:
            raise NotAllowedError('agent.supervisors_only')
        why = masked_wholly(' '.join(reason.split()))[:MAX_REASON_CHARS]
        if not why:
            raise InvalidInputError('agent.status_why')
        async with self._units.begin() as work:
            person = await agent_queries.by_id(work.session, agent_id, lock=True)
            if person is None or not supervisor.reaches(person.department):
                raise NotFoundError('agent.not_found')
            if person.role is not AgentRole.AGENT and supervisor.role is not AgentRole.ADMIN:
                raise NotAllowedError('account.admins_only')
            work.record(
                supervisor, AuditAction.STATUS_SET, subject=person, reason=why,
                details={'status': 'signed_out'},
            )  # fmt: skip
            return await end_sessions(work, person.id, by=supervisor)

    async def block(self, admin: Agent | None, who: str) -> None:
        """End every session of a person and refuse new ones, until they are unblocked.

        Twice changes nothing.

        Raises what ``sign_out_everywhere`` raises, and ``ConflictError`` when people block
        themselves.
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
    """Return a person, locked: their sign-ins wait until the transaction ends."""
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
