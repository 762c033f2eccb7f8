"""The router: each free place, new state and new contact leads to the next assignment.

Any number of processes run it, without a leader. Offers are made under one PostgreSQL advisory
lock, so that contacts are served in order; who does not get it leaves the work to the one who has it. The agent's row is
locked before the contact's, as everywhere. Another process does what a dead one left undone, at the next event or within a
second.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from desk import clock
from desk.errors import DeskError
from desk.events import Topics
from models import AgentStatus, ChatSession, Queue, RoutingDecision, StepKind
from services.chats.offers import Offers
from services.chats.queries import changed_event
from services.contacts.steps import record_step
from services.floor import routing_queries as queries
from services.floor.decision import RULE_VERSION, Candidate, Decision, Situation, decide
from services.floor.routing_queries import AbleAgent, Glance, Offer, WaitingChat
from services.people import state_queries
from services.people.events import ROUTING
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

log = structlog.get_logger()

LONGEST_SLEEP_SECONDS = 1.0
"""How often time limits (offers, wider circles, waiting for a known agent) are checked."""
RETRY_SECONDS = 0.5
GATHER_SECONDS = 0.02
"""The pause after each run: what happens meanwhile is assigned together. An event after a quiet time does not wait."""


@dataclass(slots=True)
class _Floor:
    """The input of one round of assignments, updated while it decides."""

    at: datetime
    queues: dict[UUID, Queue]
    agents: dict[UUID, AbleAgent]
    chats: Sequence[WaitingChat]
    given: dict[UUID, int] = field(default_factory=dict)
    """Offers made in this round, by agent."""

    def situation(self, chat: WaitingChat) -> Situation:
        """Return the decision's input for this chat."""
        queue = self.queues[chat.queue_id]
        waited = (self.at - chat.start_time).total_seconds()
        is_wide = queue.widen_after_seconds is not None and waited >= queue.widen_after_seconds
        return Situation(
            contact_id=chat.id,
            queue_id=queue.id,
            waited_seconds=round(waited, 3),
            circle=2 if is_wide else 1,
            returning_agent_id=self._expected(chat, queue, waited),
            candidates=tuple(self._candidates(chat, queue)),
        )

    def give(self, agent_id: UUID) -> int:
        """Count an offer made in this round; return which of the agent's free places it takes, from 1."""
        self.given[agent_id] = self.given.get(agent_id, 0) + 1
        return self.given[agent_id]

    @property
    def is_full(self) -> bool:
        """Whether no agent has a free place any more."""
        free = sum(agent.capacity - agent.load for agent in self.agents.values())
        return free <= sum(self.given.values())

    def _expected(self, chat: WaitingChat, queue: Queue, waited: float) -> UUID | None:
        """Return the agent whom a returning customer still waits for, if any."""
        agent_id = chat.returning_agent_id
        if agent_id is None or waited >= queue.returning_seconds:
            return None
        if agent_id in chat.barred:
            return None
        if chat.returning_status is not AgentStatus.AVAILABLE:
            return None  # an agent who is not available is not waited for
        return None if chat.refusals.get(agent_id) else agent_id

    def _candidates(self, chat: WaitingChat, queue: Queue) -> list[Candidate]:
        found = []
        for agent in self.agents.values():
            if agent.id in chat.barred:
                continue
            load = agent.load + self.given.get(agent.id, 0)
            circle = circle_of(agent, queue)
            if circle is None and agent.id != chat.returning_agent_id:
                continue
            if agent.in_call and not queue.chats_during_call:
                continue
            if load < agent.capacity:
                found.append(
                    Candidate(
                        agent_id=agent.id,
                        circle=circle or 1,
                        level=agent.levels.get(queue.skill_id, 0) if queue.skill_id else 0,
                        load=load,
                        capacity=agent.capacity,
                        idle_seconds=round((self.at - agent.idle_since).total_seconds(), 3),
                        refusals=chat.refusals.get(agent.id, 0),
                    )
                )
        return found


def circle_of(agent: AbleAgent, queue: Queue) -> int | None:
    """Return an agent's circle for a queue: asked first (1), after a time (2), or never (``None``)."""
    return circle_in(agent.department, agent.levels, queue)


def circle_in(department: str, levels: Mapping[UUID, int], queue: Queue) -> int | None:
    """Return the circle of somebody in a department with these levels by skill; see ``circle_of``."""
    level = levels.get(queue.skill_id, 0) if queue.skill_id else None
    if department == queue.department and (level is None or level >= queue.min_level):
        return 1
    if level is not None and level < queue.wider_level:
        return None
    return 2 if department in (queue.department, queue.wider_department) else None


