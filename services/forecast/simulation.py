"""The next minutes of the floor, played with random times, from the state it is in now.

Pure: it reads nothing and knows no clock. Times are seconds from now; what lies before now is negative. What happens stands
in a heap by its time: a talk ends, a break begins or ends, a change is over. Customers who come or give up are no
events of their own, of which a busy floor has thousands: an agent who is free asks who has waited longest, and only where
somebody is free the next arrival is waited for. Agents are found as routing finds them: first those of the queue, the better
skilled before the others, and after a time those of the wider circle too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf
from random import Random
from typing import Any, TypeVar

from services.forecast.customers import Customers, customers_of, exponential
from services.forecast.floor_state import HANDLING_SECONDS, AgentNow, Change, FloorNow, QueueNow


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOutcome:
    """What became of one queue in one run."""

    answered: int
    in_time: int
    abandoned: int
    waited_seconds: float
    """The sum over the answered."""
    waiting: int
    """How many wait at the end."""


_Rank = tuple[int, int]
_AboutT = TypeVar('_AboutT')


@dataclass(slots=True, eq=False)
class _Line:
    """A queue in the run."""

    queue: QueueNow
    customers: Customers
    next: int = 0
    """The place of the first customer whom nobody has taken and who may still wait."""
    waits: list[float] = field(default_factory=list)
    """How long each waited who was answered."""
    free: dict[_Rank, dict['_Agent', None]] = field(default_factory=dict)
    """By rank the agents with a free place, in order of when they took one last."""
    looks_at: float = inf
    """When the free agents look again, at the earliest."""

    def longest_waiting(self, at: float) -> float | None:
        """Return when the one came who has waited longest; those who have given up are passed over."""
        leaves, place = self.customers.leaves, self.next
        while leaves[place] <= at:
            place += 1
        self.next = place
        came = self.customers.came[place]
        return came if came <= at else None

    def is_wide(self, came: float, at: float) -> bool:
        """Whether a customer has waited so long that the wider circle is asked."""
        after = self.queue.widens_after
        return after is not None and at - came >= after - 1e-9

    def nearest_free(self, at: float) -> '_Agent | None':
        """Return the nearest and best skilled agent who may take the next one; of equals, who took one longest ago."""
        came = self.longest_waiting(at)
        if came is not None:
            for rank in sorted(self.free):
                if self.free[rank] and (rank[0] == 1 or self.is_wide(came, at)):
                    return next(iter(self.free[rank]))
        return None

    def outcome(self, end: float) -> QueueOutcome:
        """Return what has become of the queue by the end."""
        target, leaves = self.queue.target_seconds, self.customers.leaves
        arrived = self.customers.arrived(end)
        waiting = sum(leaves[place] > end for place in arrived[self.next :])
        return QueueOutcome(
            answered=len(self.waits),
            in_time=sum(waited <= target for waited in self.waits),
            abandoned=len(arrived) - len(self.waits) - waiting,
            waited_seconds=sum(self.waits),
            waiting=waiting,
        )


@dataclass(slots=True, eq=False)
class _Agent:
    now: AgentNow
    places: int
    load: int
    is_available: bool = False
    ranks: tuple[tuple[_Line, _Rank], ...] = ()
    only_line: _Line | None = None
    """The queue of an agent who serves one and stands in no wider circle: most of a busy floor is that they take its next."""
    is_noted: bool = False
    """Whether they stand among those who are free: then nobody waits whom they may take."""


class Run:
    """One run through the time to come.

    Args:
        floor: the state now.
        change: what is tried; an empty one leaves all as it is.
        seconds: how far ahead.
        seed: of the random numbers; two changes with one seed meet the same customers.
        customers: those of that seed, when they were drawn already.
    """

    def __init__(
        self,
        floor: FloorNow,
        change: Change,
        seconds: float,
        *,
        seed: str,
        customers: Mapping[str, Customers] | None = None,
    ) -> None:
        self._floor = floor
        self._change = change
        self._seconds = seconds
        self._random = Random(seed).random  # noqa: S311 - a simulation
        customers = customers or customers_of(floor, seconds, seed)
        self._lines = {queue.id: _Line(queue, customers[queue.id]) for queue in floor.queues}
        self._agents: list[_Agent] = []
        self._known: list[tuple[float, int, Callable[[float, Any], None], object]] = []
        """What happens, by its time."""
        self._count = 0

    def play(self) -> Mapping[str, QueueOutcome]:
        """Return what became of each queue, by its id."""
        self._begin()
        known = self._known
        while known:
            at, _, act, about = heappop(known)
            act(at, about)
        return {queue_id: line.outcome(self._seconds) for queue_id, line in self._lines.items()}

    # ---- the beginning

    def _begin(self) -> None:
        self._agents = [self._begun(now) for now in self._floor.agents]
        if self._change.moved and self._change.seconds:
            self._later(self._change.seconds, self._change_back, None)
        for agent in self._agents:
            self._serve(agent, 0.0)

    def _begun(self, now: AgentNow) -> _Agent:
        """Let an agent be there, with what they have in hand and when they come."""
        agent = _Agent(now, now.places, load=len(now.in_hand))
        queues, wider = now.queues, now.wider
        if self._change.seconds and now.id in self._change.moved:
            queues = self._change.moved[now.id]
            wider = self._change.wider.get(now.id, frozenset())
        self._rank(agent, queues, wider)
        for queue_id in now.in_hand:
            self._later(self._drawn(self._handling_seconds(queue_id)), self._ends, agent)
        if now.is_available:
            self._is_there(agent, 0.0)
        elif now.returns_after is not None:
            self._later(self._drawn(now.returns_after), self._comes_back, agent)
        return agent

    def _handling_seconds(self, queue_id: str) -> float:
        """Return the mean of a queue's talks, also of one that is not part of the floor."""
        line = self._lines.get(queue_id)
        return line.queue.handling_seconds if line else HANDLING_SECONDS

    def _rank(self, agent: _Agent, queues: frozenset[str], wider: frozenset[str]) -> None:
        """Note which queues somebody serves, and how near they are to each: nearest circle first, then the better skilled."""
        levels = agent.now.levels
        agent.ranks = tuple(
            (self._lines[queue_id], (circle, -levels.get(queue_id, 0)))
            for circle, served in ((1, queues), (2, wider))
            for queue_id in served
            if queue_id in self._lines
        )
        is_simple = len(agent.ranks) == 1 and not wider
        agent.only_line = agent.ranks[0][0] if is_simple else None

    # ---- what happens

    def _ends(self, at: float, agent: _Agent) -> None:
        line = agent.only_line
        if (
            line is not None
            and agent.is_available
            and agent.load <= agent.places
            and line.longest_waiting(at) is not None
        ):
            self._begin_talk(agent, line, at)  # in place of the one that ended
            return
        agent.load -= 1
        if not agent.is_noted:
            self._serve(agent, at)

    def _goes(self, at: float, agent: _Agent) -> None:
        agent.is_available = False
        self._note(agent, at)
        self._later(at + self._drawn(self._floor.break_seconds), self._comes_back, agent)

    def _comes_back(self, at: float, agent: _Agent) -> None:
        self._is_there(agent, at)
        self._serve(agent, at)

    def _change_back(self, at: float, _about: None) -> None:
        for agent in self._agents:
            if agent.is_noted:
                self._take_out(agent)
            self._rank(agent, agent.now.queues, agent.now.wider)
            self._serve(agent, at)

    def _look(self, at: float, line: _Line) -> None:
        """Let free agents take whom they may take by now."""
        line.looks_at = inf
        while agent := line.nearest_free(at):
            self._take(agent, line, at)
            self._note(agent, at)
        if any(line.free.values()):
            self._look_later(line, at)

    # ---- agents and customers

    def _is_there(self, agent: _Agent, at: float) -> None:
        agent.is_available = True
        if self._floor.breaks_per_second > 0:
            held_until = self._change.seconds if self._change.holds_breaks else 0.0
            works = self._drawn(1 / self._floor.breaks_per_second)
            self._later(max(at, held_until) + works, self._goes, agent)

    def _serve(self, agent: _Agent, at: float) -> None:
        """Let an agent take those who have waited longest in their queues, as many as they have places for."""
        if agent.is_available:
            while agent.load < agent.places and (line := _longest_line(agent, at)):
                self._take(agent, line, at)
        if agent.is_noted or agent.load < agent.places:
            self._note(agent, at)

    def _take(self, agent: _Agent, line: _Line, at: float) -> None:
        """Let an agent take the next customer of a queue."""
        agent.load += 1
        self._begin_talk(agent, line, at)

    def _begin_talk(self, agent: _Agent, line: _Line, at: float) -> None:
        place, customers = line.next, line.customers
        line.next = place + 1
        line.waits.append(at - customers.came[place])
        self._later(at + customers.takes[place], self._ends, agent)

    def _note(self, agent: _Agent, at: float) -> None:
        """Keep in mind whether an agent is free, behind all others who are."""
        if agent.is_noted:
            self._take_out(agent)
        if agent.is_available and agent.load < agent.places:
            agent.is_noted = True
            for line, rank in agent.ranks:
                line.free.setdefault(rank, {})[agent] = None
                self._look_later(line, at)

    def _take_out(self, agent: _Agent) -> None:
        agent.is_noted = False
        for line, rank in agent.ranks:
            del line.free[rank][agent]

    # ---- what is to come

    def _look_later(self, line: _Line, at: float) -> None:
        """Look at a queue when the next customer comes, or when the one who waits is open to the wider circle."""
        when = line.customers.came[line.next]
        if when <= at:
            when = inf if line.queue.widens_after is None else when + line.queue.widens_after
        if when < line.looks_at:
            line.looks_at = when
            self._later(when, self._look, line)

    def _later(self, at: float, act: Callable[[float, _AboutT], None], about: _AboutT) -> None:
        """Let something happen, unless it does so after the end of the run."""
        if at <= self._seconds:
            self._count += 1
            heappush(self._known, (at, self._count, act, about))

    def _drawn(self, mean: float) -> float:
        return exponential(max(mean, 0.0), self._random)


def _longest_line(agent: _Agent, at: float) -> _Line | None:
    """Return the queue of the one who has waited longest of those whom an agent may take."""
    found, earliest = None, inf
    for line, (circle, _level) in agent.ranks:
        came = line.longest_waiting(at)
        if came is not None and came < earliest and (circle == 1 or line.is_wide(came, at)):
            found, earliest = line, came
    return found
