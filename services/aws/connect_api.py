"""The port to Amazon Connect: all calls that the desk makes. ``connect_gateway`` implements it on AWS.

No Connect API accepts, holds, mutes or transfers a call: only the softphone in the agent's page
can.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.aws.facts import ContactFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectSettings:
    """One Connect instance, and how it makes outbound calls. Names are the guide's."""

    instance_id: str
    contact_flow_id: str
    source_phone_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectUser:
    """A user of the Connect instance."""

    id: str
    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectQueue:
    """A queue of the instance."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectStatus:
    """An agent status of the instance; ``kind`` is ROUTABLE, CUSTOM or OFFLINE."""

    id: str
    name: str
    kind: str


class QuickConnectKind(StrEnum):
    """The target of a quick connect."""

    USER = 'USER'
    QUEUE = 'QUEUE'
    PHONE_NUMBER = 'PHONE_NUMBER'
    FLOW = 'FLOW'


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickConnect:
    """A target that a call can be transferred to."""

    id: str
    name: str
    kind: QuickConnectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNow:
    """The current figures of a queue, as Connect counts them. Ages are in seconds."""

    queue_id: str
    at: datetime
    counts: Mapping[str, float] = field(default_factory=dict)
    """By the names of ``METRICS``; a figure that Connect left out is missing."""


METRICS = {
    'CONTACTS_IN_QUEUE': 'COUNT',
    'OLDEST_CONTACT_AGE': 'SECONDS',
    'AGENTS_ONLINE': 'COUNT',
    'AGENTS_AVAILABLE': 'COUNT',
    'AGENTS_ON_CALL': 'COUNT',
    'AGENTS_AFTER_CONTACT_WORK': 'COUNT',
    'AGENTS_NON_PRODUCTIVE': 'COUNT',
}
"""The figures requested for every queue, with their units."""


class ConnectApi(Protocol):
    """Amazon Connect, as far as a server can control it.

    Every method raises ``UpstreamError`` while Connect cannot be reached, and the other errors of
    ``services.aws.errors`` for calls that it refuses.
    """

    async def initiate_outbound_call(
        self, customer_phone: str, *, token: UUID, attributes: Mapping[str, str]
    ) -> str:
        """Call a customer (E.164) and return the contact's id; the contact flow connects them to an agent.

        The same ``token`` again (for seven days) means the same call and returns the same id.
        """

    async def stop(self, contact_id: str) -> None:
        """End a contact; no error if it is over already."""

    async def contact(self, contact_id: str) -> ContactFacts:
        """Return all that Connect knows of a contact."""

    async def attributes(self, root_id: str) -> dict[str, str]:
        """Return the attributes of a conversation, by its first contact."""

    async def set_attributes(self, root_id: str, attributes: Mapping[str, str]) -> None:
        """Set attributes of a conversation; attributes that are not named stay."""

    async def pause_recording(self, contact_id: str, root_id: str) -> None:
        """Pause the recording: from now on it contains silence."""

    async def resume_recording(self, contact_id: str, root_id: str) -> None:
        """Resume the recording."""

    async def monitor(self, contact_id: str, user_id: str, *, may_barge: bool, token: UUID) -> str:
        """Let a supervisor's softphone listen to a call; return the id of the supervisor's contact."""

    async def set_user_status(self, user_id: str, status_id: str) -> None:
        """Set a user's status; during a contact it becomes their next status."""

    async def dismiss(self, user_id: str, contact_id: str) -> None:
        """Clear a missed, failed or ended contact from a user."""

    async def users(self) -> Sequence[ConnectUser]:
        """Return all users, at most a few minutes old."""

    async def queues(self) -> Sequence[ConnectQueue]:
        """Return the standard queues, at most a few minutes old."""

    async def statuses(self) -> Sequence[ConnectStatus]:
        """Return the agent statuses, at most a few minutes old."""

    async def quick_connects(self) -> Sequence[QuickConnect]:
        """Return the instance's quick connects, at most a few minutes old."""

    async def queues_now(self, queue_ids: Sequence[str]) -> Sequence[QueueNow]:
        """Return the current figures of these queues; one request covers 100 queues."""
