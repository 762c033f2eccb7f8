"""An agent's day: the states one after another, and the occupancy (점유율).

Pure: it reads nothing. Occupancy is the load ÷ the capacity over the time in 상담 가능, 상담 중 and 후처리; a call takes the
whole capacity, a chat above the capacity adds nothing, so that no occupancy is over 100 %.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from models import AgentStatus, Channel
from services.floor.ledger import Fact, FloorContact, Ledger

PRESENT = frozenset({AgentStatus.AVAILABLE, AgentStatus.BUSY, AgentStatus.AFTER_CONTACT})
"""The states whose time counts for the occupancy."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One state of an agent, from a time until another."""

    status: AgentStatus
    begin: datetime
    end: datetime
    reason_id: UUID | None = None
    """Of 이석."""

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return (self.end - self.begin).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDay:
    """One agent's day, as far as it has gone."""

    agent_id: UUID
    name: str
    department: str
    stretches: Sequence[Stretch]
    """Without gaps, from the day's beginning."""
    occupancy: float | None
    """In percent; ``None`` when the agent was never there for contacts."""
    plan: Sequence[tuple[str, datetime, datetime]] = ()
    """The parts of the day's shifts: the activity, from and until."""
    planned_seconds: float = 0.0
    """Planned time, as far as the day has gone."""
    adherence: float | None = None
    """The 준수율 in percent; ``None`` without a shift."""

    def seconds_in(self, status: AgentStatus) -> float:
        """Return how long the agent was in a state."""
        return sum(one.seconds for one in self.stretches if one.status is status)


Moment = tuple[datetime, AgentStatus, UUID | None]
Loads = Sequence[tuple[datetime, float]]
"""The load from each time on, as a share of the capacity, in order of time."""


def stretches(begin: datetime, until: datetime, changes: Iterable[Moment]) -> list[Stretch]:
    """Return the states between two times; ``changes`` are in order, with the last one before ``begin``."""
    now: tuple[AgentStatus, UUID | None] = AgentStatus.OFFLINE, None
    since = begin
    found: list[Stretch] = []
    for at, status, reason_id in changes:
        moment = min(max(at, begin), until)
        becomes = status, reason_id if status is AgentStatus.AWAY else None
        if becomes == now:
            continue
        if moment > since:
            found.append(Stretch(now[0], since, moment, now[1]))
        now, since = becomes, moment
    if until > since:
        found.append(Stretch(now[0], since, until, now[1]))
    return found


def loads_of(
    ledger: Ledger, facts: Sequence[Fact], capacities: Mapping[UUID, int]
) -> dict[UUID, list[tuple[datetime, float]]]:
    """Apply steps to an empty ledger and return each agent's load over time."""
    found: dict[UUID, list[tuple[datetime, float]]] = defaultdict(list)
    holders: dict[UUID, UUID | None] = {}
    for fact in facts:
        ledger.apply([fact])
        contact = ledger.contact(fact.contact_id)
        before = holders.get(contact.id)
        holders[contact.id] = contact.takes_place_of
        for agent_id in {before, contact.takes_place_of} - {None}:
            if agent_id is not None:
                load = _share(ledger.in_hand(agent_id).values(), capacities.get(agent_id, 1))
                found[agent_id].append((fact.at, load))
    return {agent_id: sorted(loads, key=lambda one: one[0]) for agent_id, loads in found.items()}


def occupancy(found: Sequence[Stretch], loads: Loads) -> float | None:
    """Return the occupancy in percent; ``None`` without any time that counts."""
    present = [one for one in found if one.status in PRESENT]
    whole = sum(one.seconds for one in present)
    if not whole:
        return None
    ends = [at for at, _load in loads[1:]]
    used = timedelta()
    for number, (at, load) in enumerate(loads):
        until = ends[number] if number < len(ends) else present[-1].end
        for one in present:
            used += load * max(timedelta(), min(until, one.end) - max(at, one.begin))
    return min(100.0, 100 * used.total_seconds() / whole)


def _share(contacts: Iterable[FloorContact], capacity: int) -> float:
    places = sum(capacity if one.channel is Channel.CALL else 1 for one in contacts)
    return min(1.0, places / capacity)
