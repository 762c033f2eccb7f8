"""왜 나에게? The whole of a decision for supervisors, and what came to each agent since the day began."""

from datetime import timedelta

import pytest

from desk import clock
from desk.errors import NotAllowedError
from models import AgentStatus, QueueMode
from services.floor.decision import Rule
from services.registry import Services
from tests.support.make import Make


async def test_supervisor_sees_who_was_considered_and_what_decided(
    services: Services, make: Make
) -> None:
    await make.queue(mode=QueueMode.PUSH)
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    busy, idle = await make.agent(), await make.agent(chat_capacity=5)
    await make.chat(agent=busy)
    chat = await make.chat()
    await services.router.run()
    await services.steering.assign(boss, [chat.id], busy.id, '단골 고객')

    found = await services.explanations.assignments(boss, chat.id)

    by_hand, routed = found.decisions
    assert (by_hand.explanation.rule, by_hand.explanation.reason) == (Rule.BY_HAND, '단골 고객')
    assert (by_hand.explanation.agent_id, by_hand.by_id) == (busy.id, boss.id)
    assert (routed.explanation.rule, routed.explanation.agent_id) == (Rule.LOAD, idle.id)
    considered = {one.agent_id: (one.load, one.capacity) for one in routed.situation.candidates}
    assert considered == {busy.id: (1, 3), idle.id: (0, 5)}
    assert found.names[boss.id] == boss.name
    with pytest.raises(NotAllowedError):
        await services.explanations.assignments(idle, chat.id)


async def test_fairness_counts_what_came_since_the_day_began(
    services: Services, make: Make
) -> None:
    await make.queue(mode=QueueMode.PUSH)
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    first = await make.agent(chat_capacity=1)
    with clock.moved(timedelta(days=-1)):
        yesterday = await make.chat()
        await services.router.run()
        await services.chats.take(first, yesterday.id)
        await services.chats.end(first, yesterday.id)
        await services.wrap_ups.finish(first, yesterday.id)
    chat = await make.chat()
    await services.router.run()
    await services.offers.refuse(first, chat.id)
    second = await make.agent(chat_capacity=1)
    await services.router.run()
    await services.chats.take(second, chat.id)
    other = await make.agent(department='기술지원')

    shares = (await services.explanations.assignments(boss, chat.id)).shares

    counts = {one.agent_id: (one.offers, one.taken, one.missed, one.refused) for one in shares}
    assert counts == {second.id: (1, 1, 0, 0), first.id: (1, 0, 0, 1)}
    assert other.id not in counts
