"""The next minutes of the floor, played with random arrivals, times and patience, from the state it is in now.

Pure: it reads nothing and knows no clock. Times are seconds from now; what lies before now is negative. Times are taken
as exponentially distributed with the means that the day has shown, so that what is left of a talk or of somebody's
patience does not depend on how long it has lasted. Agents are found as routing finds them: first those of the queue, the better
skilled before the others, and after a time those of the wider circle too.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import log
from random import Random
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

HANDLING_SECONDS = 300.0
"""Where the day has shown nothing yet."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class QueueNow(_Frozen):
    """A queue as it is, and what the day has shown of it."""

    id: str
    waiting: tuple[float, ...] = ()
    """How long each contact has waited, in seconds."""
    arrivals_per_second: float = 0.0
    handling_seconds: float = HANDLING_SECONDS
    """The mean of talk and 후처리."""
    patience_seconds: float | None = None
    """The mean time after which a customer gives up; none when nobody does."""
    target_seconds: float = 20.0
    widens_after: float | None = None
    """After how long a wait the wider circle of agents is asked too; none: never."""


class AgentNow(_Frozen):
    """An agent as they are."""

    id: str
    queues: frozenset[str]
    """The queues that they serve first."""
    wider: frozenset[str] = frozenset()
    """The queues that ask them too, after a time."""
    levels: Mapping[str, int] = {}
    """By queue the level in its skill; none where it asks for no skill."""
    places: int = 1
    """How many contacts they take at once."""
    in_hand: tuple[str, ...] = ()
    """The queues of the contacts that they have now."""
    is_available: bool = True
    returns_after: float | None = None
    """For one who is not available: the mean time until they are, in seconds; none: not in the time that is played."""


class FloorNow(_Frozen):
    """The whole floor."""

    queues: tuple[QueueNow, ...]
    agents: tuple[AgentNow, ...]
    breaks_per_second: float = 0.0
    """How often one agent who is available goes on a break."""
    break_seconds: float = 600.0


class Change(_Frozen):
    """What a supervisor considers; empty for leaving all as it is."""

    moved: Mapping[str, frozenset[str]] = {}
    """The queues that agents serve first for that time, by agent."""
    wider: Mapping[str, frozenset[str]] = {}
    """The queues that ask them too in that time, by agent who is moved."""
    holds_breaks: bool = False
    """Whether nobody goes on a break for that time."""
    seconds: float = 0.0
    """For how long."""


@dataclass(slots=True)
class QueueOutcome:
    """What became of one queue in one run."""

    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    waited_seconds: float = 0.0
    """The sum over the answered."""
    waiting: int = 0
    """How many wait at the end."""


_Rank = tuple[int, int]
_AboutT = TypeVar('_AboutT')


@dataclass(slots=True, eq=False)
class _Contact:
    came: float
    queue: QueueNow
    is_waiting: bool = True


@dataclass(slots=True, eq=False)
class _Agent:
    now: AgentNow
    load: int
    is_available: bool
    ranks: tuple[tuple[str, _Rank], ...] = ()
    is_noted: bool = False
    """Whether they stand among those who are free."""

    @property
    def is_free(self) -> bool:
        return self.is_available and self.load < self.now.places

    def serve(self, queues: frozenset[str], wider: frozenset[str]) -> None:
        """Note which queues they serve, and how near they are to each: nearest circle first, then the better skilled."""
        levels = self.now.levels
        self.ranks = tuple(
            (queue_id, (circle, -levels.get(queue_id, 0)))
            for circle, served in ((1, queues), (2, wider))
            for queue_id in served
        )


