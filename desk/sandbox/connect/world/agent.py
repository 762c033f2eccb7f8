"""An agent of the simulated centre: configuration, status, contacts and capacity."""

from dataclasses import dataclass, field
from datetime import datetime

from desk.sandbox.connect.world.directory import Profile
from desk.sandbox.connect.world.terms import RINGING, TALKING, AgentContactState, Channel


@dataclass(slots=True, kw_only=True)
class Assignment:
    """A contact assigned to an agent. It uses a slot until it is cleared."""

    contact_id: str
    channel: Channel
    state: AgentContactState
    since: datetime
    turn: int  # changes with every state, so that outdated timers are recognised
    queue_id: str | None = None
    connected_at: datetime | None = None
    leg_id: str = ''  # the agent's end of a call, also after the call has moved on

    @property
    def is_live(self) -> bool:
        """Whether the agent has the contact itself, not only its after-contact work or missed offer."""
        return self.state in RINGING or self.state in TALKING


@dataclass(slots=True, kw_only=True)
class Agent:
    """One user of the instance."""

    id: str
    profile: Profile
    queue_id: str
    status_id: str
    status_since: datetime
    next_status_id: str | None = None
    next_status_since: datetime | None = None
    idle_since: datetime
    assignments: dict[str, Assignment] = field(default_factory=dict)

    def active(self, channel: Channel) -> int:
        """Return the number of slots in use for the channel."""
        return sum(a.channel is channel for a in self.assignments.values())
