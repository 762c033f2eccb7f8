"""The routing decision: a pure function of its recorded input, so that any day can be replayed.

Candidates are ordered by: fewest refusals of this contact, nearer circle, higher skill level, lower
load relative to capacity, longest idle time, and last the smaller id. The first of these in which
the winner differs from the next best is the deciding rule.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

RULE_VERSION = 1
"""Raised with every change of ``decide``: a replay skips decisions made by other versions."""


class Rule(StrEnum):
    """The rule that decided between the candidates."""

    RETURNING = 'returning'
    """The customer talked with this agent within a day."""
    ONLY_ONE = 'only_one'
    NOT_REFUSED = 'not_refused'
    CIRCLE = 'circle'
    LEVEL = 'level'
    LOAD = 'load'
    IDLE = 'idle'
    ID = 'id'
    BY_HAND = 'by_hand'
    """A supervisor assigned it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent with a free place who may serve the contact's queue."""

    agent_id: UUID
    circle: int
    """1 for the queue's own agents, 2 for those who are included after a time."""
    level: int
    load: int
    """Places in use: current chats, unfinished 후처리, ringing offers."""
    capacity: int
    idle_seconds: float
    refusals: int = 0
    """How often the agent refused or missed this contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The input of a decision."""

    contact_id: UUID
    queue_id: UUID
    waited_seconds: float
    circle: int
    """The widest circle included by now."""
    returning_agent_id: UUID | None
    """The agent who talked with the customer within a day, while the contact still waits for them."""
    candidates: tuple[Candidate, ...]

    def recorded(self) -> dict[str, Any]:
        """Return the input as JSON values."""
        values = asdict(self)
        values['candidates'] = [_flat(asdict(one)) for one in self.candidates]
        return _flat(values)

    @classmethod
    def of(cls, recorded: dict[str, Any]) -> 'Situation':
        """Return the input from JSON values."""
        candidates = tuple(
            Candidate(**(one | {'agent_id': UUID(one['agent_id'])}))
            for one in recorded['candidates']
        )
        returning = recorded['returning_agent_id']
        return cls(
            contact_id=UUID(recorded['contact_id']),
            queue_id=UUID(recorded['queue_id']),
            waited_seconds=recorded['waited_seconds'],
            circle=recorded['circle'],
            returning_agent_id=UUID(returning) if returning else None,
            candidates=candidates,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """The agent to offer the contact to, and the deciding rule."""

    agent_id: UUID
    rule: Rule


def decide(situation: Situation) -> Decision | None:
    """Return the agent to offer the contact to; ``None`` when no candidate may have it yet."""
    if situation.returning_agent_id is not None:
        return _returning(situation, situation.returning_agent_id)
    asked = [one for one in situation.candidates if one.circle <= situation.circle]
    if not asked:
        return None
    best, *others = sorted(asked, key=_order)
    return Decision(best.agent_id, _rule(best, others[0]) if others else Rule.ONLY_ONE)


def _returning(situation: Situation, agent_id: UUID) -> Decision | None:
    """Return the agent whom the customer talked with, and for whom the contact still waits."""
    known = (one for one in situation.candidates if one.agent_id == agent_id and not one.refusals)
    return Decision(agent_id, Rule.RETURNING) if next(known, None) else None


def _order(one: Candidate) -> tuple[int, int, int, float, float, int]:
    return (
        one.refusals,
        one.circle,
        -one.level,
        one.load / one.capacity,
        -one.idle_seconds,
        one.agent_id.int,
    )


def _rule(best: Candidate, second: Candidate) -> Rule:
    rules = (Rule.NOT_REFUSED, Rule.CIRCLE, Rule.LEVEL, Rule.LOAD, Rule.IDLE, Rule.ID)
    pairs = zip(rules, _order(best), _order(second), strict=True)
    return next(rule for rule, mine, theirs in pairs if mine != theirs)


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(one) if isinstance(one, UUID) else one for name, one in values.items()}
