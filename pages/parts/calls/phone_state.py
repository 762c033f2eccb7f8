"""What the softphone says of itself, read from what the browser sends: the whole state at once, nothing of it trusted.

Moments are milliseconds of the browser's clock; ``PhoneState.moment`` makes the desk's out of them.
"""

from enum import StrEnum
from typing import Annotated, Literal

from nicegui import binding
from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=256)]
Millis = Annotated[int, Field(ge=0, lt=1 << 53)]
RING_SECONDS = 20
"""So long a call is offered before it is missed (Connect: about 20 s)."""


class Link(StrEnum):
    """How far the softphone is."""

    NONE = 'none'
    """Nothing was heard of it yet."""
    ABSENT = 'absent'
    """This page stands in no window that has one."""
    STARTING = 'starting'
    READY = 'ready'
    SILENT = 'silent'
    """It was there, and answers no more."""
    UNREACHABLE = 'unreachable'
    SIGNED_OUT = 'signed_out'
    DENIED = 'denied'
    MISMATCH = 'mismatch'
    """Somebody else is signed in at Connect."""


class Phase(StrEnum):
    """What a call is to its agent."""

    NONE = 'none'
    RINGING = 'ringing'
    DIALLING = 'dialling'
    TALKING = 'talking'
    HELD = 'held'
    WRAP_UP = 'wrap_up'
    FAILED = 'failed'
    """Missed, rejected, or nobody was reached: it stands there until it is cleared."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class AgentState(_Shape):
    """One of Connect's statuses."""

    name: Text
    type: Text


class ConnectAgent(AgentState):
    """What the agent is at Connect."""

    since: Millis | None = None
    next: AgentState | None = None
    chosen: Text = ''
    states: Annotated[list[AgentState], Field(max_length=100)] = []
    on_desk_phone: bool = Field(default=False, alias='onDeskPhone')

    @property
    def wanted(self) -> AgentState | None:
        """Return the status that was chosen, or the next one if that was."""
        if self.next is not None:
            return self.next
        return next((one for one in self.states if one.name == self.chosen), None)


class Leg(_Shape):
    """One end of a call."""

    id: Text
    kind: Literal['agent', 'customer', 'third']
    state: Text
    since: Millis | None = None
    number: Text = ''
    name: Text = ''
    muted: bool = False

    @property
    def is_held(self) -> bool:
        """Whether they wait."""
        return self.state == 'hold'

    @property
    def is_there(self) -> bool:
        """Whether they are in the call: talking, waiting, or being called."""
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

    @property
    def phase(self) -> Phase:
        """Return what the call is to its agent."""
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

    @property
    def customer(self) -> Leg | None:
        """Return the end that the call began with."""
        return next((leg for leg in self.legs if leg.kind == 'customer'), None)

    @property
    def others(self) -> list[Leg]:
        """Return everybody else who is in the call."""
        return [leg for leg in self.legs if leg.kind != 'agent' and leg.is_there]

    @property
    def talking_to(self) -> Leg | None:
        """Return whom the agent talks to; digits go there."""
        return next((leg for leg in self.others if leg.state == 'connected'), None)

    @property
    def has_third(self) -> bool:
        """Whether two others are in the call, so that the agent can leave them to each other."""
        return len(self.others) > 1

    @property
    def is_conference(self) -> bool:
        """Whether all talk to all."""
        return self.has_third and all(leg.state == 'connected' for leg in self.others)


class Proof(_Shape):
    """Whether the window can ring and be spoken through, as it was looked at last."""

    microphone: Text
    answers: bool = True
    """Whether Connect answered when it was asked."""
    throttled: bool
    at: Millis


class PhoneState(_Shape):
    """All of it."""

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
    proof: Proof | None = None

    @property
    def call(self) -> Call | None:
        """Return the call that the bar is about: one that lives before one that is over."""
        return min(self.calls, key=lambda call: call.phase in OVER, default=None)

    @property
    def phase(self) -> Phase:
        """Return what that call is."""
        return self.call.phase if self.call else Phase.NONE

    @property
    def is_ready(self) -> bool:
        """Whether commands are taken."""
        return self.link is Link.READY


OVER = frozenset({Phase.WRAP_UP, Phase.FAILED})


@binding.bindable_dataclass
class PhoneView:
    """The softphone as one page shows it: its last state, the command that waits for an answer, and the clocks' shift."""

    state: PhoneState
    pending: str = ''
    shift_millis: int = 0
    """What the desk's clock is ahead of the browser's."""

    def moment(self, at: int | None) -> int | None:
        """Return a moment of the browser's clock as one of the desk's, in milliseconds."""
        return None if at is None else at + self.shift_millis
