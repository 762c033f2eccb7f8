"""What a page would hear: the events of a topic, collected."""

from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from sqlalchemy import text

from desk.db import Database
from desk.events import Event, Resync
from services.chats.events import MessageAdded
from services.registry import Services

EventT = TypeVar('EventT', bound=Event)


@dataclass
class Listener:
    """All that was heard at a topic, in order; calls to read again are counted apart."""

    events: list[Event] = field(default_factory=list)
    resyncs: int = 0

    def hear(self, event: Event) -> None:
        if isinstance(event, Resync):
            self.resyncs += 1
        else:
            self.events.append(event)

    def of(self, kind: type[EventT]) -> list[EventT]:
        """Return the events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def messages(self) -> list[MessageAdded]:
        return self.of(MessageAdded)

    @property
    def message_ids(self) -> list[UUID]:
        return [event.message.id for event in self.messages]


def listen(services: Services, topic: str) -> Listener:
    """Begin to collect what is told at a topic of this desk."""
    listener = Listener()
    services.topics.subscribe(topic, listener.hear)
    return listener


async def outbox_size(db: Database) -> int:
    """Count the events that are committed and not known to be told."""
    async with db.statement() as connection:
        return int(await connection.scalar(text('SELECT count(*) FROM outbox')) or 0)
