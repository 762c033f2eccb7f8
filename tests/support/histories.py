"""Histories of a desk: what people do in an order that chance makes, and the events that it leaves.

Nothing carries the events: they stay in the outbox, so that a test can deliver them late, twice or in any order.
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import text

from desk.db import Database
from desk.errors import DeskError
from desk.events import Event
from models import Agent
from services.chats import chats, visits
from services.chats.events import ChatEvent
from services.chats.outgoing import OutgoingMessage
from services.chats.visits import ChatStart
from services.registry import Services

Step = tuple[str, int, int]
"""What is done, by which of the agents and in which of the chats (both counted round)."""

DEEDS = (
    'start',
    'take',
    'take',
    'reply',
    'write',
    'write',
    'mark',
    'read',
    'end',
    'leave',
    'reopen',
    'return',
    'join',
    'snooze',
    'wake',
)


@dataclass
class History:
    """A desk that a history happens to."""

    services: Services
    db: Database
    people: list[Agent]
    chat_ids: list[UUID] = field(default_factory=list)
    refusals: int = 0

    async def begin(self) -> None:
        """Forget every chat."""
        chats.REPLIES.reset()
        visits.LINES.reset()
        async with self.db.statement() as connection:
            for table in (
                'message_grams',
                'messages',
                'drafts',
                'outbox',
                'chat_archives',
                'chat_sessions',
            ):
                await connection.execute(text(f'DELETE FROM {table}'))

    async def do(self, step: Step) -> None:
        """Let one thing happen, or be refused."""
        deed, who, which = step
        agent = self.people[who % len(self.people)]
        try:
            if deed == 'start' or not self.chat_ids:
                await self._start(agent.department)
            else:
                chat_id = self.chat_ids[which % len(self.chat_ids)]
                await self._deeds()[deed](agent, chat_id)
        except DeskError:
            self.refusals += 1

    async def events_after(self, entry_id: int) -> tuple[int, list[ChatEvent]]:
        """Return what was told after an outbox entry, in order, and the newest entry."""
        async with self.db.statement() as connection:
            rows = (
                await connection.execute(
                    text('SELECT id, kind, body FROM outbox WHERE id > :id ORDER BY id'),
                    {'id': entry_id},
                )
            ).all()
        events = [Event.kinds[row.kind].model_validate_json(row.body) for row in rows]
        newest = rows[-1].id if rows else entry_id
        return newest, [event for event in events if isinstance(event, ChatEvent)]

    async def _start(self, department: str) -> None:
        form = ChatStart(name='최유진', phone='010-9876-5432', department=department)
        self.chat_ids.append((await self.services.visits.start(form)).chat.id)

    def _deeds(self) -> dict[str, Callable[[Agent, UUID], Awaitable[object]]]:
        chats_, visits_ = self.services.chats, self.services.visits
        return {
            'take': chats_.take,
            'reply': lambda agent, chat_id: chats_.reply(agent, _words(chat_id)),
            'write': lambda _, chat_id: visits_.write(_words(chat_id)),
            'mark': lambda agent, chat_id: chats_.mark(agent, chat_id, read=1_000),
            'read': lambda _, chat_id: visits_.mark(chat_id, read=1_000),
            'end': chats_.end,
            'leave': lambda _, chat_id: visits_.leave(chat_id),
            'reopen': lambda agent, chat_id: self.services.reopenings.reopen(chat_id, by=agent),
            'join': self.services.company.join,
            'snooze': self.services.snoozes.snooze,
            'wake': self.services.snoozes.wake,
            'return': lambda _, chat_id: self.services.reopenings.reopen(chat_id),
        }


def _words(chat_id: UUID) -> OutgoingMessage:
    return OutgoingMessage(id=uuid4(), chat_id=chat_id, content='네, 잠시만요', seen=1_000_000)


@dataclass
class Post:
    """The way of events to one view: late, in any order, some of them twice."""

    chance: random.Random
    on_its_way: list[ChatEvent] = field(default_factory=list)
    delivered: list[ChatEvent] = field(default_factory=list)

    def send(self, events: list[ChatEvent]) -> None:
        """Take events on."""
        self.on_its_way += events

    def some(self) -> list[ChatEvent]:
        """Deliver whatever chance picks, repeats among them."""
        self.chance.shuffle(self.on_its_way)
        count = self.chance.randint(0, len(self.on_its_way))
        arriving, self.on_its_way = self.on_its_way[:count], self.on_its_way[count:]
        self.delivered += arriving
        repeats = [one for one in self.delivered if self.chance.random() < 0.2]
        mixed = arriving + repeats
        self.chance.shuffle(mixed)
        return mixed

    def rest(self) -> list[ChatEvent]:
        """Deliver all that is left."""
        arriving, self.on_its_way = self.on_its_way, []
        self.delivered += arriving
        mixed = arriving + [one for one in self.delivered if self.chance.random() < 0.5]
        self.chance.shuffle(mixed)
        return mixed

    def lose(self) -> None:
        """Lose all that is on its way."""
        self.on_its_way.clear()
