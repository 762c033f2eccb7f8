"""The softphone's state as the browser sends it: whole each time, and validated, since a browser can send anything.

Times are milliseconds of the browser's clock; ``PhoneView.moment`` converts them to the desk's.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=256)]
Millis = Annotated[int, Field(ge=0, lt=1 << 53)]
RING_SECONDS = 20
"""How long Connect offers a call before it counts as missed (about 20 s)."""


class Link(StrEnum):
    """Whether the softphone is connected."""

    NONE = 'none'
    """No state was received yet."""
    ABSENT = 'absent'
    """The page is not inside the softphone's window."""
    STARTING = 'starting'
    READY = 'ready'
    SILENT = 'silent'
    """It was connected, and no longer answers."""
    UNREACHABLE = 'unreachable'
    SIGNED_OUT = 'signed_out'
    DENIED = 'denied'
    MISMATCH = 'mismatch'
    """Another person is signed in at Connect."""


class Phase(StrEnum):
    """The phase of a call, for its agent."""

    NONE = 'none'
    RINGING = 'ringing'
    DIALLING = 'dialling'
    TALKING = 'talking'
    HELD = 'held'
    WRAP_UP = 'wrap_up'
    FAILED = 'failed'
    """Missed, rejected or not reached; it stays until it is cleared."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class AgentState(_Shape):
    """One of Connect's agent statuses."""

    name: Text
    type: Text


class ConnectAgent(AgentState):
    """The agent as Connect sees them."""

    since: Millis | None = None
    next: AgentState | None = None
    chosen: Text = ''
    states: Annotated[list[AgentState], Field(max_length=100)] = []
    on_desk_phone: bool = Field(default=False, alias='onDeskPhone')

    @property
    def wanted(self) -> AgentState | None:
        """Return the chosen status: the next one if there is one, else the current one."""
        if self.next is not None:
            return self.next
        return next((one for one in self.states if one.name == self.chosen), None)


class Leg(_Shape):
    """One party of a call (Connect: connection)."""

    id: Text
    kind: Literal['agent', 'customer', 'third']
    state: Text
    since: Millis | None = None
    number: Text = ''
    name: Text = ''
    muted: bool = False

    @property
    def is_held(self) -> bool:
        """Return whether the party is on hold."""
        return self.state == 'hold'

    @property
    def is_there(self) -> bool:
        """Return whether the party is in the call: connected, on hold, or being called."""
        return self.state in {'connected', 'hold', 'connecting', 'incoming', 'pending'}


class Call(_Shape):
    """One call of the agent's."""

    id: Text
    kind: Text
    state: Text
    since: Millis | None = None
    inbound: bool = True
    rings: bool = False
    number: Text = ''
    queue: Text = ''
    attributes: Annotated[dict[Text, Annotated[str, Field(max_length=33_000)]], Field(max_length=100)] = {}  # fmt: skip
    legs: Annotated[list[Leg], Field(max_length=20)] = []

    @cached_property
    def phase(self) -> Phase:
        """Return the call's phase."""
        if self.rings:
            return Phase.RINGING
        if self.state == 'ended':
            return Phase.WRAP_UP
        if self.state in {'error', 'missed', 'rejected'}:
            return Phase.FAILED
        if self.state != 'connected':
            return Phase.DIALLING
        others = self.others
        return Phase.HELD if others and all(leg.is_held for leg in others) else Phase.TALKING

    @cached_property
    def customer(self) -> Leg | None:
        """Return the leg that the call began with."""
        return next((leg for leg in self.legs if leg.kind == 'customer'), None)

    @cached_property
    def others(self) -> list[Leg]:
        """Return all other parties in the call."""
        return [leg for leg in self.legs if leg.kind != 'agent' and leg.is_there]

    @property
    def talking_to(self) -> Leg | None:
        """Return the party that the agent is connected to; digits are sent there."""
        return next((leg for leg in self.others if leg.state == 'connected'), None)

    @property
    def has_third(self) -> bool:
        """Return whether two other parties are in the call, so that the agent can leave."""
        return len(self.others) > 1

    @property
    def is_conference(self) -> bool:
        """Return whether all parties hear each other."""
        return self.has_third and all(leg.state == 'connected' for leg in self.others)


class Proof(_Shape):
    """The last check of whether the window can ring and the agent be heard."""

    microphone: Text
    answers: bool = True
    """Whether Connect answered the check."""
    throttled: bool
    at: Millis


class PhoneState(_Shape):
    """The whole state of the softphone."""

    link: Link = Link.NONE
    at: Millis = 0
    agent: ConnectAgent | None = None
    calls: Annotated[list[Call], Field(max_length=10)] = []
    muted: bool = False
    trouble: Text = ''
    slow: int = 0
    owner: bool = True
    took_over: bool = False
    tabs: int = 1
    interrupted: Text | None = None
    recovery: Literal['', 'going', 'failed'] = ''
    """Whether a call is being transferred to oneself (통화 복구), or did not come back."""
    proof: Proof | None = None

    @cached_property
    def call(self) -> Call | None:
        """Return the call that the bar shows: an open one before an ended one."""
        return min(self.calls, key=lambda call: call.phase in OVER, default=None)

    @property
    def phase(self) -> Phase:
        """Return the phase of the shown call."""
        return self.call.phase if self.call else Phase.NONE

    @property
    def is_ready(self) -> bool:
        """Return whether the softphone takes commands."""
        return self.link is Link.READY


OVER = frozenset({Phase.WRAP_UP, Phase.FAILED})


@dataclass(slots=True, kw_only=True)
class PhoneView:
    """The softphone as one page shows it: its last state, the pending command, and the difference of the clocks."""

    state: PhoneState
    pending: str = ''
    shift_millis: int = 0
    """The desk's clock minus the browser's, in milliseconds."""

    def moment(self, at: int | None) -> int | None:
        """Return a time of the browser's clock as one of the desk's, in milliseconds."""
        return None if at is None else at + self.shift_millis
