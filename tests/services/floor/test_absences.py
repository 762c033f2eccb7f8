"""Chats whose agent has gone: they stay the agent's, and supervisors are told after a second period."""

from datetime import timedelta

import pytest

from desk import clock
from desk.errors import NotAllowedError
from models import AgentStatus
from services.floor.absences import SECOND_PERIOD
from services.people.presence import GRACE
from services.registry import Services
from tests.support.make import Make


async def test_chats_of_who_has_gone_are_told_after_a_second_period_and_not_once_they_are_back(
    services: Services, make: Make
) -> None:
    agent, boss = await make.agent(), await make.supervisor()
    chat = await make.chat(agent=agent, visitor_name='정하윤')
    await make.chat(agent=await make.agent())
    await services.presence.arrived(agent.id)
    assert await services.absences.now(boss) == []

    with clock.moved(GRACE + timedelta(seconds=1)):
        await services.presence.sweep()
        [pending] = await services.absences.now(boss)
        assert not pending.is_told
    with clock.moved(GRACE + SECOND_PERIOD + timedelta(seconds=2)):
        [absence] = await services.absences.now(boss)
        assert absence.is_told
        await services.presence.arrived(agent.id)

    assert (absence.agent_id, absence.status) == (agent.id, AgentStatus.DISCONNECTED)
    assert [one.id for one in absence.chats] == [chat.id]
    assert (await services.chats.chat(boss, chat.id)).agent_id == agent.id
    assert await services.absences.now(boss) == []


async def test_chats_of_who_signed_out_are_told_until_they_are_moved(
    services: Services, make: Make
) -> None:
    boss = await make.supervisor()
    gone = await make.agent(status=AgentStatus.OFFLINE, status_since=clock.now() - SECOND_PERIOD)
    chats = [await make.chat(agent=gone) for _ in range(2)]
    queue = await make.queue()
    [absence] = await services.absences.now(boss)
    assert absence.is_told
    assert {one.id for one in absence.chats} == {one.id for one in chats}

    await services.steering.move(boss, [one.id for one in chats], queue.id, '상담원이 없음')

    assert await services.absences.now(boss) == []


async def test_only_supervisors_are_told(services: Services, make: Make) -> None:
    with pytest.raises(NotAllowedError):
        await services.absences.now(await make.agent())
