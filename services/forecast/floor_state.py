"""The floor as it is now, what the day has shown of it, and what a supervisor considers. Times are seconds."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

HANDLING_SECONDS = 300.0
"""Where the day has shown nothing yet."""


class Frozen(BaseModel):
    """A value that travels between the processes as JSON."""

    model_config = ConfigDict(frozen=True, extra='forbid')


class QueueNow(Frozen):
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


class AgentNow(Frozen):
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


class FloorNow(Frozen):
    """The whole floor."""

    queues: tuple[QueueNow, ...]
    agents: tuple[AgentNow, ...]
    breaks_per_second: float = 0.0
    """How often one agent who is available goes on a break."""
    break_seconds: float = 600.0


class Change(Frozen):
    """What a supervisor considers; empty for leaving all as it is."""

    moved: Mapping[str, frozenset[str]] = {}
    """The queues that agents serve first for that time, by agent."""
    wider: Mapping[str, frozenset[str]] = {}
    """The queues that ask them too in that time, by agent who is moved."""
    holds_breaks: bool = False
    """Whether nobody goes on a break for that time."""
    seconds: float = 0.0
    """For how long."""
