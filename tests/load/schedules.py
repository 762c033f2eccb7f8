"""Random schedules of one chat: an agent and a customer write over bad lines to servers that may be killed.

Requests get lost, answers get lost, messages are sent again and out of turn, pages lose their line and come
back. In the end nothing may be lost, doubled or missing, and every screen equals a fresh read.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

from desk.errors import DeskError
from desk.events import Event, Resync
from models import Agent
from services.chats.chats import MAX_PAGE
from services.chats.events import ChatCard, ChatEvent, ChatMessage, MessageAdded
from services.chats.inbox_order import Scope, Tab
from services.chats.inbox_view import InboxView
from services.chats.transcript_view import TranscriptView
from services.registry import Services
from tests.load.desks import Desk, Gone, ProcessDesk
from tests.support.make import Make

AnswerT = TypeVar('AnswerT')
Ask = Callable[[], Awaitable[AnswerT]]
SETTLE_SECONDS = 10.0
MOST_LINES = 10  # under the brakes of agents and customers


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one schedule."""

    seed: int
    sent: int
    lost: int
    doubled: int
    gaps: int
    stale_screens: int
    kills: int

    @property
    def is_clean(self) -> bool:
        """Whether all that is promised was kept."""
        return not (self.lost or self.doubled or self.gaps or self.stale_screens)


class Client:
    """A page of the customer, or of the agent, and its line to a server."""

    def __init__(
        self, desk: Desk, chat_id: UUID, agent: Agent | None, chance: random.Random
    ) -> None:
        self.transcript = TranscriptView()
        self.inbox = InboxView(agent, Tab.OPEN, Scope.MINE) if agent else None
        self.sent: dict[UUID, str] = {}
        self.contradictions = 0
        self._desk, self.chance = desk, chance
        self.agent = agent
        self._chat_id, self._agent_id = chat_id, str(agent.id) if agent else ''
        self._on_its_way: list[ChatEvent] = []
        self._hang_up: Callable[[], None] | None = None
        self._must_read = True

    async def talk(self, lines: int) -> None:
        """Send so many messages, up to three at once, until each is known to be stored."""
        who = 'agent' if self._agent_id else 'customer'
        self.sent = {uuid4(): f'{who} {number}' for number in range(lines)}
        waiting = list(self.sent)
        while waiting:
            count = self.chance.randint(1, 3)
            turn, waiting = waiting[:count], waiting[count:]
            await asyncio.gather(*(self._deliver(message_id) for message_id in turn))

    async def live(self, until_over: asyncio.Event) -> None:
        """Come and go, hear late and catch up, until the talk is over."""
        while not until_over.is_set():
            await asyncio.sleep(self.chance.random() * 0.02)
            if self._hang_up and self.chance.random() < 0.2:
                self.lose_line()
            else:
                await self.refresh()

    def lose_line(self) -> None:
        """Hear nothing more; what was on its way is lost."""
        if self._hang_up:
            self._hang_up()
        self._hang_up, self._must_read = None, True
        self._on_its_way.clear()

    async def refresh(self) -> None:
        """Have a line, hear what is on its way, read what is missing."""
        try:
            if self._hang_up is None:
                await self._desk.back()
                self._hang_up = self._desk.listen(self._note)
            if self._must_read:
                await self._read_again()
            self._hear()
            if self.transcript.is_behind:
                await self._catch_up()
        except Gone:
            self.lose_line()

    async def _read_again(self) -> None:
        self._must_read = False
        if self.inbox is not None:
            self.inbox.expect()
            rows = await self.call('inbox')
            cards = [ChatCard.model_validate(row) for row in rows]
            self.inbox.load(cards, is_complete=True)
        await self._catch_up()

    async def _catch_up(self) -> None:
        rows = await self.call('after', number=self.transcript.last)
        self.transcript.add([ChatMessage.model_validate(row) for row in rows])

    def _note(self, event: Event) -> None:
        if isinstance(event, Resync):
            self._must_read = True
        elif isinstance(event, ChatEvent) and event.chat.id == self._chat_id:
            self._on_its_way.append(event)

    def _hear(self) -> None:
        arriving, self._on_its_way = self._on_its_way, []
        arriving += [one for one in arriving if self.chance.random() < 0.3]
        self.chance.shuffle(arriving)
        for event in arriving:
            self.transcript.heard_of(event.chat.last_number)
            if isinstance(event, MessageAdded):
                self.transcript.add([event.message])
            if self.inbox is not None:
                self.inbox.apply(event.chat)

    async def _deliver(self, message_id: UUID) -> None:
        """Send a message until an answer arrives; repeats must be answered with the same message."""
        answers = await self.insist(lambda: self._send(message_id))
        self.contradictions += len(set(answers)) > 1

    async def insist(self, ask: Ask[AnswerT]) -> list[AnswerT]:
        """Ask for something until an answer arrives, at times twice at once; all answers that were given.

        Raises ``DeskError`` when it was refused and nothing but refused.
        """
        answers: list[AnswerT] = []
        is_answered = False
        while not is_answered:
            if self.chance.random() < 0.15:  # the request was lost
                await asyncio.sleep(0)
                continue
            tries = 2 if self.chance.random() < 0.25 else 1
            given = await asyncio.gather(*(ask() for _ in range(tries)), return_exceptions=True)
            if any(isinstance(one, Gone) for one in given):
                await self._desk.back()
                continue
            answers += [one for one in given if not isinstance(one, BaseException)]
            for one in given:
                if isinstance(one, BaseException) and not (answers and isinstance(one, DeskError)):
                    raise one
            is_answered = self.chance.random() > 0.25  # else the answer was lost
        return answers

    async def _send(self, message_id: UUID) -> int:
        message = await self.call('send', id=str(message_id), content=self.sent[message_id])
        return int(message['number'])

    def call(self, name: str, **values: object) -> Awaitable[Any]:
        """Ask this page's server for something, as the page's person."""
        return self._desk.call(call=name, chat=str(self._chat_id), agent=self._agent_id, **values)


