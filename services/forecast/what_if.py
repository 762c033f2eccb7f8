"""지금 옮기면?: what a change of the floor would do, the change itself, and later what came beside what was foretold.

Two changes can be asked about: agents who serve another department for some minutes, and no breaks for some minutes.
The floor is taken as it is now, with the arrivals of the last hour and the times of the day; who serves a queue, at once or
after a time, is what routing says. Agents who were lent are given back at their time, whoever is there to see it.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotFoundError, UpstreamError
from desk.worker_process import WorkerError, worker_process
from models import (
    Agent,
    AgentLoan,
    AgentStatus,
    AuditAction,
    Forecast,
    Queue,
    QueueMode,
    StepKind,
)
from services.floor import queue_notices
from services.floor.board import AgentNow, Board, Snapshot
from services.floor.definitions import beginning_of, day_of, end_of
from services.floor.ledger import Bucket
from services.floor.live_board import LiveBoard, check_role
from services.forecast import floor_state, queries
from services.forecast.answers import Answer, Question
from services.forecast.queries import BreakRates, QueueRates
from services.forecast.serving import Serving
from services.people import agent_queries, skill_queries
from services.people.authority import AgentInWork
from services.text.visible import one_line
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

WORKER = 'services.forecast.worker'
WORKER_SECONDS = 10.0
ANSWER_SECONDS = 1.6
"""How long after the question the last run may end; the answer is due within 2 seconds (issue 13 §4)."""
MINUTES = (10, 20, 30, 60)
"""The times that can be asked about."""
MOST_LENT = 50
LEAST_SEEN = 3
"""Fewer contacts than this say nothing about how long one takes, or how soon customers give up."""
BREAK_SECONDS = 600.0
"""The length of a break until the day has shown one."""
BATCH = 50
NO_BREAKS = '{minutes}분 동안 휴식을 미뤄 주십시오.'
IN_HAND = (Bucket.IN_PROGRESS, Bucket.WRAP_UP, Bucket.ON_HOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A change that a supervisor considers."""

    minutes: int
    agent_ids: tuple[UUID, ...] = ()
    department: str = ''
    """Where these agents go."""
    holds_breaks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What became of one queue in the time of a forecast; a figure is none without any contact."""

    level: float | None
    """서비스 레벨 in percent, without the short ones among the abandoned."""
    wait: float | None
    """Mean wait of the answered in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A forecast that was acted on, and, when its time is over, what came, by queue."""

    forecast: Forecast
    answer: Answer
    is_over: bool
    """Whether its time has passed."""
    came: Mapping[UUID, Came] = field(default_factory=dict)


class WhatIf:
    """Asks, does and compares. For supervisors; all others get ``NotAllowedError``."""

    def __init__(self, units: UnitsOfWork, board: LiveBoard) -> None:
        self._units = units
        self._db = units.db
        self._board = board

    async def ask(self, supervisor: Agent, wish: Wish) -> Answer:
        """Return what would become of the queues, as it is and with the change, within about 2 seconds.

        Raises:
            InvalidInputError: no change, no such time, or too many agents.
            NotFoundError: one of the agents or the department is not there.
            UpstreamError: the simulation does not answer.
        """
        check_role(supervisor)
        answer_by = time.monotonic() + ANSWER_SECONDS
        question = await self._question(supervisor, wish, answer_by)
        try:
            async with worker_process(WORKER, seconds=WORKER_SECONDS) as worker:
                worker.feed.write(question.model_dump_json().encode())
                await worker.feed.drain()
                worker.feed.close()
                said = await worker.says.read()
        except (WorkerError, ConnectionError) as error:
            raise UpstreamError('forecast.away') from error
        return Answer.model_validate_json(said)

    async def do(self, supervisor: Agent, wish: Wish, answer: Answer) -> Forecast:
        """Lend the agents and ask for no breaks, and keep what was foretold.

        Raises as ``ask``, and ``ConflictError`` when an agent is lent already.
        """
        check_role(supervisor)
        _check(wish)
        _check_reach(supervisor, (await self._board.now(supervisor))[1], wish)
        until = clock.now() + timedelta(minutes=wish.minutes)
        async with self._units.begin() as work:
            if wish.agent_ids:
                await _lend(work, supervisor, wish, until)
            if wish.holds_breaks:
                await self._ask_for_no_breaks(work, supervisor, wish.minutes)
            forecast = Forecast(
                by_id=supervisor.id,
                department=wish.department,
                agents=len(wish.agent_ids),
                holds_breaks=wish.holds_breaks,
                until=until,
                foretold=answer.model_dump(mode='json'),
            )
            work.session.add(forecast)
        return forecast

    async def recent(self, supervisor: Agent) -> Sequence[Compared]:
        """Return today's forecasts that were acted on, the newest first, with what came of those that are over."""
        check_role(supervisor)
        board, _ = await self._board.now(supervisor)
        compared = []
        async with self._db.reading() as session:
            found = await queries.forecasts_since(session, beginning_of(day_of(clock.now())))
            for one in filter(partial(_may_see, supervisor), found):
                answer = Answer.model_validate(one.foretold)
                came: Mapping[UUID, Came] = {}
                if is_over := one.until <= clock.now():
                    ended = await queries.outcomes(session, one.created_at, one.until)
                    came = _came(ended, board)
                compared.append(Compared(forecast=one, answer=answer, is_over=is_over, came=came))
        return compared

    async def take_back(self, supervisor: Agent, forecast_id: UUID) -> None:
        """Give lent agents back before their time. Raises ``NotFoundError`` for an unknown forecast."""
        check_role(supervisor)
        async with self._units.begin() as work:
            forecast = await work.session.get(Forecast, forecast_id)
            if forecast is None or not _may_see(supervisor, forecast):
                raise NotFoundError('forecast.not_found')
            for loan in await queries.loans_of(work.session, forecast.by_id, forecast.until):
                await _give_back(work, loan, by=supervisor)

    async def give_back_due(self) -> int:
        """Give back the agents whose time is over; returns how many."""
        async with self._units.begin() as work:
            loans = await queries.due_loans(work.session, clock.now(), limit=BATCH)
            for loan in loans:
                await _give_back(work, loan, by=None)
        return len(loans)

    # ---- the question

    async def _question(self, supervisor: Agent, wish: Wish, answer_by: float) -> Question:
        _check(wish)
        board, snapshot = await self._board.now(supervisor)
        now = clock.now()
        begin = beginning_of(day_of(now))
        since = max(begin, now - timedelta(hours=1))
        async with self._db.reading() as session:
            rates = await queries.rates(
                session, arrivals_since=since, day=(begin, end_of(day_of(now)))
            )
            breaks = await queries.break_rates(session, begin, now)
            levels = await skill_queries.levels(session)
        serving = Serving(board.queues, levels)
        moved = {str(one): serving.circles(one, wish.department) for one in wish.agent_ids}
        _check_reach(supervisor, snapshot, wish)
        return Question(
            floor=floor_now(
                board, snapshot, rates, breaks, serving, since=(now - since).total_seconds()
            ),
            change=floor_state.Change(
                moved={one: circles[0] for one, circles in moved.items()},
                wider={one: circles[1] for one, circles in moved.items()},
                holds_breaks=wish.holds_breaks,
                seconds=60.0 * wish.minutes,
            ),
            seconds=60.0 * wish.minutes,
            seed=int(now.timestamp()),
            answer_by=answer_by,
        )

    async def _ask_for_no_breaks(self, work: UnitOfWork, by: Agent, minutes: int) -> None:
        """Send a notice to everybody, once each, though a department has several queues."""
        asked: set[str] = set()
        board, _ = await self._board.now(by)
        for queue in board.queues:
            is_within = queue.is_active and by.reaches(queue.department)
            if not is_within or queue.department in asked:
                continue
            asked.add(queue.department)
            await queue_notices.post(work, by, queue, NO_BREAKS.format(minutes=minutes))
        work.record(by, AuditAction.NOTICE_SENT, details={'departments': len(asked)})


