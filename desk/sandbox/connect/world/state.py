"""The complete state of the simulated centre, as plain data that fits into a file."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.directory import (
    AgentStatus,
    Flow,
    Instance,
    Queue,
    QuickConnect,
    RoutingProfile,
)
from desk.sandbox.connect.world.room import Attachment, Connection, Room
from desk.sandbox.connect.world.terms import QUOTAS, Channel


class Due(StrEnum):
    """The kinds of timers."""

    ACCEPT = 'accept'  # the agent accepts automatically
    MISS = 'miss'
    ANSWER = 'answer'  # the called party answers
    GIVE_UP = 'give up'  # the called party does not answer
    CLEAR = 'clear'  # after-contact work ends
    BEGIN = 'begin'  # a scheduled contact begins
    CONSIDER = 'consider'  # a queue's delay has passed
    EXPIRE = 'expire'  # a chat has reached its maximum age, or nobody joined
    LEAVE = 'leave'  # a custom participant never joined


@dataclass(slots=True, kw_only=True, order=True)
class Timer:
    """A timer, which is ignored when its subject has changed meanwhile."""

    at: datetime
    number: int
    due: Due = field(compare=False)
    subject_id: str = field(compare=False)
    agent_id: str = field(default='', compare=False)
    turn: int = field(default=0, compare=False)
    detail: str = field(default='', compare=False)


@dataclass(slots=True, kw_only=True)
class Dialling:
    """The behaviour of called numbers."""

    answer_seconds: int = 3
    silent_numbers: list[str] = field(default_factory=list)  # never answered
    forbidden_numbers: list[str] = field(default_factory=list)  # must not be called
    countries: tuple[str, ...] = ('+82', '+1', '+81')


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """The answer for a ``ClientToken``, returned for a repeated request."""

    asked: str
    answer: dict[str, Any]
    until: datetime


@dataclass(slots=True, kw_only=True)
class State:
    """The whole centre."""

    instance: Instance
    now: datetime
    numbers: int = 0
    seed: int = 0
    statuses: dict[str, AgentStatus] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    profiles: dict[str, RoutingProfile] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    quick_connects: dict[str, QuickConnect] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    participant_tokens: dict[str, tuple[str, str]] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    answers: dict[str, KeptAnswer] = field(default_factory=dict)  # by operation and token
    timers: list[Timer] = field(default_factory=list)
    going: dict[Channel, int] = field(default_factory=dict)  # the number of open contacts
    quotas: dict[Channel, int] = field(default_factory=lambda: dict(QUOTAS))
    dialling: Dialling = field(default_factory=Dialling)


_STATE: TypeAdapter[State] = TypeAdapter(State)


def dumped(state: State) -> bytes:
    """Return the centre as JSON; for repeated use see ``snapshots``."""
    return _STATE.dump_json(state)


def loaded(content: bytes) -> State:
    """Return the centre that ``dumped`` wrote.

    Raises:
        ValueError: the content is not a centre.
    """
    return _STATE.validate_json(content)