async def run(seed: int, desks: Sequence[Desk], fresh: Services, make: Make) -> Verdict:
    """Play one schedule on these servers, killing those that can be; ``fresh`` reads what is true."""
    chance = random.Random(seed)
    agent = await make.agent(username=f'agent-{uuid4().hex[:12]}')
    chat = await make.chat(agent=agent)
    clients = [Client(chance.choice(desks), chat.id, who, chance) for who in (agent, None)]
    kills = sum(one.kills for one in mortal(desks))
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(client.live(over))
        try:
            await asyncio.gather(
                *(client.talk(chance.randint(4, MOST_LINES)) for client in clients),
                murder(mortal(desks), clients, chance),
            )
        finally:
            over.set()
    stale = await stale_screens(clients, agent, chat.id, fresh)
    stored = await fresh.chats.transcript(agent, chat.id, limit=MAX_PAGE)
    for client in clients:
        client.lose_line()
    copies = Counter(message.content for message in stored)
    sent = [content for client in clients for content in client.sent.values()]
    return Verdict(
        seed=seed,
        sent=len(sent),
        lost=sum(copies[content] == 0 for content in sent),
        doubled=sum(copies.values()) - len(copies) + sum(one.contradictions for one in clients),
        gaps=sum(one.number != place for place, one in enumerate(stored, start=1)),
        stale_screens=stale,
        kills=sum(one.kills for one in mortal(desks)) - kills,
    )


def mortal(desks: Sequence[Desk]) -> list[ProcessDesk]:
    """Return the desks that can be killed."""
    return [one for one in desks if isinstance(one, ProcessDesk)]


async def murder(
    desks: Sequence[ProcessDesk], clients: Sequence[Client], chance: random.Random
) -> None:
    """Kill a server in mid-talk and start it again on the same data."""
    if not desks:
        return
    await asyncio.sleep(chance.random() * 0.08)
    victim = chance.choice(desks)
    await victim.kill()
    for client in clients:
        client.lose_line()
    await victim.start()


async def stale_screens(
    clients: Sequence[Client], agent: Agent, chat_id: UUID, fresh: Services
) -> int:
    """Let every page hear the rest; count those that do not become what a fresh read shows."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        for client in clients:
            await client.refresh()
        transcript = await fresh.chats.transcript(agent, chat_id, limit=MAX_PAGE)
        stale = sum(client.transcript.messages != transcript for client in clients)
        for client in clients:
            if client.agent is not None and client.inbox is not None:
                page = await fresh.inbox.page(client.agent, Tab.OPEN, Scope.MINE)
                stale += client.inbox.chats != page.chats
        if not stale or time.monotonic() > deadline:
            return stale
        await asyncio.sleep(0.05)
