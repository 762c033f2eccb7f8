"""Random schedules of a chat that several agents share: messages, files, private notes, transfers, labels, drafts.

One has the chat, colleagues join and leave it and take it over, the customer writes and sends files, all over bad lines
to servers that may be killed, and each thing may be sent again long after. ``shared_chat_rules`` says what has to hold.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from sqlmodel import col, select
from typing_extensions import override

from desk import clock
from desk.db import Database
from desk.errors import DeskError
from models import Agent, ChatLabel, ChatSession, ChatTransfer, LabelColor
from services.chats.events import chat_topic
from services.registry import Services
from tests.load import shared_chat_rules
from tests.load.desks import Desk
from tests.load.schedules import Client, mortal, murder
from tests.support.make import Make

ACTS = 12
"""Of each person: with what is sent again, under the brakes of agents and customers."""
PEOPLE = 3
CHANGED_WHILE_WRITING = 'chat.newer_messages'
SHOWN = ('send', 'file', 'note', CHANGED_WHILE_WRITING, 'ask', 'accept', 'refuse', 'miss', 'join', 'leave', 'label')  # fmt: skip
"""What a soak counts of what was done."""
LETTERS = str.maketrans('0123456789', 'ghijklmnop')
"""Words without figures: long numbers are masked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Something that a person sent and was told is stored."""

    id: UUID
    call: str
    content: str
    number: int = 0
    """Of a message or a file."""
    seen: int = 0
    """The newest message that its writer had on screen at the last try."""


@dataclass(slots=True, kw_only=True)
class Record:
    """What a person was told of what they did."""

    sent: list[Sent] = field(default_factory=list)
    refused: list[Sent] = field(default_factory=list)
    """What was refused for good: it must not be stored."""
    typed: str = ''
    """The unsent text that was last kept."""
    typed_note: str = ''
    done: Counter[str] = field(default_factory=Counter)

    def of(self, *calls: str) -> list[Sent]:
        """Return what was sent by these calls, in order."""
        return [one for one in self.sent if one.call in calls]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedVerdict:
    """What became of one schedule; ``faults`` are sentences, none when all that is promised was kept."""

    seed: int
    faults: tuple[str, ...]
    done: Counter[str]
    kills: int

    @property
    def is_clean(self) -> bool:
        """Whether all that is promised was kept."""
        return not self.faults


class Person(Client):
    """The customer's page, or an agent's, and what its person does by chance."""

    def __init__(
        self, desk: Desk, chat: ChatSession, agent: Agent | None, chance: random.Random
    ) -> None:
        super().__init__(desk, chat.id, agent, chance)
        self.record = Record()
        self._count = self._seen = 0

    async def act(self) -> None:
        """Do something; what the desk refuses is refused."""
        act = self.chance.choice(self.acts())
        try:
            await act()
        except DeskError as refused:
            self.record.done[refused.key] += 1

    def acts(self) -> list[Callable[[], Awaitable[None]]]:
        """Return what this person does, the more often the more likely."""
        return [self.write, self.write, self.send_file, self.repeat]

    async def write(self) -> None:
        """Send a message."""
        await self._deliver_new('send')
        self.record.typed = ''

    async def send_file(self) -> None:
        """Send a file; its content is its name and id."""
        await self._deliver_new('file')

    async def repeat(self) -> None:
        """Send something again that is long stored, as a page does that has not heard of it."""
        if not self.record.sent:
            return
        earlier = self.chance.choice(self.record.sent)
        answers = await self.insist(lambda: self._try(earlier))
        self.contradictions += any(one != earlier.number for one in answers)

    def new(self, call: str) -> Sent:
        """Return something to send, whose words nobody else has."""
        self._count += 1
        ending = '.txt' if call == 'file' else ''
        id_ = uuid4()
        content = f'{call} {self._count} {id_.hex.translate(LETTERS)}{ending}'
        unseen = self.chance.choice([0, 0, 1, 3])  # who reads slowly has not seen the last lines
        self._seen = max(self._seen, self.transcript.last - unseen)  # nobody unsees a line
        return Sent(id=id_, call=call, content=content, seen=self._seen)

    async def _deliver_new(self, call: str) -> None:
        """Send something until it is stored; after a colleague's message it is sent again, having seen that."""
        one = self.new(call)
        while True:
            try:
                numbers = await self.insist(lambda sent=one: self._try(sent))  # type: ignore[misc]
            except DeskError as refused:
                if refused.key != CHANGED_WHILE_WRITING:
                    self.record.refused.append(one)
                    raise
                self.record.done[CHANGED_WHILE_WRITING] += 1
                one = await self._having_seen_more(one)
                continue
            self.contradictions += len(set(numbers)) > 1
            self.record.sent.append(_numbered(one, numbers[0]))
            self.record.done[call] += 1
            return

    async def _having_seen_more(self, one: Sent) -> Sent:
        while self.transcript.last <= one.seen:
            await self.refresh()
            await asyncio.sleep(0)
        self._seen = self.transcript.last
        return Sent(id=one.id, call=one.call, content=one.content, seen=self._seen)

    async def _try(self, one: Sent) -> int:
        if one.call == 'note':
            await self.call('note', id=str(one.id), body=one.content)
            return 0
        values = {'id': str(one.id), 'content': one.content, 'seen': one.seen}
        message = await self.call(one.call, **values, bytes=one.content)
        return int(message['number'])