def _check_reach(supervisor: Agent, snapshot: Snapshot, wish: Wish) -> None:
    """Raise ``NotFoundError`` for agents and departments that are not there, or beyond the supervisor's reach."""
    there = {one.agent.id for one in snapshot.agents if supervisor.reaches(one.agent.department)}
    if not there.issuperset(wish.agent_ids):
        raise NotFoundError('agent.not_found')
    if wish.agent_ids and not _queues_of(snapshot, wish.department):
        raise NotFoundError('queue.not_found')


def _may_see(supervisor: Agent, forecast: Forecast) -> bool:
    """Whether a forecast is a supervisor's own, or about a department in their reach."""
    return supervisor.id == forecast.by_id or supervisor.reaches(forecast.department)


def floor_now(
    board: Board,
    snapshot: Snapshot,
    rates: Mapping[UUID, QueueRates],
    breaks: BreakRates,
    serving: Serving,
    *,
    since: float,
) -> floor_state.FloorNow:
    """Return the floor as the simulation takes it.

    Args:
        board: the floor now.
        snapshot: its numbers.
        rates: what the day has shown of each queue.
        breaks: how agents go on breaks.
        serving: who serves which queues.
        since: over how many seconds arrivals were counted.
    """
    waits = {one.queue_id: _waits(board, one.queue_id, snapshot.at) for one in snapshot.queues}
    queues = {one.id: one for one in serving.queues}
    hands: dict[UUID, list[str]] = {}
    for agent in board.agents.values():
        in_hand = board.ledger.in_hand(agent.id).values()
        hands[agent.id] = [str(one.queue_id) for one in in_hand if one.queue_id]
    return floor_state.FloorNow(
        queues=tuple(
            _queue(queues[one.queue_id], waits[one.queue_id], rates.get(one.queue_id) or QueueRates(), since, one.target_seconds)
            for one in snapshot.queues
        ),
        agents=tuple(
            _agent(one.agent, serving, hands[one.agent.id], breaks)
            for one in snapshot.agents
            if one.agent.status is not AgentStatus.OFFLINE
        ),
        breaks_per_second=breaks.breaks / breaks.available_seconds if breaks.available_seconds else 0,
        break_seconds=breaks.away_seconds or BREAK_SECONDS,
    )  # fmt: skip


