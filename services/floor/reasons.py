"""Why a contact came to an agent (왜 나에게?): the rule for the agent, all candidates for supervisors.

Supervisors also see the fairness over the shift: each agent's offers in the queue since midnight in
Seoul.
"""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.errors import NotFoundError
from models import Agent, ContactStep, Queue, RoutingDecision, StepKind
from services.chats import queries as chat_queries
from services.contacts import queue_queries
from services.contacts.access import require_supervisor
from services.floor import decision_queries as queries
from services.floor import fact_queries
from services.floor.decision import Rule, Situation
from services.people import agent_queries
from services.work.unit_of_work import UnitsOfWork

MOST_DECISIONS = 20
"""The number of assignments of one contact that are shown, the newest."""
COUNTED = (StepKind.OFFERED, StepKind.TAKEN, StepKind.MISSED, StepKind.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a contact was offered to an agent."""

    agent_id: UUID
    rule: Rule
    candidates: int
    """The number of agents considered."""
    reason: str = ''
    """The supervisor's words, for an assignment by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One decision with its whole input."""

    at: datetime
    explanation: Explanation
    by_id: UUID | None
    """The supervisor who assigned it by hand."""
    situation: Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One agent's contacts in a queue since midnight in Seoul."""

    agent_id: UUID
    offers: int
    taken: int
    missed: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignments:
    """Every assignment of a contact, newest first, and the fairness of its queue over the shift."""

    contact_id: UUID
    queue: Queue | None
    since: datetime
    decisions: list[Assignment]
    shares: list[Share]
    """Most offers first; agents of the queue without offers are included."""
    names: dict[UUID, str]


class Explanations:
    """Explains assignments."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._db = units.db

    async def of_chat(self, agent: Agent, chat_id: UUID) -> Explanation | None:
        """Return why a chat was last offered; ``None`` when it never was.

        Raises ``NotFoundError`` when the chat does not exist or the agent may not see it.
        """
        async with self._db.reading() as session:
            if await chat_queries.chat_of(session, agent, chat_id) is None:
                raise NotFoundError('chat.not_found')
            row = await queries.last_decision(session, chat_id)
            if row is None:
                return None
            transfers = await queries.transfers_of(session, chat_id)
        return _explanation(row, transfers.get(row.created_at))

    async def assignments(self, supervisor: Agent, chat_id: UUID) -> Assignments:
        """Return the whole input of a chat's decisions, for supervisors.

        Raises:
            NotAllowedError: not a supervisor.
            NotFoundError: the chat does not exist.
        """
        require_supervisor(supervisor)
        today = clock.now().astimezone(clock.SEOUL).date()
        since = datetime.combine(today, time(), clock.SEOUL)
        async with self._db.reading() as session:
            chat = await chat_queries.chat_of(session, supervisor, chat_id)
            if chat is None:
                raise NotFoundError('chat.not_found')
            rows = await queries.decisions_about(session, chat_id, limit=MOST_DECISIONS)
            transfers = await queries.transfers_of(session, chat_id)
            decisions = [_assignment(row, transfers.get(row.created_at)) for row in rows]
            queue = await queue_queries.by_id(session, chat.queue_id) if chat.queue_id else None
            shares = await _shares(session, queue, since) if queue else []
            names = await agent_queries.named(session, list(_people(decisions, shares)))
        return Assignments(
            contact_id=chat_id,
            queue=queue,
            since=since,
            decisions=decisions,
            shares=sorted(shares, key=lambda one: (-one.offers, -one.taken, names[one.agent_id])),
            names=names,
        )


async def _shares(session: AsyncSession, queue: Queue, since: datetime) -> list[Share]:
    counts = await fact_queries.counts_by_agent(session, queue.id, since, kinds=COUNTED)
    for agent in await queries.agents_of(session, queue):
        counts.setdefault(agent.id, {})
    return [
        Share(
            agent_id=agent_id,
            offers=count.get(StepKind.OFFERED, 0),
            taken=count.get(StepKind.TAKEN, 0),
            missed=count.get(StepKind.MISSED, 0),
            refused=count.get(StepKind.REFUSED, 0),
        )
        for agent_id, count in counts.items()
    ]


def _assignment(row: RoutingDecision, transfer: ContactStep | None) -> Assignment:
    return Assignment(
        at=row.created_at,
        explanation=_explanation(row, transfer),
        by_id=transfer.by_id if transfer else None,
        situation=Situation.of(row.situation),
    )


def _explanation(row: RoutingDecision, transfer: ContactStep | None) -> Explanation:
    return Explanation(
        agent_id=row.agent_id,
        rule=Rule(row.rule),
        candidates=len(row.situation['candidates']),
        reason=transfer.reason if transfer else '',
    )


def _people(decisions: list[Assignment], shares: list[Share]) -> set[UUID]:
    found = {one.agent_id for one in shares}
    for decision in decisions:
        found |= {decision.explanation.agent_id}
        found |= {one.agent_id for one in decision.situation.candidates}
        if decision.by_id is not None:
            found.add(decision.by_id)
    return found