class Router:
    """Finds agents for waiting contacts; every process runs one."""

    def __init__(self, units: UnitsOfWork, topics: Topics, offers: Offers) -> None:
        self._units = units
        self._db = units.db
        self._topics = topics
        self._offers = offers
        self._woken = asyncio.Event()
        self._deadline: datetime | None = None

    async def follow(self) -> None:
        """Assign contacts at every event that may allow it, until cancelled."""
        subscription = self._topics.subscribe(ROUTING, lambda _event: self._woken.set())
        try:
            while True:
                self._woken.clear()
                try:
                    await self.run()
                    seconds = self._seconds_to_deadline()
                except (SQLAlchemyError, DeskError):
                    log.warning('routing_failed', exc_info=True)
                    seconds = RETRY_SECONDS
                await self._sleep(seconds)
                await asyncio.sleep(GATHER_SECONDS)
        finally:
            subscription.cancel()

    async def run(self) -> int:
        """End offers that timed out, make all possible offers; return how many were made."""
        made = 0
        while True:
            seen = await self._glance()
            if seen.has_offers_over:
                await self._end_offers()
                seen = await self._glance()
            round_made = await self._round() if seen.has_able_agents else 0
            if not round_made:
                return made
            made += round_made

    async def _glance(self) -> Glance:
        async with self._db.reading() as session:
            seen = await queries.glance(session, clock.now())
        self._deadline = seen.next_deadline
        return seen

    async def _end_offers(self) -> None:
        async with self._db.reading() as session:
            over = await queries.offers_over(session, clock.now())
        for chat_id, agent_id, most_missed in over:
            await self._offers.end_unanswered(chat_id, agent_id, most_missed=most_missed)

    async def _round(self) -> int:
        """Make offers, unless another process makes some at this moment.

        That process looks again after its commit, and sees then what this one has seen.
        """
        async with self._units.begin() as work:
            if not await queries.try_to_hold_routing(work.session):
                return 0
            floor = await _read(work)
            return await _offer_all(work, floor, _decide_all(floor)) if floor else 0

    def _seconds_to_deadline(self) -> float:
        if self._deadline is None:
            return LONGEST_SLEEP_SECONDS
        seconds = (self._deadline - clock.now()).total_seconds()
        return min(LONGEST_SLEEP_SECONDS, max(0.01, seconds))

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return


async def _read(work: UnitOfWork) -> _Floor | None:
    """Read the floor; ``None`` when no agent is free or nothing waits."""
    agents = await queries.able_agents(work.session)
    if not agents:  # as a rule: another process was faster
        return None
    queues = await queries.push_queues(work.session)
    served = [one.id for one in queues.values() if any(circle_of(agent, one) for agent in agents)]
    able = [agent.id for agent in agents]
    chats = await queries.heads(work.session, served, returning_to=able)
    if not chats:
        return None
    return _Floor(
        at=clock.now(), queues=queues, agents={agent.id: agent for agent in agents}, chats=chats
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """A contact, the agent whom it is to be offered to, and why."""

    situation: Situation
    decision: Decision
    offer: Offer


def _decide_all(floor: _Floor) -> list[_Choice]:
    chosen = []
    for chat in floor.chats:
        if floor.is_full:
            break
        situation = floor.situation(chat)
        decision = decide(situation)
        if decision is not None:
            agent_id = decision.agent_id
            seconds = floor.queues[chat.queue_id].offer_seconds
            offer = Offer(chat.id, agent_id, seconds, place=floor.give(agent_id))
            chosen.append(_Choice(situation, decision, offer))
    return chosen


async def _offer_all(work: UnitOfWork, floor: _Floor, chosen: Sequence[_Choice]) -> int:
    """Make the offers to agents who can still take them; their places are counted again under their locks."""
    if not chosen:
        return 0
    await state_queries.hold_agents(work.session, {one.decision.agent_id for one in chosen})
    offers = [one.offer for one in chosen]
    offered = await queries.offer_all(work.session, offers, at=floor.at)
    for one in chosen:
        if one.offer.chat_id in offered:
            _record_offer(work, offered[one.offer.chat_id], one, at=floor.at)
    return len(offered)


def _record_offer(work: UnitOfWork, chat: ChatSession, choice: _Choice, *, at: datetime) -> None:
    situation, decision = choice.situation, choice.decision
    row = RoutingDecision(
        id=uuid4(),
        created_at=at,
        contact_id=chat.id,
        queue_id=situation.queue_id,
        agent_id=decision.agent_id,
        rule=decision.rule,
        rule_version=RULE_VERSION,
        situation=situation.recorded(),
    )
    work.append(row)
    record_step(work, chat, StepKind.OFFERED, agent_id=decision.agent_id, reason=decision.rule)
    work.tell(changed_event(chat))
