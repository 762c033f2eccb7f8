"""Ends sessions; every other module uses this."""

from uuid import UUID

from desk import clock
from models import Agent, AuditAction, SignInSession, SubjectKind
from services.people import agent_queries
from services.people import sign_in_queries as queries
from services.people.events import SessionRevoked
from services.people.states import go_offline
from services.work.unit_of_work import UnitOfWork


async def end_sessions(
    work: UnitOfWork,
    agent_id: UUID,
    *,
    by: Agent | UUID | None,
    only: UUID | None = None,
    but: UUID | None = None,
) -> int:
    """End a person's sessions, or one of them; without any left the person goes offline.

    Return how many ended.

    Args:
        work: the unit of work.
        agent_id: the person.
        by: the person who ends them; none on the command line.
        only: the one session to end.
        but: the one session to keep.
    """
    await agent_queries.by_id(work.session, agent_id, lock=True)  # sign-ins and sign-outs in turn
    valid = await queries.valid_of(work.session, agent_id, clock.now())
    ending = [row for row in valid if only in (None, row.id) and row.id != but]
    action = AuditAction.SIGNED_OUT if only else AuditAction.SIGNED_OUT_EVERYWHERE
    for row in ending:
        row.revoked_at = clock.now()
        row.sso_token = None  # the provider's tokens are of no more use
        work.session.add(row)
        work.tell(SessionRevoked(agent_id=row.agent_id, session_id=row.id))
        record_session(work, action, row, by=by)
    if len(ending) == len(valid):
        await go_offline(work, agent_id)
    return len(ending)


def record_session(
    work: UnitOfWork, action: AuditAction, row: SignInSession, *, by: Agent | UUID | None
) -> None:
    """Record in the audit log that a session began or ended; a beginning with its network (접속지)."""
    subject = (SubjectKind.AGENT, row.agent_id)
    details = {'session_id': str(row.id)}
    if action is AuditAction.SIGNED_IN and row.address:
        details['network'] = row.address
    work.record(by, action, subject=subject, details=details)
