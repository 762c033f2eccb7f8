"""Random floors: customers, agents and two processes act in any order, and what routing promises is checked.

Capacity is never exceeded, nobody waits beside an able agent once routing has run, every offer is explained and replays
the same, and the figures that the facts give are those of the rows.
"""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import DeskError
from models import Agent, AgentStatus, ChatSession, ChatStatus, Priority, Queue, QueueMode, WrapUp
from services.chats.visits import ChatStart
from services.floor import routing_queries
from services.floor.figures import Figures, figures_at
from services.floor.replay import replay
from services.people import state_queries
from services.registry import Services
from tests.support.make import Make

ACTS = 40
MOST_BEYOND = 1
"""A chat that comes back from 보류 may exceed the capacity by one."""


class Floor:
    """Two processes, four agents and their customers, who act by chance."""

    def __init__(self, desks: list[Services], make: Make, chance: random.Random) -> None:
        self._desks = desks
        self._make = make
        self._chance = chance
        self._chats: list[UUID] = []
        self._count = 0

    async def open(self) -> None:
        """Let two queues offer their chats and four agents be there; the second queue asks the first's agents too."""
        self.queues = [
            await self._make.queue(mode=QueueMode.PUSH),
            await self._make.queue(
                name='환불', department='결제', mode=QueueMode.PUSH, widen_after_seconds=0,
                wider_department='주문·배송', wrap_up_seconds=0,
            ),
        ]  # fmt: skip
        self.agents = [
            await self._make.agent(chat_capacity=self._chance.randint(1, 3)) for _ in range(3)
        ]
        self.agents.append(await self._make.agent(department='결제', chat_capacity=2))
        self.supervisor = await self._make.supervisor(status=AgentStatus.OFFLINE)

    async def act(self) -> None:
        """Let somebody do something; what the desk refuses is refused."""
        acts: list[Callable[[], Awaitable[object]]] = [
            self._come, self._come, self._route, self._route, self._take, self._take, self._refuse,
            self._end, self._hold, self._resume, self._leave, self._state, self._wrap_up, self._steer,
            self._rate, self._reopen, self._reopen, self._snooze,
        ]  # fmt: skip
        try:
            await self._chance.choice(acts)()
        except DeskError:
            return

    @property
    def _desk(self) -> Services:
        return self._chance.choice(self._desks)

    @property
    def _agent(self) -> Agent:
        return self._chance.choice(self.agents)

    @property
    def _chat(self) -> UUID:
        return self._chance.choice(self._chats) if self._chats else UUID(int=0)

    async def _come(self) -> None:
        self._count += 1
        queue = self._chance.choice(self.queues)
        phone = f'0101234{self._chance.randint(0, 5):04}'
        form = ChatStart(name=f'고객 {self._count}', phone=phone, department=queue.name)
        self._chats.append((await self._desk.visits.start(form)).chat.id)

    async def _route(self) -> None:
        await self._desk.router.run()

    async def _take(self) -> None:
        agent = self._agent
        ringing = (await self._desk.offers.ringing(agent)).offers
        await self._desk.chats.take(agent, ringing[0].id if ringing else self._chat)

    async def _refuse(self) -> None:
        agent = self._agent
        for chat in (await self._desk.offers.ringing(agent)).offers:
            await self._desk.offers.refuse(agent, chat.id)

    async def _end(self) -> None:
        await self._desk.chats.end(self._agent, self._chat)

    async def _hold(self) -> None:
        await self._desk.chats.hold(self._agent, self._chat)

    async def _resume(self) -> None:
        await self._desk.chats.resume(self._agent, self._chat)

    async def _leave(self) -> None:
        await self._desk.visits.leave(self._chat)

    async def _rate(self) -> None:
        await self._desk.ratings.rate(self._chat, self._chance.randint(1, 5))

    async def _snooze(self) -> None:
        await self._desk.snoozes.snooze(self._agent, self._chat)

    async def _reopen(self) -> None:
        by = self._chance.choice([None, self._agent, self.supervisor])
        await self._desk.reopenings.reopen(self._chat, by=by)

    async def _state(self) -> None:
        choices = (AgentStatus.AVAILABLE, AgentStatus.AVAILABLE, AgentStatus.AWAY)
        await self._desk.agent_states.choose(self._agent.id, self._chance.choice(choices))

    async def _wrap_up(self) -> None:
        agent = self._agent
        for one in await self._desk.wrap_ups.open_of(agent):
            await self._desk.wrap_ups.finish(agent, one.contact_id)

    async def _steer(self) -> None:
        steering, chat, reason = self._desk.steering, self._chat, '시험'
        if self._chance.random() < 0.5:
            await steering.set_priority(
                self.supervisor, [chat], self._chance.choice(list(Priority)), reason
            )
        elif self._chance.random() < 0.5:
            await steering.move(
                self.supervisor, [chat], self._chance.choice(self.queues).id, reason
            )
        else:
            await steering.assign(self.supervisor, [chat], self._agent.id, reason)


async def counted(db: Database) -> Figures:
    """Count the rows as they are."""
    figures = Figures()
    async with db.reading() as session:
        for chat in (await session.exec(select(ChatSession))).all():
            if chat.queue_id is None:
                continue
            if chat.status is ChatStatus.WAITING:
                (figures.offered if chat.offered_agent_id else figures.waiting)[chat.queue_id] += 1
            elif chat.status is ChatStatus.ACTIVE:
                figures.in_progress[chat.queue_id] += 1
            elif chat.status is ChatStatus.ON_HOLD:
                figures.on_hold[chat.queue_id] += 1
        for wrap_up in await session.exec(select(WrapUp).where(col(WrapUp.done_at).is_(None))):
            if wrap_up.queue_id is not None:
                figures.wrap_up[wrap_up.queue_id] += 1
    return figures


async def check_capacity(db: Database, agents: list[Agent]) -> None:
    async with db.reading() as session:
        loads = await state_queries.loads_of(session, [agent.id for agent in agents])
    for agent in agents:
        assert loads[agent.id].total <= agent.chat_capacity + MOST_BEYOND
        assert loads[agent.id].offers <= agent.chat_capacity


async def check_nobody_waits_in_vain(db: Database, queues: list[Queue]) -> None:
    """Once routing has run, no agent of a queue's own department is able while a chat waits in it unoffered."""
    async with db.reading() as session:
        able = {agent.department for agent in await routing_queries.able_agents(session)}
        served = [queue.id for queue in queues if queue.department in able]
        waiting = await routing_queries.heads(session, served, returning_to=())
    assert not [chat.id for chat in waiting if chat.returning_agent_id is None]


async def play(desks: list[Services], make: Make, db: Database, *, seed: int) -> None:
    """Play one history in an empty database. Fails where routing did not keep what it promises."""
    floor = Floor(desks, make, random.Random(seed))
    await floor.open()

    for _ in range(ACTS):
        await floor.act()
        await check_capacity(db, floor.agents)
    await desks[0].router.run()

    await check_nobody_waits_in_vain(db, floor.queues)
    facts, rows = await figures_at(db, clock.now()), await counted(db)
    for name in ('waiting', 'offered', 'in_progress', 'on_hold', 'wrap_up'):
        assert Counter(getattr(facts, name)) == getattr(rows, name), name
    today = clock.now()
    result = await replay(db, today - timedelta(hours=1), today + timedelta(hours=1))
    assert result.different == ()