class Colleague(Person):
    """One of the agents who share the chat."""

    def __init__(self, desk: Desk, chat: ChatSession, agent: Agent, chance: random.Random) -> None:
        super().__init__(desk, chat, agent, chance)
        self.me = agent
        self.is_heir = False
        """Whether this agent got the chat in the end, with a text that was not sent."""
        self._fresh: Services | None = None
        self._others: list[Agent] = []
        self._labels: list[ChatLabel] = []
        self._expire: Callable[[UUID], Awaitable[None]] | None = None

    def meets(
        self,
        fresh: Services,
        others: Sequence[Agent],
        labels: Sequence[ChatLabel],
        expire: Callable[[UUID], Awaitable[None]],
    ) -> None:
        """Say with whom this agent shares the chat; ``expire`` lets the time of a transfer run out."""
        self._fresh, self._others = fresh, [one for one in others if one.id != self.me.id]
        self._labels, self._expire = list(labels), expire

    @override
    def acts(self) -> list[Callable[[], Awaitable[None]]]:
        always = [*super().acts(), self.write_note, self.write_note, self.type, self.type_note]
        if self._has_it:
            return [*always, self.label, self.ask, self.ask, self.ask]
        return [*always, self.label, self.join, self.join, self.leave, *[self.answer] * 5]

    @property
    def _has_it(self) -> bool:
        """Whether this agent has the chat, as far as their screen says."""
        return any(one.agent_id == self.me.id for one in self.inbox.chats) if self.inbox else False

    async def write_note(self) -> None:
        """Write a private note."""
        await self._deliver_new('note')
        self.record.typed_note = ''

    async def type(self) -> None:
        """Leave a text unsent."""
        text = self.new('draft').content
        await self.insist(lambda: self.call('draft', text=text))
        self.record.typed = text

    async def type_note(self) -> None:
        """Leave a note unsent."""
        text = self.new('note-draft').content
        await self.insist(lambda: self.call('note-draft', text=text))
        self.record.typed_note = text

    async def label(self) -> None:
        """Set labels."""
        labels = [str(one.id) for one in self._labels if self.chance.random() < 0.5]
        await self.insist(lambda: self.call('label', labels=labels))
        self.record.done['label'] += 1

    async def join(self) -> None:
        """Join the chat."""
        await self.insist(lambda: self.call('join'))
        self.record.done['join'] += 1

    async def leave(self) -> None:
        """Leave the chat."""
        await self.insist(lambda: self.call('leave'))
        self.record.done['leave'] += 1

    async def ask(self) -> None:
        """Ask a colleague to take the chat over."""
        await self.ask_to(self.chance.choice(self._others))

    async def ask_to(self, colleague: Agent) -> None:
        """Ask this colleague to take the chat over."""
        await self.insist(lambda: self.call('ask', to=str(colleague.id)))
        self.record.done['ask'] += 1

    async def answer(self) -> None:
        """Accept or refuse what rings, or let its time run out."""
        assert self._fresh is not None
        assert self._expire is not None
        for asked in await self._fresh.transfers.open_to(self.me):
            choice = self.chance.choice(['accept', 'accept', 'refuse', 'miss'])
            if choice != 'miss':
                await self._answer(choice, asked.id)
            else:
                await self._expire(asked.id)
                await self.insist(lambda: self.call('end-overdue'))
                self.record.done['miss'] += 1

    async def accept_all(self) -> None:
        """Accept whatever rings."""
        assert self._fresh is not None
        for asked in await self._fresh.transfers.open_to(self.me):
            await self._answer('accept', asked.id)

    async def _answer(self, choice: str, transfer_id: UUID) -> None:
        """Answer a request; an answer that got lost makes the next say that the request is over."""
        self.record.done[choice] += 1
        try:
            await self.insist(lambda: self.call(choice, transfer=str(transfer_id)))
        except DeskError as refused:
            if refused.key not in ('transfer.over', 'transfer.not_found'):
                raise


