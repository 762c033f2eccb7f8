"""The next minutes of the floor, played with random arrivals, times and patience, from the state it is in now.

Pure: it reads nothing and knows no clock. Times are seconds from now; what lies before now is negative. Times are taken
as exponentially distributed with the means that the day has shown, so that what is left of a talk or of somebody's
patience does not depend on how long it has lasted. Therefore no talk and no customer has a time of their own: in a queue with
n talks of mean m the next one ends at the rate n/m, and it is any of them (Gillespie's direct method, 1976). Only what
happens at a known time waits in a heap. Agents are found as routing finds them: first those of the queue, the better
skilled before the others, and after a time those of the wider circle too.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf, log
from random import Random
from typing import Any, TypeVar

from services.forecast.floor_state import AgentNow, Change, FloorNow, QueueNow

SHORTEST_SECONDS = 0.001
"""A mean of nothing would let everything end at once, for ever."""


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
    line: '_Line'
    place: int
    """In ``_Line.waiting``; -1 when it waits no more."""


@dataclass(slots=True, eq=False)
class _Line:
    """A queue in the run."""

    queue: QueueNow
    ends_per_second: float
    """Of one talk."""
    leaves_per_second: float
    """Of one customer who waits; 0 when nobody gives up."""
    outcome: QueueOutcome = field(default_factory=QueueOutcome)
    in_order: deque[_Contact] = field(default_factory=deque)
    """Those who wait, first come first; also some who wait no more."""
    waiting: list[_Contact] = field(default_factory=list)
    """Those who wait, in no order: any of them may be the next to give up."""
    talks: list['_Agent'] = field(default_factory=list)
    """The agent of each talk, in no order."""
    free: dict[_Rank, dict['_Agent', None]] = field(default_factory=dict)
    """By rank the agents with a free place, in order of when they took one last."""
    rate: float = 0.0
    """How often a second a talk ends or somebody gives up, at present."""

    def count(self) -> None:
        """Work out the rate again, after a talk or somebody's wait has begun or ended."""
        self.rate = (
            len(self.talks) * self.ends_per_second + len(self.waiting) * self.leaves_per_second
        )

    def first(self) -> _Contact | None:
        """Return who has waited longest."""
        in_order = self.in_order
        while in_order and in_order[0].place < 0:
            in_order.popleft()
        return in_order[0] if in_order else None

    def remove(self, contact: _Contact) -> None:
        """Let somebody wait no more."""
        last = self.waiting.pop()
        if last is not contact:
            self.waiting[contact.place] = last
            last.place = contact.place
        contact.place = -1
        self.count()


@dataclass(slots=True, eq=False)
class _Agent:
    now: AgentNow
    places: int
    load: int = 0
    is_available: bool = False
    ranks: tuple[tuple[_Line, _Rank], ...] = ()
    is_noted: bool = False
    """Whether they stand among those who are free: then nobody waits whom they may take."""


