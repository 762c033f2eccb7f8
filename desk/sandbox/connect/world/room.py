"""A chat's room: its participants and its transcript. Transfers keep the room; its contact changes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import Base64Bytes

from desk.sandbox.connect.world.terms import Role

EVENT = 'application/vnd.amazonaws.connect.event.'
JOINED = f'{EVENT}participant.joined'
LEFT = f'{EVENT}participant.left'
TYPING = f'{EVENT}typing'
CHAT_ENDED = f'{EVENT}chat.ended'
TRANSFERRED = f'{EVENT}transfer.succeeded'
DELIVERED = f'{EVENT}message.delivered'
READ = f'{EVENT}message.read'
ACKNOWLEDGED = f'{EVENT}connection.acknowledged'


class ItemType(StrEnum):
    """The type of a transcript's line."""

    MESSAGE = 'MESSAGE'
    EVENT = 'EVENT'
    TYPING = 'TYPING'
    ATTACHMENT = 'ATTACHMENT'
    PARTICIPANT_JOINED = 'PARTICIPANT_JOINED'
    PARTICIPANT_LEFT = 'PARTICIPANT_LEFT'
    CHAT_ENDED = 'CHAT_ENDED'
    TRANSFER_SUCCEEDED = 'TRANSFER_SUCCEEDED'
    MESSAGE_DELIVERED = 'MESSAGE_DELIVERED'
    MESSAGE_READ = 'MESSAGE_READ'
    CONNECTION_ACK = 'CONNECTION_ACK'


ITEM_TYPES = {
    JOINED: ItemType.PARTICIPANT_JOINED,
    LEFT: ItemType.PARTICIPANT_LEFT,
    TYPING: ItemType.TYPING,
    CHAT_ENDED: ItemType.CHAT_ENDED,
    TRANSFERRED: ItemType.TRANSFER_SUCCEEDED,
    DELIVERED: ItemType.MESSAGE_DELIVERED,
    READ: ItemType.MESSAGE_READ,
    ACKNOWLEDGED: ItemType.CONNECTION_ACK,
}
KEPT = frozenset(ItemType) - {
    ItemType.TYPING,
    ItemType.MESSAGE_DELIVERED,
    ItemType.MESSAGE_READ,
    ItemType.CONNECTION_ACK,
}
"""The types that stay in the transcript; others are only sent to present participants."""


@dataclass(slots=True, kw_only=True)
class Participant:
    """A person or program in a chat."""

    id: str
    role: Role
    name: str
    token: str  # valid for as long as the participant is in the chat
    contact_id: str
    made_at: datetime
    joined_at: datetime | None = None
    left_at: datetime | None = None
    agent_id: str | None = None

    @property
    def is_here(self) -> bool:
        """Whether they have joined and not left."""
        return self.joined_at is not None and self.left_at is None


@dataclass(slots=True, kw_only=True)
class Connection:
    """A participant's connection, valid for a day."""

    token: str
    participant_id: str
    room_id: str
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class Receipt:
    """When a participant received and read a message."""

    participant_id: str
    delivered_at: datetime | None = None
    read_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Attachment:
    """A file of a chat. It is in the transcript once its upload is completed."""

    id: str
    name: str
    content_type: str
    size_bytes: int
    owner_id: str
    room_id: str
    content: Base64Bytes | None = None
    is_completed: bool = False


@dataclass(slots=True, kw_only=True)
class Item:
    """One line of a chat."""

    id: str
    type: ItemType
    at: datetime
    contact_id: str
    content_type: str
    content: str = ''
    participant_id: str = ''
    role: Role = Role.SYSTEM
    name: str = ''
    attachment_ids: list[str] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    about_id: str = ''  # the message of a receipt
    only_for: str = ''  # the only participant who is told; the transcript keeps it for all


@dataclass(slots=True, kw_only=True)
class Stream:
    """A topic that a chat is sent to."""

    id: str
    topic_arn: str


@dataclass(slots=True, kw_only=True)
class Room:
    """A chat from its first to its last line, over all its contacts."""

    id: str  # the first contact's
    contact_id: str  # the current one
    content_types: list[str]
    expires_at: datetime
    participants: dict[str, Participant] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    ended_at: datetime | None = None

    @property
    def present(self) -> list[Participant]:
        """Return the present participants."""
        return [p for p in self.participants.values() if p.is_here]

    def first(self, role: Role) -> Participant | None:
        """Return the first participant with a role who has not left."""
        return next(
            (p for p in self.participants.values() if p.role is role and p.left_at is None), None
        )
