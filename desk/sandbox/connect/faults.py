"""Simulated faults: one object for every side of the simulator (``Centre.faults``).

Code that answers requests asks first: the AWS side ``due('connect.StopContact')``, the softphone
side ``due('softphone.acceptContact')`` and ``has(Trouble.DEAD_POLL, 'agent1')``. Code with open
sockets adds a function to ``cutters``; code that lets requests wait adds one to ``listeners`` and
asks again when it is called. The publisher reads ``events``. A script changes all this at its times
on the simulator's clock.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ANY = '*'

Share = Annotated[float, Field(ge=0, le=1)]


class Trouble(StrEnum):
    """A fault of an agent's softphone."""

    SIGNED_OUT = 'signed_out'  # the session is over: requests are answered as unauthenticated
    DENIED = 'denied'  # signed in, but not allowed to use a softphone
    DEAD_POLL = 'dead_poll'  # GetAgentSnapshot is accepted and never answered
    NO_SOCKET = 'no_socket'  # WebSockets are refused
    # Tokens last for minutes: the library renews them, or is signed out.
    SHORT_TOKEN = 'short_token'  # noqa: S105 - the name of a fault
    NO_AUDIO = 'no_audio'  # calls connect, and their sound does not


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra='forbid')


class ErrorFault(_Part):
    """An error that an operation answers with, a number of times or always."""

    operation: str = Field(
        description='``service.Operation`` as in AWS, ``softphone.operation``, or ``*``',
        examples=['connect.StopContact', 'softphone.acceptContact', ANY],
    )
    error: str = Field(
        min_length=1, examples=['InternalServiceException', 'ContactNotFoundException']
    )
    times: int | None = Field(default=1, ge=1, description='how often; null is always')
    message: str = 'A fault on purpose'


class EventFaults(_Part):
    """The shares of all events that are lost, late, or repeated."""

    lost: Share = 0
    late: Share = 0
    repeated: Share = 0
    late_seconds: float = Field(default=1, ge=0, description='on the sandbox clock')


class SoftphoneFault(_Part):
    """The faults of one agent's softphone, or of all."""

    trouble: Trouble
    username: str = ANY


class FaultPlan(_Part):
    """All faults at one time."""

    latency_seconds: float = Field(default=0, ge=0, le=120, description='before every answer')
    throttling: bool = Field(default=False, description='every request is one too many')
    errors: tuple[ErrorFault, ...] = ()
    events: EventFaults = EventFaults()
    softphones: tuple[SoftphoneFault, ...] = ()


class FaultChange(_Part):
    """A change of faults; fields that are not set stay."""

    latency_seconds: float | None = Field(default=None, ge=0, le=120)
    throttling: bool | None = None
    errors: tuple[ErrorFault, ...] | None = None
    events: EventFaults | None = None
    softphones: tuple[SoftphoneFault, ...] | None = None
    cut_sockets: bool = Field(default=False, description='cut every WebSocket once')


class FaultStep(_Part):
    """One line of a script."""

    after_seconds: float = Field(ge=0, description='on the sandbox clock, from the script on')
    change: FaultChange


AS_IN_AWS = EventFaults(late=0.1, repeated=0.03)
"""Connect guarantees neither order nor single delivery; the shares are assumed."""


class Faults:
    """The current faults, and the planned ones."""

    def __init__(self, now: Callable[[], datetime], *, events: EventFaults | None = None) -> None:
        self.cutters: list[Callable[[], None]] = []
        self.listeners: list[Callable[[], None]] = []
        self._now = now
        self._calm = FaultPlan(events=events or EventFaults())
        self._plan = self._calm
        self._script: list[tuple[datetime, FaultChange]] = []

    @property
    def plan(self) -> FaultPlan:
        """Return the current faults."""
        self.catch_up()
        return self._plan

    @property
    def is_orderly(self) -> bool:
        """Whether events are no more disorderly than the simulator was started with."""
        return self.events == self._calm.events

    @property
    def steps_left(self) -> int:
        """Return the number of script lines still to come."""
        self.catch_up()
        return len(self._script)

    @property
    def events(self) -> EventFaults:
        """Return the current faults of events."""
        return self.plan.events

    def change(self, change: FaultChange) -> None:
        """Change faults from now on."""
        self.catch_up()
        self._apply(change)

    def add(self, fault: ErrorFault) -> None:
        """Let an operation answer with an error, in place of an earlier one."""
        others = [other for other in self.plan.errors if other.operation != fault.operation]
        self._apply(FaultChange(errors=(*others, fault)))

    def play(self, steps: list[FaultStep]) -> None:
        """Follow a script from now on, in place of an earlier one."""
        now = self._now()
        self._script = sorted(
            ((now + timedelta(seconds=step.after_seconds), step.change) for step in steps),
            key=lambda line: line[0],
        )
        self.catch_up()

    def clear(self) -> None:
        """Clear all faults but those that the simulator was started with."""
        self._script = []
        self._become(self._calm)

    def catch_up(self) -> None:
        """Apply the script up to now."""
        while self._script and self._script[0][0] <= self._now():
            _, change = self._script.pop(0)
            self._apply(change)

    def cut_sockets(self) -> None:
        """Close every WebSocket, as a network failure does."""
        for cut in list(self.cutters):
            cut()

    def due(self, operation: str) -> ErrorFault | None:
        """Return the error that an operation answers with now, if any, and count it."""
        wanted = {operation, ANY}
        fault = next((each for each in self.plan.errors if each.operation in wanted), None)
        if fault is not None and fault.times is not None:
            less = fault.model_copy(update={'times': fault.times - 1})
            left = tuple(less if each is fault else each for each in self._plan.errors)
            self._become(
                self._plan.model_copy(update={'errors': tuple(e for e in left if e.times != 0)})
            )
        return fault

    def has(self, trouble: Trouble, username: str) -> bool:
        """Whether an agent's softphone has this fault now."""
        whose = {username, ANY}
        return any(
            each.trouble is trouble and each.username in whose for each in self.plan.softphones
        )

    def _apply(self, change: FaultChange) -> None:
        named = {
            name: value
            for name in FaultPlan.model_fields
            if (value := getattr(change, name)) is not None
        }
        self._become(self._plan.model_copy(update=named))
        if change.cut_sockets:
            self.cut_sockets()

    def _become(self, plan: FaultPlan) -> None:
        is_other = plan != self._plan
        self._plan = plan
        for hear in list(self.listeners) if is_other else ():
            hear()
