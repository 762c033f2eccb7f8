"""Events about calls for screens, and requests to agents' softphones."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from typing_extensions import override

from desk.events import Event
from models import Call, CallDirection, CallEnding


def call_topic(call_id: UUID) -> str:
    """Return the topic of one call."""
    return f'call:{call_id}'


def calls_of_topic(agent_id: UUID) -> str:
    """Return the topic of the calls that an agent has, or had until now."""
    return f'calls-of:{agent_id}'


def department_calls_topic(department: str) -> str:
    """Return the topic of a department's calls."""
    return f'calls-in:{department}'


EVERY_CALL = 'every-call'
"""The topic of all calls, for readers of all departments."""


def softphone_topic(agent_id: UUID) -> str:
    """Return the topic of requests to an agent's open softphone."""
    return f'softphone:{agent_id}'


class CallChanged(Event):
    """A call began, changed, or ended.

    It holds the current values; an older ``version`` changes nothing.
    """

    call_id: UUID
    version: int
    contact_id: str | None
    direction: CallDirection
    customer_id: UUID | None
    agent_id: UUID | None
    former_agent_id: UUID | None
    """The agent before this change."""
    department: str
    queue_id: UUID | None
    start_time: datetime
    answered_at: datetime | None
    end_time: datetime | None
    ending: CallEnding | None

    @classmethod
    def of(cls, call: Call, *, former_agent_id: UUID | None = None) -> 'CallChanged':
        """Return the event for a call's current state."""
        fields = cls.model_fields.keys() - {'call_id', 'former_agent_id'}
        return cls(
            call_id=call.id,
            former_agent_id=former_agent_id,
            **{name: getattr(call, name) for name in fields},
        )

    @override
    def topics(self) -> tuple[str, ...]:
        holders = {self.agent_id, self.former_agent_id} - {None}
        return (
            call_topic(self.call_id),
            *(calls_of_topic(one) for one in holders if one),
            department_calls_topic(self.department),
            EVERY_CALL,
        )


class SoftphoneAct(StrEnum):
    """Actions that only a softphone can do."""

    TRANSFER = 'transfer'
    """Transfer the open call to ``target`` at once, without a consult."""
    HANG_UP = 'hang_up'
    """End the call; there is no target."""


class TargetKind(StrEnum):
    """The kinds of transfer targets, given by Connect's own ids."""

    USER = 'user'
    QUEUE = 'queue'
    PHONE = 'phone'
    """E.164."""
    QUICK_CONNECT = 'quick_connect'


class SoftphoneAsked(Event):
    """A request to an agent's softphone to act on its open call.

    The agent's page that owns the softphone carries it out, once for each ``command_id``. Connect
    reports the result as the call's next change; there is no other answer.
    """

    command_id: UUID
    agent_id: UUID
    call_id: UUID
    contact_id: str
    """The agent's contact: the leg of the call in which they talk."""
    act: SoftphoneAct
    target_kind: TargetKind
    target: str
    asked_at: datetime

    @override
    def topics(self) -> tuple[str, ...]:
        return (softphone_topic(self.agent_id),)
