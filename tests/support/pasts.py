"""Random pasts of a desk, stored as facts in any order, and a recount of them that knows no ledger and no rollups."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel, col, select

from desk import clock
from desk.db import Database
from models import (
    Agent,
    Call,
    CallDirection,
    Channel,
    ChatMood,
    ChatSession,
    ChatStatus,
    ContactCategory,
    ContactStep,
    Customer,
    Message,
    Promise,
    PromiseStatus,
    Queue,
    Sender,
    Sentiment,
    SentimentSource,
    StepKind,
    WrapUp,
)  # fmt: skip
from services.reports.figures import Span, Tally
from services.reports.report_query import Grouping
from tests.support.make import Make

K = StepKind
NUMBERS = ('01011112222', '01033334444', '01055556666')
SHORT_SECONDS = 5
WEEK = timedelta(days=7)
Told = tuple[StepKind, datetime, UUID | None]


class Story:
    """What happens to one contact, from when it came."""

    def __init__(self, chance: random.Random, at: datetime) -> None:
        self._chance, self._at = chance, at
        self.told: list[Told] = [(K.CREATED, at, None)]

    def go(self, kind: StepKind, agent_id: UUID | None = None, most: int = 120) -> None:
        """Let a step follow within so many seconds."""
        self._at += timedelta(milliseconds=self._chance.randint(1, most * 1_000))
        self.told.append((kind, self._at, agent_id))


@dataclass
class Past:
    """Contacts of some days by chance: chats and calls, answered, held, moved, ended or given up."""

    db: Database
    chance: random.Random
    begin: datetime
    days: int = 10
    queues: list[Queue] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    categories: list[ContactCategory] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)

    async def people(self, make: Make) -> None:
        """Make two queues, three agents, two categories and a customer."""
        self.queues = [
            await make.queue(service_level_seconds=20),
            await make.queue(name='환불', department='결제', service_level_seconds=60),
        ]
        self.agents = [await make.agent() for _ in range(3)]
        self.categories = [await make.category('배송', one) for one in ('지연', '분실')]
        self.customers = [await make.customer()]

    def rows(self) -> list[list[SQLModel]]:
        """Return the rows of one contact, in the order in which they are stored; a list is one transaction."""
        chance = self.chance
        came = self.begin + timedelta(seconds=chance.randint(0, 86_400 * self.days))
        contact = self._contact(came)
        steps = [self._step(contact, *told) for told in self._story(came)]
        if isinstance(contact, Call):
            chance.shuffle(steps)  # Connect's reports come in any order
        later = self._later(contact, steps)
        chance.shuffle(later)
        return [
            [contact, *self._said(contact)],
            *([one] for one in steps),
            *([one] for one in later),
        ]

    async def keep(self, rows: Iterable[SQLModel]) -> None:
        """Store rows in one transaction."""
        async with self.db.transaction() as session:
            for row in rows:
                session.add(row)
                await session.flush()

    def _contact(self, came: datetime) -> ChatSession | Call:
        chance, queue = self.chance, self.chance.choice(self.queues)
        customer_id = self.customers[0].id if chance.random() < 0.3 else None
        if chance.random() < 0.3:
            return Call(
                direction=CallDirection.INBOUND, department=queue.department, queue_id=queue.id,
                phone=chance.choice(NUMBERS), start_time=came, customer_id=customer_id,
            )  # fmt: skip
        return ChatSession(
            department=queue.department, source='web', queue_id=queue.id, start_time=came,
            visitor_name='최유진', visitor_phone=chance.choice(NUMBERS), customer_id=customer_id,
            status=ChatStatus.CLOSED, token_hash=f'{chance.getrandbits(200):x}', last_number=2,
        )  # fmt: skip

    def _story(self, at: datetime) -> list[Told]:
        """Return what happens: kind, time, agent."""
        chance, story = self.chance, Story(self.chance, at)
        agent = chance.choice(self.agents).id
        story.go(K.QUEUED, most=1)
        if chance.random() < 0.3:
            story.go(K.ABANDONED, most=chance.choice((4, 40)))
        elif chance.random() < 0.9:  # else it still waits
            story.go(K.TAKEN, agent, most=chance.choice((15, 50, 90_000)))
            for _ in range(chance.randint(0, 3)):
                agent = self._talk(story, agent)
            if chance.random() < 0.9:  # else they still talk
                story.go(K.ENDED, agent, most=chance.choice((300, 90_000)))
                if chance.random() < 0.7:
                    story.go(K.WRAP_UP_BEGUN, agent, most=1)
                    story.go(K.WRAP_UP_DONE, agent)
                for _ in range(chance.choice((0, 1, 2))):
                    story.go(K.RATED, agent, most=80_000)
        return story.told

    def _talk(self, story: 'Story', agent: UUID) -> UUID:
        """Let something happen in a talk; return who has it then."""
        match self.chance.randint(0, 3):
            case 0:
                story.go(K.HELD, agent)
                story.go(K.RESUMED, agent)
            case 1:
                story.go(K.WHISPERED, agent)
            case 2:
                story.go(K.TRANSFERRED, agent)
                agent = self.chance.choice(self.agents).id
                story.go(K.TAKEN, agent)
            case _:
                story.go(K.PRIORITY_CHANGED)
        return agent

    def _step(
        self, contact: ChatSession | Call, kind: StepKind, at: datetime, agent_id: UUID | None
    ) -> ContactStep:
        is_chat = isinstance(contact, ChatSession)
        return ContactStep(
            contact_id=contact.id, channel=Channel.CHAT if is_chat else Channel.CALL, kind=kind, at=at,
            queue_id=contact.queue_id, agent_id=agent_id, came_at=contact.start_time,
            score=self.chance.randint(1, 5) if kind is K.RATED else None,
        )  # fmt: skip

    def _said(self, contact: ChatSession | Call) -> list[SQLModel]:
        """Return what an agent wrote; only when the chat is over it is a first reply."""
        if isinstance(contact, Call) or self.chance.random() < 0.3:
            return []
        times = [contact.start_time + timedelta(seconds=self.chance.randint(1, 60)) for _ in '12']
        return [
            Message(
                chat_session_id=contact.id,
                number=one,
                sender=Sender.AGENT,
                content='네',
                created_at=at,
            )
            for one, at in enumerate(times, start=1)
        ]

    def _later(self, contact: ChatSession | Call, steps: list[ContactStep]) -> list[SQLModel]:
        """Return what may be stored at any time: 후처리, promises, how the customer sounded."""
        chance, agent_id = self.chance, self.agents[0].id
        channel, made = steps[0].channel, dict[str, Any]()
        made |= {'contact_id': contact.id, 'channel': channel, 'agent_id': agent_id}
        found: list[SQLModel] = []
        if chance.random() < 0.6:
            found.append(WrapUp(**made, category_id=chance.choice(self.categories).id))
        found += [
            Promise(
                contact_id=contact.id,
                channel=channel,
                made_by_id=agent_id,
                owner_id=agent_id,
                body='전화',
                due_at=contact.start_time,
                status=chance.choice(list(PromiseStatus)),
            )
            for _ in range(chance.choice((0, 0, 1, 2)))
        ]
        if isinstance(contact, ChatSession) and chance.random() < 0.5:
            found.append(
                ChatMood(
                    chat_session_id=contact.id,
                    source=SentimentSource.STAND_IN,
                    sentiment=chance.choice(list(Sentiment)),
                )
            )
        return found


@dataclass
class Recount:
    """The numbers of one group, counted from the rows."""

    tallies: dict[Tally, int] = field(default_factory=lambda: dict.fromkeys(Tally, 0))
    sums: dict[Span, int] = field(default_factory=lambda: dict.fromkeys(Span, 0))


class Recounted:
    """A recount of everything that is stored, by group."""

    def __init__(self) -> None:
        self.groups: dict[tuple[Grouping, Any], Recount] = defaultdict(Recount)
        self._steps: dict[UUID, list[ContactStep]] = defaultdict(list)
        self._seconds: dict[UUID, int] = {}
        self._category: dict[UUID, UUID | None] = {}
        self._mood: dict[UUID, Sentiment] = {}
        self._replied: dict[UUID, datetime] = {}
        self._promises: dict[UUID, set[PromiseStatus]] = {}
        self._came: dict[UUID, tuple[datetime, Any]] = {}

    @classmethod
    async def of(cls, db: Database) -> 'Recounted':
        """Read every row and count."""
        found = cls()
        async with db.reading() as session:
            steps = (await session.exec(select(ContactStep).order_by(col(ContactStep.id)))).all()
            queues = (await session.exec(select(Queue))).all()
            wrap_ups = (await session.exec(select(WrapUp))).all()
            moods = (await session.exec(select(ChatMood))).all()
            said = (await session.exec(select(Message).order_by(col(Message.created_at)))).all()
            promises = (await session.exec(select(Promise))).all()
            chats = (await session.exec(select(ChatSession))).all()
            calls = (await session.exec(select(Call))).all()
        for step in steps:
            found._steps[step.contact_id].append(step)
        found._seconds = {one.id: one.service_level_seconds for one in queues}
        found._category = {one.contact_id: one.category_id for one in wrap_ups}
        found._mood = {one.chat_session_id: one.sentiment for one in moods}
        found._replied = {
            one.chat_session_id: one.created_at
            for one in reversed(said)
            if one.sender is Sender.AGENT
        }
        found._promises = {
            one.contact_id: {two.status for two in promises if two.contact_id == one.contact_id}
            for one in promises
        }
        found._came = {
            one.id: (one.start_time, one.customer_id or one.visitor_phone) for one in chats
        }
        found._came |= {one.id: (one.start_time, one.customer_id or one.phone) for one in calls}
        for contact_id in found._steps:
            found._count(contact_id)
        return found

    def _count(self, contact_id: UUID) -> None:
        steps = self._steps[contact_id]
        if steps[0].channel is Channel.CALL:
            steps.sort(key=lambda one: (one.at, one.id))
        ending = next((one for one in steps if one.kind in (K.TAKEN, K.ABANDONED)), None)
        answered_by = ending.agent_id if ending and ending.kind is K.TAKEN else None
        for kind, tally in ((K.CREATED, Tally.ARRIVED), (K.TRANSFERRED, Tally.TRANSFERRED)):
            first = next((one for one in steps if one.kind is kind), None)
            if first is not None:
                agent_id = answered_by if kind is K.CREATED else first.agent_id
                self._add(first, agent_id, {tally})
        if ending is not None:
            self._count_ending(contact_id, ending, answered_by, steps)
        self._count_handling(steps)
        if rated := [one for one in steps if one.kind is K.RATED]:
            self._add(rated[0], rated[0].agent_id, {Tally.RATED}, points=rated[-1].score or 0)

    def _count_ending(
        self, contact_id: UUID, ending: ContactStep, agent_id: UUID | None, steps: list[ContactStep]
    ) -> None:
        waited, spans = ending.at - ending.came_at, dict[Span, timedelta]()
        tallies = {Tally.DECIDED} | self._left_behind(contact_id)
        if ending.kind is K.TAKEN:
            tallies |= {Tally.ANSWERED, Tally.LEVELLED}
            spans[Span.WAIT] = waited
            assert ending.queue_id
            is_in_time = waited <= timedelta(seconds=self._seconds[ending.queue_id])
            tallies |= {Tally.IN_TIME} if is_in_time else set()
            tallies |= {Tally.REPEATED} if self._came_again(contact_id) else set()
            if contact_id in self._replied and any(one.kind is K.ENDED for one in steps):
                tallies.add(Tally.REPLIED)
                spans[Span.REPLY] = self._replied[contact_id] - ending.came_at
        else:
            is_short = waited < timedelta(seconds=SHORT_SECONDS)
            tallies |= {Tally.SHORT} if is_short else {Tally.ABANDONED, Tally.LEVELLED}
        self._add(ending, agent_id, tallies, spans)

    def _left_behind(self, contact_id: UUID) -> set[Tally]:
        """Return what counts of a contact's mood and promises."""
        mood = self._mood.get(contact_id)
        promised = self._promises.get(contact_id, set()) - {
            PromiseStatus.OPEN,
            PromiseStatus.CANCELLED,
        }
        found = {
            Tally.JUDGED: mood is not None,
            Tally.NEGATIVE: mood is Sentiment.NEGATIVE,
            Tally.PROMISED: bool(promised),
            Tally.KEPT: promised == {PromiseStatus.KEPT},
        }
        return {tally for tally, holds in found.items() if holds}

    def _came_again(self, contact_id: UUID) -> bool:
        came, person = self._came[contact_id]
        return any(
            other == person and came - WEEK <= at and (at, one) < (came, contact_id)
            for one, (at, other) in self._came.items()
            if one != contact_id and one in self._steps
        )

    def _count_handling(self, steps: list[ContactStep]) -> None:
        """Count what lies between two steps, on the day of the second one."""
        heard = [
            one
            for one in steps
            if one.kind not in (K.WHISPERED, K.TRANSFERRED, K.PRIORITY_CHANGED, K.RATED)
        ]
        parts: dict[tuple[date, UUID], list[tuple[ContactStep, ContactStep]]] = defaultdict(list)
        talks, over = {K.TAKEN, K.RESUMED, K.HELD}, {K.WRAP_UP_BEGUN}
        for before, after in pairwise(heard):
            if before.agent_id is not None and before.kind in talks | over:
                parts[_local(after.at).date(), before.agent_id].append((before, after))
        for (day, agent_id), pairs in parts.items():
            spans: dict[Span, timedelta] = defaultdict(timedelta)
            tallies = set[Tally]()
            for before, after in pairs:
                begin = max(before.at, datetime.combine(day, datetime.min.time(), clock.SEOUL))
                span = {K.HELD: Span.HOLD, K.WRAP_UP_BEGUN: Span.WRAP_UP}.get(
                    before.kind, Span.TALK
                )
                if not (span is Span.HOLD and before.channel is Channel.CHAT):
                    spans[span] += after.at - begin
                is_another = after.agent_id not in (None, agent_id)
                if before.kind in talks and (is_another or after.kind not in talks):
                    tallies.add(Tally.HANDLED)
            self._add(pairs[-1][1], agent_id, tallies, spans)

    def _add(
        self,
        step: ContactStep,
        agent_id: UUID | None,
        tallies: set[Tally],
        spans: Mapping[Span, timedelta] | None = None,
        points: int = 0,
    ) -> None:
        local = _local(step.at)
        keys = {
            Grouping.QUEUE: step.queue_id, Grouping.AGENT: agent_id, Grouping.DAY: local.date(),
            Grouping.HOUR: local.hour, Grouping.CATEGORY: self._category.get(step.contact_id),
            Grouping.CHANNEL: step.channel,
        }  # fmt: skip
        for key in keys.items():
            group = self.groups[key]
            for tally in tallies:
                group.tallies[tally] += 1
            for span, length in (spans or {}).items():
                group.sums[span] += round(length.total_seconds() * 1_000)
            group.sums[Span.RATING] += points


def _local(at: datetime) -> datetime:
    return at.astimezone(clock.SEOUL)