def _queue(
    queue: Queue, waits: tuple[float, ...], rates: QueueRates, since: float, target: float
) -> floor_state.QueueNow:
    is_known = rates.handled >= LEAST_SEEN
    seconds = rates.handling_seconds / rates.handled if is_known else floor_state.HANDLING_SECONDS
    # Of exponential patience: all that was waited, by those who gave up and those who did not, over those who did.
    gives_up = rates.abandoned >= LEAST_SEEN
    return floor_state.QueueNow(
        id=str(queue.id),
        waiting=waits,
        arrivals_per_second=rates.arrivals / since if since else 0.0,
        handling_seconds=seconds,
        patience_seconds=rates.waiting_seconds / rates.abandoned if gives_up else None,
        target_seconds=target,
        widens_after=queue.widen_after_seconds if queue.mode is QueueMode.PUSH else None,
    )


def _agent(
    agent: AgentNow, serving: Serving, in_hand: Sequence[str], breaks: BreakRates
) -> floor_state.AgentNow:
    is_available = agent.status in {
        AgentStatus.AVAILABLE,
        AgentStatus.BUSY,
        AgentStatus.AFTER_CONTACT,
    } and agent.next_status in {None, AgentStatus.AVAILABLE}
    first, wider = serving.circles(agent.id, agent.department)
    return floor_state.AgentNow(
        id=str(agent.id),
        queues=first,
        wider=wider,
        levels=serving.levels_of(agent.id),
        places=max(agent.capacity, 1),
        in_hand=tuple(in_hand),
        is_available=is_available,
        returns_after=None if is_available else breaks.away_seconds or BREAK_SECONDS,
    )


def _waits(board: Board, queue_id: UUID, at: datetime) -> tuple[float, ...]:
    waiting = board.ledger.contacts((Bucket.WAITING,), queue_id)
    return tuple(max(0.0, (at - one.came_at).total_seconds()) for one in waiting)


def _queues_of(snapshot: Snapshot, department: str) -> frozenset[str]:
    return frozenset(str(one.queue_id) for one in snapshot.queues if one.department == department)


def _came(ended: Sequence[queries.Outcome], board: Board) -> dict[UUID, Came]:
    found: dict[UUID, Came] = {}
    for queue_id in {one.queue_id for one in ended}:
        target = board.targets.get(queue_id)
        taken = [one for one in ended if one.queue_id == queue_id and one.kind is StepKind.TAKEN]
        lost = [one for one in ended if one.queue_id == queue_id and one.kind is not StepKind.TAKEN]
        answered = sum(one.contacts for one in taken)
        short = board.ledger.definition.short_seconds
        gone = sum(waited >= short for one in lost for waited in one.waits)
        in_time = sum(target is not None and waited <= target.seconds for one in taken for waited in one.waits)  # fmt: skip
        found[queue_id] = Came(
            level=100 * in_time / (answered + gone) if answered + gone else None,
            wait=sum(one.waited_seconds for one in taken) / answered if answered else None,
        )
    return found


def _check(wish: Wish) -> None:
    if wish.minutes not in MINUTES:
        raise InvalidInputError('forecast.minutes')
    if len(wish.agent_ids) > MOST_LENT:
        raise InvalidInputError('forecast.too_many', most=MOST_LENT)
    if not wish.holds_breaks and not (wish.agent_ids and one_line(wish.department)):
        raise InvalidInputError('forecast.nothing')


async def _lend(work: UnitOfWork, by: Agent, wish: Wish, until: datetime) -> None:
    """Let agents serve another department; their rights follow it at once, and back."""
    if await queries.open_loans(work.session, wish.agent_ids):
        raise ConflictError('forecast.lent')
    people = await agent_queries.locked(work.session, wish.agent_ids)
    if len(people) != len(set(wish.agent_ids)):
        raise NotFoundError('agent.not_found')
    for agent in people:
        work.session.add(
            AgentLoan(
                agent_id=agent.id,
                from_department=agent.department,
                to_department=wish.department,
                by_id=by.id,
                until=until,
            )
        )
        AgentInWork(work, by, agent).set({'department': wish.department})


async def _give_back(work: UnitOfWork, loan: AgentLoan, *, by: Agent | None) -> None:
    """Let an agent serve their own department again, unless an administrator has moved them since."""
    loan.ended_at = clock.now()
    work.session.add(loan)
    [agent] = await agent_queries.locked(work.session, [loan.agent_id])
    if agent.department == loan.to_department:
        AgentInWork(work, by, agent).set({'department': loan.from_department})