@dataclass(slots=True)
class Run:
    """One run through the time to come."""

    floor: FloorNow
    change: Change
    seconds: float
    random: Random
    outcomes: dict[str, QueueOutcome] = field(default_factory=dict)
    _events: list[tuple[float, int, Callable[[float, Any], None], object]] = field(
        default_factory=list
    )
    _waiting: dict[str, deque[_Contact]] = field(default_factory=dict)
    _agents: list[_Agent] = field(default_factory=list)
    _free: dict[str, dict[_Rank, dict[_Agent, None]]] = field(default_factory=dict)
    """By queue and rank the agents with a free place, in order of when they took one last."""
    _count: int = 0

    def play(self) -> Mapping[str, QueueOutcome]:
        """Return what became of each queue, by its id."""
        self._begin()
        while self._events:
            at, _, act, about = heappop(self._events)
            act(at, about)
        for queue_id, outcome in self.outcomes.items():
            outcome.waiting = sum(one.is_waiting for one in self._waiting[queue_id])
        return self.outcomes

    # ---- the beginning

    def _begin(self) -> None:
        for queue in self.floor.queues:
            self.outcomes[queue.id] = QueueOutcome()
            self._waiting[queue.id] = deque()
            for waited in sorted(queue.waiting, reverse=True):
                self._queue(_Contact(-waited, queue), 0.0)
            self._next_arrival(queue, 0.0)
        for now in self.floor.agents:
            self._agents.append(self._present(now))
        if self.change.moved and self.change.seconds:
            self._later(self.change.seconds, self._change_back, None)
        for agent in self._agents:
            self._serve(agent, 0.0)

    def _present(self, now: AgentNow) -> _Agent:
        """Let an agent be there, with what they have in hand and when they go or come."""
        queues, wider = now.queues, now.wider
        if self.change.seconds and now.id in self.change.moved:
            queues = self.change.moved[now.id]
            wider = self.change.wider.get(now.id, frozenset())
        agent = _Agent(now, len(now.in_hand), now.is_available)
        agent.serve(queues, wider)
        means = {queue.id: queue.handling_seconds for queue in self.floor.queues}
        for queue_id in now.in_hand:
            self._later(self._drawn(means.get(queue_id, HANDLING_SECONDS)), self._is_done, agent)
        if now.is_available:
            self._next_break(agent, 0.0)
        elif now.returns_after is not None:
            self._later(self._drawn(now.returns_after), self._comes_back, agent)
        return agent

    # ---- what happens

    def _arrives(self, at: float, queue: QueueNow) -> None:
        contact = _Contact(at, queue)
        self._queue(contact, at)
        self._next_arrival(queue, at)
        self._offer(contact, at)

    def _gives_up(self, _at: float, contact: _Contact) -> None:
        if contact.is_waiting:
            contact.is_waiting = False
            self.outcomes[contact.queue.id].abandoned += 1

    def _widens(self, at: float, contact: _Contact) -> None:
        if contact.is_waiting:
            self._offer(contact, at)

    def _is_done(self, at: float, agent: _Agent) -> None:
        agent.load -= 1
        self._serve(agent, at)

    def _goes(self, at: float, agent: _Agent) -> None:
        agent.is_available = False
        self._note(agent)
        self._later(at + self._drawn(self.floor.break_seconds), self._comes_back, agent)

    def _comes_back(self, at: float, agent: _Agent) -> None:
        agent.is_available = True
        self._next_break(agent, at)
        self._serve(agent, at)

    def _change_back(self, at: float, _about: None) -> None:
        for agent in self._agents:
            self._take_out(agent)
            agent.serve(agent.now.queues, agent.now.wider)
            self._serve(agent, at)

    def _queue(self, contact: _Contact, at: float) -> None:
        self._waiting[contact.queue.id].append(contact)
        if contact.queue.patience_seconds is not None:
            left = self._drawn(contact.queue.patience_seconds)
            self._later(at + left, self._gives_up, contact)
        if contact.queue.widens_after is not None:
            self._later(max(at, contact.came + contact.queue.widens_after), self._widens, contact)

    def _offer(self, contact: _Contact, at: float) -> None:
        """Give a contact to the nearest and best skilled free agent; of equals, to who took one longest ago."""
        free = self._free.get(contact.queue.id, {})
        for rank in sorted(free):
            if free[rank] and (rank[0] == 1 or _is_wide(contact, at)):
                self._serve(next(iter(free[rank])), at)
                return

    def _note(self, agent: _Agent) -> None:
        """Keep in mind whether an agent is free, behind all others who are."""
        self._take_out(agent)
        if agent.is_free:
            agent.is_noted = True
            for queue_id, rank in agent.ranks:
                self._free.setdefault(queue_id, {}).setdefault(rank, {})[agent] = None

    def _take_out(self, agent: _Agent) -> None:
        if not agent.is_noted:
            return
        agent.is_noted = False
        for queue_id, rank in agent.ranks:
            del self._free[queue_id][rank][agent]

    def _serve(self, agent: _Agent, at: float) -> None:
        """Let an agent take those who have waited longest in their queues, as many as they have places for."""
        while agent.is_free and (contact := self._longest_waiting(agent, at)) is not None:
            contact.is_waiting = False
            waited = at - contact.came
            outcome = self.outcomes[contact.queue.id]
            outcome.answered += 1
            outcome.waited_seconds += waited
            outcome.in_time += waited <= contact.queue.target_seconds
            agent.load += 1
            self._later(at + self._drawn(contact.queue.handling_seconds), self._is_done, agent)
        self._note(agent)

    def _longest_waiting(self, agent: _Agent, at: float) -> _Contact | None:
        """Return who has waited longest of those whom an agent may take."""
        first: _Contact | None = None
        for queue_id, (circle, _level) in agent.ranks:
            waiting = self._waiting.get(queue_id)
            while waiting and not waiting[0].is_waiting:
                waiting.popleft()
            if not waiting or (circle == 2 and not _is_wide(waiting[0], at)):
                continue
            if first is None or waiting[0].came < first.came:
                first = waiting[0]
        return first

    # ---- what is to come

    def _next_arrival(self, queue: QueueNow, at: float) -> None:
        if queue.arrivals_per_second > 0:
            self._later(at + self._drawn(1 / queue.arrivals_per_second), self._arrives, queue)

    def _next_break(self, agent: _Agent, at: float) -> None:
        if self.floor.breaks_per_second > 0:
            begin = max(at, self.change.seconds) if self.change.holds_breaks else at
            self._later(begin + self._drawn(1 / self.floor.breaks_per_second), self._goes, agent)

    def _later(self, at: float, act: Callable[[float, _AboutT], None], about: _AboutT) -> None:
        """Let something happen, unless it does so after the end of the run."""
        if at <= self.seconds:
            self._count += 1
            heappush(self._events, (at, self._count, act, about))

    def _drawn(self, mean: float) -> float:
        """Return an exponentially distributed time; as ``Random.expovariate``, which is slower by two calls."""
        return -log(1.0 - self.random.random()) * mean if mean > 0 else 0.0


