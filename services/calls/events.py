"""What happens to calls, as it travels to screens; and what an agent's softphone is asked to do."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from typing_extensions import override

from desk.events import Event
from models import Call, CallDirection, CallEnding


def call_topic(call_id: UUID) -> str:
    """Name the topic of everything about one call."""
    return f'call:{call_id}'


def calls_of_topic(agent_id: UUID) -> str:
    """Name the topic of every call that an agent has, or had until now."""
    return f'calls-of:{agent_id}'


def department_calls_topic(department: str) -> str:
    """Name the topic of every call of a department."""
    return f'calls-in:{department}'


EVERY_CALL = 'every-call'
"""The topic of all calls, for those who look beyond departments."""


def softphone_topic(agent_id: UUID) -> str:
    """Name the topic of what an agent's open softphone is asked to do."""
    return f'softphone:{agent_id}'


class CallChanged(Event):
    """A call began, moved, or is over. What it is now is in it; an older ``version`` changes nothing."""

    call_id: UUID
    version: int
    contact_id: str | None
    direction: CallDirection
    customer_id: UUID | None
    agent_id: UUID | None
    former_agent_id: UUID | None
    """Who had it before this change."""
    department: str
    queue_id: UUID | None
    start_time: datetime
    answered_at: datetime | None
    end_time: datetime | None
    ending: CallEnding | None

    @classmethod
    def of(cls, call: Call, *, former_agent_id: UUID | None = None) -> 'CallChanged':
        """Return the event that a call is as it stands."""
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
    """What only a softphone can do."""

    TRANSFER = 'transfer'
    """Hand the open call to ``target`` at once, without asking first."""


class TargetKind(StrEnum):
    """What a call is transferred to, in Connect's own ids."""

    USER = 'user'
    QUEUE = 'queue'
    PHONE = 'phone'
    """E.164."""
    QUICK_CONNECT = 'quick_connect'


class SoftphoneAsked(Event):
    """An agent's softphone is asked to do something with the call that it has open.

    Of an agent's pages the one that owns the softphone does it, once for each ``command_id``. What came of it is told by
    Connect, as the call's next change; there is no other answer.
    """

    command_id: UUID
    agent_id: UUID
    call_id: UUID
    contact_id: str
    """The contact that the agent's softphone has: the call's leg that they talk in."""
    act: SoftphoneAct
    target_kind: TargetKind
    target: str
    asked_at: datetime

    @override
    def topics(self) -> tuple[str, ...]:
        return (softphone_topic(self.agent_id),)
