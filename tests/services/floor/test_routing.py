"""Routing: who is offered a contact, in which order, and what becomes of offers."""

import asyncio
from datetime import timedelta

import pytest

from desk import clock
from desk.db import Database
from desk.errors import ConflictError
from models import AgentStatus, ChatStatus, Priority, QueueMode
from services.floor import routing_queries
from services.registry import Services
from tests.support.make import Make

PATIENCE_SECONDS = 30
"""Far longer than a round that does not wait, also on a busy machine."""


@pytest.fixture
async def push(make: Make) -> None:
    """The queue of the tests' department offers its chats."""
    await make.queue(mode=QueueMode.PUSH)


async def test_waiting_chat_rings_at_the_one_who_is_able(
    services: Services, make: Make, push: None
) -> None:
    agent = await make.agent()
    chat = await make.chat()

    await services.router.run()

    card = await services.chats.chat(agent, chat.id)
    assert card.offered_agent_id == agent.id
    assert card.offer_expires_at


async def test_taken_offer_is_the_agents_chat(services: Services, make: Make, push: None) -> None:
    agent = await make.agent()
    chat = await make.chat()
    await services.router.run()

    taken = await services.chats.take(agent, chat.id)

    assert (taken.status, taken.agent_id, taken.offered_agent_id) == (
        ChatStatus.ACTIVE, agent.id, None
    )  # fmt: skip
    assert (await services.agents.agent(agent.id)).status is AgentStatus.BUSY


async def test_refused_offer_goes_to_the_next(services: Services, make: Make, push: None) -> None:
    first, second = await make.agent(), await make.agent()
    chat = await make.chat()
    await services.router.run()
    asked = (await services.chats.chat(first, chat.id)).offered_agent_id
    refuser, other = (first, second) if asked == first.id else (second, first)

    await services.offers.refuse(refuser, chat.id)
    await services.router.run()

    assert (await services.chats.chat(other, chat.id)).offered_agent_id == other.id


async def test_nobody_takes_what_the_desk_offers_to_another(
    services: Services, make: Make, push: None
) -> None:
    first, second = await make.agent(), await make.agent()
    chat = await make.chat()
    await services.router.run()
    asked = (await services.chats.chat(first, chat.id)).offered_agent_id
    bystander = second if asked == first.id else first

    with pytest.raises(ConflictError):
        await services.chats.take(bystander, chat.id)


async def test_priority_comes_first_and_age_wins_in_the_end(
    services: Services, make: Make, push: None
) -> None:
    now = clock.now()
    old = await make.chat(start_time=now - timedelta(minutes=16), priority=Priority.LOW)
    urgent = await make.chat(start_time=now, priority=Priority.URGENT)
    young = await make.chat(start_time=now - timedelta(minutes=1))
    agent = await make.agent(chat_capacity=2)

    await services.router.run()

    offered = [
        (await services.chats.chat(agent, one.id)).offered_agent_id is not None
        for one in (old, urgent, young)
    ]
    assert offered == [True, True, False]


async def test_capacity_is_never_exceeded(services: Services, make: Make, push: None) -> None:
    agent = await make.agent(chat_capacity=2)
    chats = [await make.chat() for _ in range(4)]

    await services.router.run()

    rung = [await services.chats.chat(agent, chat.id) for chat in chats]
    assert sum(one.offered_agent_id == agent.id for one in rung) == 2


async def test_freed_place_leads_to_the_next_offer(
    services: Services, make: Make, push: None
) -> None:
    await make.queue(mode=QueueMode.PUSH, wrap_up_seconds=0)
    agent = await make.agent(chat_capacity=1)
    held = await make.chat(agent=agent)
    waiting = await make.chat()
    assert await services.router.run() == 0

    await services.chats.end(agent, held.id)
    await services.router.run()

    assert (await services.chats.chat(agent, waiting.id)).offered_agent_id == agent.id


async def test_chat_rings_at_who_telephones_only_where_the_queue_says_so(
    services: Services, make: Make
) -> None:
    talking = await make.agent()
    await make.call(agent=talking)
    queue = await make.queue(mode=QueueMode.PUSH)
    chat = await make.chat()

    await services.router.run()
    alone = (await services.chats.chat(talking, chat.id)).offered_agent_id
    await make.changed(queue, chats_during_call=True)
    await services.router.run()

    assert alone is None
    assert (await services.chats.chat(talking, chat.id)).offered_agent_id == talking.id


async def test_round_beside_another_process_does_not_wait(
    services: Services, make: Make, db: Database, push: None
) -> None:
    agent = await make.agent()
    chat = await make.chat()

    async with db.transaction() as other_process:
        assert await routing_queries.try_to_hold_routing(other_process)
        async with asyncio.timeout(PATIENCE_SECONDS):
            beside = await services.router.run()
    afterwards = await services.router.run()

    assert (beside, afterwards) == (0, 1)
    assert (await services.chats.chat(agent, chat.id)).offered_agent_id == agent.id


async def test_rounds_of_two_processes_at_once_offer_each_chat_once(
    services: Services, another_desk: Services, make: Make, push: None
) -> None:
    agents = [await make.agent(chat_capacity=2) for _ in range(3)]
    chats = [await make.chat() for _ in range(8)]

    made = await asyncio.gather(*(one.router.run() for one in (services, another_desk) * 3))

    offered = [(await services.chats.chat(agents[0], one.id)).offered_agent_id for one in chats]
    assert sum(made) == 6
    assert sorted(filter(None, offered)) == sorted(one.id for one in agents * 2)
