"""왜 나에게? Why a contact came to somebody: one rule for its agent, and for supervisors all who were considered.

For supervisors also the fairness over the shift: what came to each agent of the queue since the day began in Seoul.
"""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.errors import NotAllowedError, NotFoundError
from models import Agent, ContactStep, Queue, RoutingDecision, StepKind
from services.chats import queries as chat_queries
from services.contacts import queue_queries
from services.floor import fact_queries
from services.floor import routing_queries as queries
from services.floor.decision import Rule, Situation
from services.people import agent_queries
from services.work.unit_of_work import UnitsOfWork

MOST_DECISIONS = 20
"""So many assignments of one contact are shown, the newest."""
COUNTED = (StepKind.OFFERED, StepKind.TAKEN, StepKind.MISSED, StepKind.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a contact was offered to an agent."""

    agent_id: UUID
    rule: Rule
    candidates: int
    """How many agents were considered."""
    reason: str = ''
    """The words of the supervisor who assigned it by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The whole of one decision."""

    at: datetime
    explanation: Explanation
    by_id: UUID | None
    """The supervisor who assigned it by hand."""
    situation: Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What came to one agent of a queue since the day began."""

    agent_id: UUID
    offers: int
    taken: int
    missed: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignments:
    """Every assignment of a contact, the newest first, and the fairness of its queue over the shift."""

    contact_id: UUID
    queue: Queue | None
    since: datetime
    decisions: list[Assignment]
    shares: list[Share]
    """Most offers first; who serves the queue and was offered nothing is there too."""
    names: dict[UUID, str]


class Explanations:
    """Why contacts came to whom they came."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._db = units.db

    async def of_chat(self, agent: Agent, chat_id: UUID) -> Explanation | None:
        """Return why a chat was offered the last time; nothing when nobody was asked.

        Raises ``NotFoundError`` when the chat is not there or not the agent's to see.
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
        """Return all that the decisions about a chat were made from, for supervisors.

        Raises:
            NotAllowedError: the one who asks is no supervisor.
            NotFoundError: the chat is not there.
        """
        if not supervisor.sees_everything:
            raise NotAllowedError('agent.supervisors_only')
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
