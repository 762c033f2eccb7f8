"""What the desk asks of Amazon Connect: a port. ``connect_gateway`` speaks to AWS; nothing else needs to know how.

No API of Connect accepts, holds, mutes or transfers a call: that is the softphone's, in the agent's page.
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
    """One instance of Connect, and how calls go out of it. Named as in the guide."""

    instance_id: str
    contact_flow_id: str
    source_phone_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectUser:
    """Somebody who can sign in to Connect."""

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
    """What a quick connect leads to."""

    USER = 'USER'
    QUEUE = 'QUEUE'
    PHONE_NUMBER = 'PHONE_NUMBER'
    FLOW = 'FLOW'


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickConnect:
    """Somewhere that a call can be transferred to."""

    id: str
    name: str
    kind: QuickConnectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNow:
    """One queue at a moment, as Connect counts it. Ages are in seconds."""

    queue_id: str
    at: datetime
    counts: Mapping[str, float] = field(default_factory=dict)
    """By the names of ``METRICS``; what Connect did not say is not there."""


METRICS = {
    'CONTACTS_IN_QUEUE': 'COUNT',
    'OLDEST_CONTACT_AGE': 'SECONDS',
    'AGENTS_ONLINE': 'COUNT',
    'AGENTS_AVAILABLE': 'COUNT',
    'AGENTS_ON_CALL': 'COUNT',
    'AGENTS_AFTER_CONTACT_WORK': 'COUNT',
    'AGENTS_NON_PRODUCTIVE': 'COUNT',
}
"""What is asked of every queue, and in which unit it comes."""


class ConnectApi(Protocol):
    """Amazon Connect, as far as it can be spoken to from a server.

    Every method raises ``UpstreamError`` while Connect cannot be reached, and the other errors of ``services.aws.errors``
    for what it refuses.
    """

    async def initiate_outbound_call(
        self, customer_phone: str, *, token: UUID, attributes: Mapping[str, str]
    ) -> str:
        """Call a customer (E.164) and return the contact's id; the flow brings who answers to an agent.

        The same ``token`` again (for seven days) is the same call and the same id.
        """

    async def stop(self, contact_id: str) -> None:
        """End a contact; one that is over already is no error."""

    async def contact(self, contact_id: str) -> ContactFacts:
        """Return all that is known of a contact."""

    async def attributes(self, root_id: str) -> dict[str, str]:
        """Return the attributes of a conversation, by the first of its contacts."""

    async def set_attributes(self, root_id: str, attributes: Mapping[str, str]) -> None:
        """Set attributes of a conversation; what is not named stays."""

    async def pause_recording(self, contact_id: str, root_id: str) -> None:
        """Record silence from now on."""

    async def resume_recording(self, contact_id: str, root_id: str) -> None:
        """Record what is said again."""

    async def monitor(self, contact_id: str, user_id: str, *, may_barge: bool, token: UUID) -> str:
        """Let a supervisor's own softphone listen to a call; return the id of their contact."""

    async def set_user_status(self, user_id: str, status_id: str) -> None:
        """Set a user's status; on a contact it becomes their next one."""

    async def dismiss(self, user_id: str, contact_id: str) -> None:
        """Clear a contact that was missed, failed or has ended from a user's hands."""

    async def users(self) -> Sequence[ConnectUser]:
        """Return all users; as they were at most a few minutes ago."""

    async def queues(self) -> Sequence[ConnectQueue]:
        """Return the standard queues; as they were at most a few minutes ago."""

    async def statuses(self) -> Sequence[ConnectStatus]:
        """Return the agent statuses; as they were at most a few minutes ago."""

    async def quick_connects(self) -> Sequence[QuickConnect]:
        """Return the quick connects of the instance; as they were at most a few minutes ago."""

    async def queues_now(self, queue_ids: Sequence[str]) -> Sequence[QueueNow]:
        """Return what Connect counts of these queues at this moment; 100 are asked about at once."""