async def run(
    seed: int, desks: Sequence[Desk], fresh: Services, make: Make, db: Database
) -> SharedVerdict:
    """Play one schedule on these servers, killing those that can be; ``fresh`` and ``db`` read what is true."""
    chance = random.Random(seed)
    agents = [await make.agent(username=f'agent-{uuid4().hex[:12]}') for _ in range(PEOPLE)]
    chat = await make.chat(agent=agents[0])
    labels = [
        await make.kept(ChatLabel(name=f'{place} {uuid4().hex[:8]}', color=LabelColor.AMBER))
        for place in range(3)
    ]
    colleagues = [Colleague(chance.choice(desks), chat, one, chance) for one in agents]
    customer = Person(chance.choice(desks), chat, None, chance)
    for colleague in colleagues:
        colleague.meets(fresh, agents, labels, lambda id_: _expire(db, id_))
    people = [*colleagues, customer]
    killed = sum(one.kills for one in mortal(desks))
    heard: list[str] = []
    hearing = fresh.topics.subscribe(
        chat_topic(chat.id), lambda event: heard.append(event.model_dump_json())
    )
    await _play(people, desks, chance)
    await _hand_over(colleagues, fresh, chat)
    faults = await shared_chat_rules.broken(colleagues, customer, chat.id, fresh, db, heard)
    hearing.cancel()
    for one in people:
        one.lose_line()
    return SharedVerdict(
        seed=seed,
        faults=tuple(faults),
        done=sum((one.record.done for one in people), Counter()),
        kills=sum(one.kills for one in mortal(desks)) - killed,
    )


async def _play(people: Sequence[Person], desks: Sequence[Desk], chance: random.Random) -> None:
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for one in people:
            group.create_task(one.live(over))
        try:
            await asyncio.gather(
                *(_acts(one) for one in people), murder(mortal(desks), people, chance)
            )
        finally:
            over.set()


async def _acts(person: Person) -> None:
    for _ in range(ACTS):
        await person.act()
        await asyncio.sleep(person.chance.random() * 0.01)


async def _hand_over(colleagues: Sequence[Colleague], fresh: Services, chat: ChatSession) -> None:
    """In the end the chat goes on once more, with a text that its agent has not sent; nothing else happens meanwhile."""
    holder_id = (await fresh.chats.chat(colleagues[0].me, chat.id)).agent_id
    [holder] = [one for one in colleagues if one.me.id == holder_id]
    heir = next(one for one in colleagues if one is not holder)
    for transfer in (await fresh.transfers.open_for(holder.me)).from_me:
        await fresh.transfers.withdraw(holder.me, transfer.id)
    await heir.call('draft', text='')
    heir.record.typed = ''
    await holder.type()
    await holder.ask_to(heir.me)
    await heir.accept_all()
    heir.record.typed, holder.record.typed = holder.record.typed, ''
    heir.is_heir = True


async def _expire(db: Database, transfer_id: UUID) -> None:
    async with db.transaction() as session:
        transfer = (
            await session.exec(
                select(ChatTransfer).where(col(ChatTransfer.id) == transfer_id).with_for_update()
            )
        ).one()
        transfer.expires_at = clock.now() - timedelta(seconds=1)
        session.add(transfer)


def _numbered(one: Sent, number: int) -> Sent:
    return Sent(id=one.id, call=one.call, content=one.content, seen=one.seen, number=number)
