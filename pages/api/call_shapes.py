"""Request and response bodies of ``/calls``. Phone numbers are masked unless the reader is in contact with the customer."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from models import (
    Agent,
    Call,
    CallDirection,
    CallEnding,
    CallLeg,
    CallLegKind,
    CallMoment,
    CallMomentKind,
    Priority,
)
from pages.api.shapes import Text, shown_as
from pages.api.wrap_up_shapes import WrapUpItem
from services.aws.connect_api import QuickConnect, QuickConnectKind
from services.calls.calls import CallDetail
from services.calls.dial_rules import DialPurpose
from services.customers.personal_data import masked_phone
from services.history.filter import ContactState
from services.text.phone_numbers import MAX_CHARS

CALL = '0d8b1c6e-8f2a-4c1d-9b7e-5a4c3d2e1f00'
CONTACT = '6a2d1c52-7c1e-5e0b-8f0a-3b5f6a7c8d9e'
AGENT = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed'
CALL_EXAMPLE: dict[str, Any] = {
    'id': CALL,
    'version': 4,
    'contact_id': CONTACT,
    'direction': 'inbound',
    'status': 'closed',
    'ending': 'customer',
    'reason': 'CUSTOMER_DISCONNECT',
    'priority': 'medium',
    'department': '주문·배송',
    'queue_id': '3c9e1f1e-3c55-4c1d-9a53-0d2a4f1f3d77',
    'agent_id': AGENT,
    'customer_id': 'b2f1f5a0-7a55-4a63-8a4f-0b4e1f6c2d11',
    'phone': '010-****-5432',
    'start_time': '2026-11-02T01:30:00Z',
    'answered_at': '2026-11-02T01:30:21Z',
    'end_time': '2026-11-02T01:41:05Z',
    'recording_notice': '',
}
LEG_EXAMPLE: dict[str, Any] = {
    'contact_id': CONTACT,
    'kind': 'inbound',
    'agent_id': AGENT,
    'queue_id': CALL_EXAMPLE['queue_id'],
    'started_at': '2026-11-02T01:30:00Z',
    'queued_at': '2026-11-02T01:30:00Z',
    'answered_at': '2026-11-02T01:30:21Z',
    'ended_at': '2026-11-02T01:41:05Z',
    'hold_seconds': 42,
    'reason': 'CUSTOMER_DISCONNECT',
    'recording': 'bucket/CallRecordings/2026/11/02/6a2d1c52.wav',
    'is_path': True,
}
MOMENT_EXAMPLE: dict[str, Any] = {
    'contact_id': CONTACT,
    'agent_id': AGENT,
    'kind': 'on_hold',
    'at': '2026-11-02T01:33:10Z',
}
DIAL_EXAMPLE: dict[str, Any] = {'id': CALL, 'phone': '010-9876-5432'}
ATTRIBUTES_EXAMPLE: dict[str, Any] = {'attributes': {'order_number': 'A-1024', 'language': 'ko'}}


class CallItem(BaseModel):
    """One call. ``contact_id`` is Connect's id of its first contact: empty while the desk is still dialling."""

    model_config = shown_as(CALL_EXAMPLE)

    id: UUID
    version: int
    contact_id: str | None
    direction: CallDirection
    status: ContactState
    ending: CallEnding | None
    reason: str
    priority: Priority
    department: str
    queue_id: UUID | None
    agent_id: UUID | None
    customer_id: UUID | None
    phone: str
    start_time: datetime
    answered_at: datetime | None
    end_time: datetime | None
    recording_notice: str
    """What was said of the recording before the call; `yes` where its contact flow told only that it did."""

    @classmethod
    def of(cls, call: Call, reader: Agent, whole: frozenset[UUID]) -> Self:
        """Return a call for a reader; ``whole`` names the customers whose numbers the reader sees unmasked."""
        own = cls.model_fields.keys() - {'phone', 'status'}
        fields = {name: getattr(call, name) for name in own}
        return cls(**fields, status=status_of(call), phone=_phone(call, reader, whole))


class CallLegItem(BaseModel):
    """One Connect contact that is part of a call; ``is_path``: the customer was connected through it."""

    model_config = shown_as(LEG_EXAMPLE)

    contact_id: str
    kind: CallLegKind
    agent_id: UUID | None
    queue_id: UUID | None
    started_at: datetime | None
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    hold_seconds: int
    reason: str
    recording: str
    is_path: bool

    @classmethod
    def of(cls, leg: CallLeg, *, is_path: bool) -> Self:
        """Return a leg as the API shows it."""
        own = cls.model_fields.keys() - {'is_path'}
        return cls(**{name: getattr(leg, name) for name in own}, is_path=is_path)


class CallMomentItem(BaseModel):
    """The moment at which a leg's state changed for an agent: ringing, connected, on hold, ended."""

    model_config = shown_as(MOMENT_EXAMPLE)

    contact_id: str
    agent_id: UUID | None
    kind: CallMomentKind
    at: datetime

    @classmethod
    def of(cls, moment: CallMoment, contact_id: str) -> Self:
        """Return a moment as the API shows it."""
        own = cls.model_fields.keys() - {'contact_id'}
        return cls(**{name: getattr(moment, name) for name in own}, contact_id=contact_id)