class Run:
    """One run through the time to come."""

    def __init__(self, floor: FloorNow, change: Change, seconds: float, *, seed: str) -> None:
        self._floor = floor
        self._change = change
        self._seconds = seconds
        self._random = Random(seed).random  # noqa: S311 - a simulation
        self._random_of_arrivals = Random(f'{seed}-arrivals').random  # noqa: S311 - a simulation
        """Of its own: what the change does leaves the arrivals as they are."""
        self._lines = {queue.id: _line(queue) for queue in floor.queues}
        self._all_lines = list(self._lines.values())
        """Also those of talks whose queue is not part of the floor."""
        self._agents: list[_Agent] = []
        self._present: list[_Agent] = []
        """Those who are available, in no order: any of them may be the next to go on a break."""
        self._breaks_per_second = 0.0
        self._known: list[tuple[float, int, Callable[[float, Any], None], object]] = []
        """What happens at a known time."""
        self._count = 0

    def play(self) -> Mapping[str, QueueOutcome]:
        """Return what became of each queue, by its id."""
        self._begin()
        now, known = 0.0, self._known
        while True:
            rate = self._rate()
            at = now - log(1.0 - self._random()) / rate if rate else inf
            if known and known[0][0] <= at:
                now, _, act, about = heappop(known)
                act(now, about)
            elif at <= self._seconds:
                now = at
                self._happens(self._random() * rate, at)
            else:
                break
        for line in self._lines.values():
            line.outcome.waiting = len(line.waiting)
        return {queue_id: line.outcome for queue_id, line in self._lines.items()}

    # ---- the beginning

    def _begin(self) -> None:
        for queue in self._floor.queues:
            line = self._lines[queue.id]
            for waited in sorted(queue.waiting, reverse=True):
                self._queue(line, -waited, 0.0)
            self._next_arrival(line, 0.0)
        for now in self._floor.agents:
            self._agents.append(self._begun(now))
        if self._floor.breaks_per_second > 0:
            begin = self._change.seconds if self._change.holds_breaks else 0.0
            self._later(begin, self._breaks_begin, None)
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
            line = self._line_of(queue_id)
            line.talks.append(agent)
            line.count()
        if now.is_available:
            self._is_there(agent)
        elif now.returns_after is not None:
            self._later(self._drawn(now.returns_after), self._comes_back, agent)
        return agent

    def _line_of(self, queue_id: str) -> _Line:
        """Return a queue's line; for one that is not part of the floor, one that nobody comes to."""
        if queue_id in self._lines:
            return self._lines[queue_id]
        line = _line(QueueNow(id=queue_id))
        self._all_lines.append(line)
        return line

    def _rank(self, agent: _Agent, queues: frozenset[str], wider: frozenset[str]) -> None:
        """Note which queues somebody serves, and how near they are to each: nearest circle first, then the better skilled."""
        levels = agent.now.levels
        agent.ranks = tuple(
            (self._lines[queue_id], (circle, -levels.get(queue_id, 0)))
            for circle, served in ((1, queues), (2, wider))
            for queue_id in served
            if queue_id in self._lines
        )

    # ---- what happens at any time

    def _rate(self) -> float:
        """Return how often a second anything happens at present."""
        rate = len(self._present) * self._breaks_per_second
        for line in self._all_lines:
            rate += line.rate
        return rate

    def _happens(self, point: float, at: float) -> None:
        """Let that happen which a point between 0 and the rate falls on."""
        for line in self._all_lines:
            if point < line.rate:
                if point < len(line.talks) * line.ends_per_second:
                    return self._ends(line, at)
                return self._gives_up(line)
            point -= line.rate
        if self._present and self._breaks_per_second:
            self._goes(_taken(self._present, self._random), at)
        return None

    def _ends(self, line: _Line, at: float) -> None:
        agent = _taken(line.talks, self._random)
        line.count()
        agent.load -= 1
        if not agent.is_noted:
            self._serve(agent, at)

    def _gives_up(self, line: _Line) -> None:
        waiting = line.waiting
        line.remove(waiting[int(self._random() * len(waiting))])
        line.outcome.abandoned += 1

    def _goes(self, agent: _Agent, at: float) -> None:
        agent.is_available = False
        self._note(agent)
        self._later(at + self._drawn(self._floor.break_seconds), self._comes_back, agent)

    # ---- what happens at a known time

    def _arrives(self, at: float, line: _Line) -> None:
        contact = self._queue(line, at, at)
        self._next_arrival(line, at)
        self._offer(contact, at)

    def _widens(self, at: float, contact: _Contact) -> None:
        if contact.place >= 0:
            self._offer(contact, at)

    def _comes_back(self, at: float, agent: _Agent) -> None:
        self._is_there(agent)
        self._serve(agent, at)

    def _breaks_begin(self, _at: float, _about: None) -> None:
        self._breaks_per_second = self._floor.breaks_per_second

    def _change_back(self, at: float, _about: None) -> None:
        for agent in self._agents:
            if agent.is_noted:
                self._take_out(agent)
            self._rank(agent, agent.now.queues, agent.now.wider)
            self._serve(agent, at)

    # ---- contacts and agents

    def _is_there(self, agent: _Agent) -> None:
        agent.is_available = True
        self._present.append(agent)

    def _queue(self, line: _Line, came: float, at: float) -> _Contact:
        contact = _Contact(came, line, len(line.waiting))
        line.in_order.append(contact)
        line.waiting.append(contact)
        line.count()
        widens_after = line.queue.widens_after
        if widens_after is not None and came + widens_after > at:
            self._later(came + widens_after, self._widens, contact)
        return contact

    def _offer(self, contact: _Contact, at: float) -> None:
        """Give a contact to the nearest and best skilled free agent; of equals, to who took one longest ago."""
        free = contact.line.free
        for rank in sorted(free):
            if free[rank] and (rank[0] == 1 or _is_wide(contact, at)):
                agent = next(iter(free[rank]))
                self._take(agent, contact, at)
                self._note(agent)
                return

    def _note(self, agent: _Agent) -> None:
        """Keep in mind whether an agent is free, behind all others who are."""
        if agent.is_noted:
            self._take_out(agent)
        if agent.is_available and agent.load < agent.places:
            agent.is_noted = True
            for line, rank in agent.ranks:
                line.free.setdefault(rank, {})[agent] = None

    def _take_out(self, agent: _Agent) -> None:
        agent.is_noted = False
        for line, rank in agent.ranks:
            del line.free[rank][agent]

    def _serve(self, agent: _Agent, at: float) -> None:
        """Let an agent take those who have waited longest in their queues, as many as they have places for."""
        if agent.is_available:
            while agent.load < agent.places:
                contact = _longest_waiting(agent, at)
                if contact is None:
                    break
                self._take(agent, contact, at)
        self._note(agent)

    def _take(self, agent: _Agent, contact: _Contact, at: float) -> None:
        line, waited = contact.line, at - contact.came
        line.talks.append(agent)
        line.remove(contact)
        outcome = line.outcome
        outcome.answered += 1
        outcome.waited_seconds += waited
        outcome.in_time += waited <= line.queue.target_seconds
        agent.load += 1

    # ---- what is to come

    def _next_arrival(self, line: _Line, at: float) -> None:
        rate = line.queue.arrivals_per_second
        if rate > 0:
            self._later(at - log(1.0 - self._random_of_arrivals()) / rate, self._arrives, line)

    def _later(self, at: float, act: Callable[[float, _AboutT], None], about: _AboutT) -> None:
        """Let something happen, unless it does so after the end of the run."""
        if at <= self._seconds:
            self._count += 1
            heappush(self._known, (at, self._count, act, about))

    def _drawn(self, mean: float) -> float:
        """Return an exponentially distributed time."""
        return -log(1.0 - self._random()) * max(mean, 0.0)


def _line(queue: QueueNow) -> _Line:
    patience = queue.patience_seconds
    return _Line(
        queue,
        ends_per_second=1 / max(queue.handling_seconds, SHORTEST_SECONDS),
        leaves_per_second=0.0 if patience is None else 1 / max(patience, SHORTEST_SECONDS),
    )


def _taken(agents: list[_Agent], random: Callable[[], float]) -> _Agent:
    """Take any agent out of a list that has no order."""
    place = int(random() * len(agents))
    agents[place], agents[-1] = agents[-1], agents[place]
    return agents.pop()


def _longest_waiting(agent: _Agent, at: float) -> _Contact | None:
    """Return who has waited longest of those whom an agent may take."""
    found: _Contact | None = None
    for line, (circle, _level) in agent.ranks:
        first = line.first()
        if first is None or (circle == 2 and not _is_wide(first, at)):
            continue
        if found is None or first.came < found.came:
            found = first
    return found


def _is_wide(contact: _Contact, at: float) -> bool:
    """Whether a contact has waited so long that the wider circle is asked."""
    after = contact.line.queue.widens_after
    return after is not None and at - contact.came >= after - 1e-9