def _is_wide(contact: _Contact, at: float) -> bool:
    """Whether a contact has waited so long that the wider circle is asked."""
    after = contact.queue.widens_after
    return after is not None and at - contact.came >= after - 1e-9


class Spread(_Frozen):
    """A figure over all runs: in the middle, and between which values it lay in eight of ten runs."""

    low: float
    middle: float
    high: float


class Forecast(_Frozen):
    """What becomes of a queue; a figure is none when there was nothing to divide by in most runs."""

    queue_id: str
    level: Spread | None
    """서비스 레벨 in percent, of those who were answered or gave up."""
    wait: Spread | None
    """Mean wait of the answered in seconds."""
    abandoned: Spread
    waiting: Spread
    """How many wait at the end."""


def forecasts(
    floor: FloorNow, change: Change, *, seconds: float, runs: int, seed: int
) -> tuple[Forecast, ...]:
    """Play the time to come again and again; the same seed gives the same answer.

    Args:
        floor: the state now.
        change: what is tried; an empty one leaves all as it is.
        seconds: how far ahead.
        runs: how often.
        seed: of the random numbers; two changes with one seed meet the same arrivals at first.
    """
    played = [
        Run(floor, change, seconds, Random(f'{seed}-{run}')).play()  # noqa: S311 - a simulation
        for run in range(runs)
    ]
    return tuple(forecast_of(queue.id, [one[queue.id] for one in played]) for queue in floor.queues)


def forecast_of(queue_id: str, outcomes: Sequence[QueueOutcome]) -> Forecast:
    """Return the forecast of a queue from what became of it in each run."""
    levels = [
        100 * one.in_time / ended for one in outcomes if (ended := one.answered + one.abandoned)
    ]
    waits = [one.waited_seconds / one.answered for one in outcomes if one.answered]
    most = len(outcomes) / 2
    return Forecast(
        queue_id=queue_id,
        level=_spread(levels) if len(levels) > most else None,
        wait=_spread(waits) if len(waits) > most else None,
        abandoned=_spread([one.abandoned for one in outcomes]),
        waiting=_spread([one.waiting for one in outcomes]),
    )


def _spread(values: Sequence[float]) -> Spread:
    ordered = sorted(values)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, math.floor(share * len(ordered)))]

    return Spread(low=at(0.1), middle=at(0.5), high=at(0.9))