class CallDetailItem(CallItem):
    """One call with its legs, the state changes of each leg, and its wrap-up."""

    model_config = shown_as(
        {**CALL_EXAMPLE, 'legs': [LEG_EXAMPLE], 'moments': [MOMENT_EXAMPLE], 'wrap_up': None}
    )

    legs: list[CallLegItem]
    moments: list[CallMomentItem]
    wrap_up: WrapUpItem | None

    @classmethod
    def whole(cls, detail: CallDetail, item: CallItem, wrap_up: WrapUpItem | None) -> Self:
        """Return a call with its legs, moments and wrap-up."""
        path = frozenset(detail.computed.leg_ids) if detail.computed else frozenset()
        contacts = {leg.id: leg.contact_id for leg in detail.legs}
        return cls(
            **item.model_dump(),
            legs=[CallLegItem.of(leg, is_path=leg.id in path) for leg in detail.legs],
            moments=[CallMomentItem.of(one, contacts[one.leg_id]) for one in detail.moments],
            wrap_up=wrap_up,
        )


class CallPage(BaseModel):
    """A page of calls, newest first; ``next`` is the cursor of the next page, null on the last."""

    model_config = shown_as({'items': [CALL_EXAMPLE], 'next': None})

    items: list[CallItem]
    next: str | None


class Dial(BaseModel):
    """A call to make: to a number, or to the first number of a customer on record. The caller makes the ``id``.

    The same ``id`` again is the same call: nobody is called twice.
    """

    model_config = shown_as(DIAL_EXAMPLE)

    id: UUID
    phone: Annotated[Text, Field(max_length=MAX_CHARS)] | None = None
    customer_id: UUID | None = None
    purpose: DialPurpose = DialPurpose.SERVICE

    @model_validator(mode='after')
    def one_of_both(self) -> Self:
        """Refuse a body with both a number and a customer, or with neither."""
        if (self.phone is None) is (self.customer_id is None):
            raise ValueError('either phone or customer_id')
        return self


class Transfer(BaseModel):
    """The target of a transfer: exactly one of an agent, a queue of the desk, a number, or a quick connect of Connect's."""

    model_config = shown_as({'agent_id': AGENT})

    agent_id: UUID | None = None
    queue_id: UUID | None = None
    phone: Annotated[Text, Field(max_length=MAX_CHARS)] | None = None
    quick_connect_id: Annotated[Text, Field(max_length=256)] | None = None

    @model_validator(mode='after')
    def one_place(self) -> Self:
        """Refuse a body with no target or with several."""
        given = (self.agent_id, self.queue_id, self.phone, self.quick_connect_id)
        if sum(one is not None for one in given) != 1:
            raise ValueError('exactly one place')
        return self


class TransferAsked(BaseModel):
    """The softphone of the call's agent was asked to transfer; the outcome shows at the call."""

    model_config = shown_as({'command_id': CALL, 'asked_at': '2026-11-02T01:40:00Z'})

    command_id: UUID
    asked_at: datetime


class Attributes(BaseModel):
    """Attributes of a call. Names are letters, digits, ``-`` and ``_``; all of them take at most 32,768 bytes."""

    model_config = shown_as(ATTRIBUTES_EXAMPLE)

    attributes: Annotated[
        dict[Annotated[Text, Field(max_length=256)], Annotated[Text, Field(max_length=4_096)]],
        Field(max_length=100),
    ]


class Monitor(BaseModel):
    """A request to listen: with ``may_barge`` the supervisor may speak as well. The same ``id`` again is the same leg."""

    model_config = shown_as({'id': CALL, 'may_barge': False})

    id: UUID
    may_barge: bool = False


class Monitored(BaseModel):
    """The contact that rings in the supervisor's own softphone."""

    model_config = shown_as({'contact_id': CONTACT})

    contact_id: str


class QuickConnectItem(BaseModel):
    """A target that calls can be transferred to."""

    id: str
    name: str
    kind: QuickConnectKind

    @classmethod
    def of(cls, one: QuickConnect) -> Self:
        """Return a quick connect as the API shows it."""
        return cls(id=one.id, name=one.name, kind=one.kind)


class QuickConnects(BaseModel):
    """The quick connects of the Connect instance."""

    model_config = shown_as(
        {'items': [{'id': CONTACT, 'name': '택배사 고객센터', 'kind': 'PHONE_NUMBER'}]}
    )

    items: list[QuickConnectItem]


def status_of(call: Call) -> ContactState:
    """Return a call's state, in the terms that the history uses."""
    if call.ending is CallEnding.ABANDONED:
        return ContactState.ABANDONED
    if call.end_time is not None:
        return ContactState.CLOSED
    return ContactState.ACTIVE if call.is_answered else ContactState.WAITING


def _phone(call: Call, reader: Agent, whole: frozenset[UUID]) -> str:
    if call.customer_id is not None:
        is_shown = call.customer_id in whole
    else:
        is_shown = call.end_time is None and call.agent_id == reader.id
    return call.phone if is_shown else masked_phone(call.phone)
