"""Agents: who is here, and the 상담 상태 that they choose."""

from uuid import uuid4

import pytest

from desk.errors import InvalidInputError, NotFoundError
from models import AgentStatus
from services.agents import CHOOSABLE
from services.chat_events import EVERY_AGENT, AgentStatusChanged
from services.registry import Services
from tests.make import Make
from tests.services.listening import listen
from tests.until import until


@pytest.mark.parametrize('status', CHOOSABLE)
async def test_chosen_status_is_kept_and_told(
    services: Services, another_desk: Services, make: Make, status: AgentStatus
) -> None:
    agent = await make.agent()
    listener = listen(another_desk, EVERY_AGENT)

    await services.agents.choose_status(agent.id, status)

    now = await services.agents.agent(agent.id)
    assert now.status is status
    assert now.status_since > agent.status_since
    await until(lambda: bool(listener.events))
    told = AgentStatusChanged(agent_id=agent.id, status=status, since=now.status_since)
    assert listener.events == [told]


async def test_same_status_again_keeps_its_time(services: Services, make: Make) -> None:
    agent = await make.agent()
    await services.agents.choose_status(agent.id, AgentStatus.AWAY)
    before = await services.agents.agent(agent.id)

    await services.agents.choose_status(agent.id, AgentStatus.AWAY)

    assert (await services.agents.agent(agent.id)).status_since == before.status_since


@pytest.mark.parametrize('status', sorted(set(AgentStatus) - set(CHOOSABLE)))
async def test_status_that_follows_from_work_cannot_be_chosen(
    services: Services, make: Make, status: AgentStatus
) -> None:
    agent = await make.agent(status=AgentStatus.AVAILABLE)

    with pytest.raises(InvalidInputError):
        await services.agents.choose_status(agent.id, status)

    assert (await services.agents.agent(agent.id)).status is AgentStatus.AVAILABLE


async def test_nobody_is_not_found(services: Services) -> None:
    with pytest.raises(NotFoundError):
        await services.agents.agent(uuid4())
    with pytest.raises(NotFoundError):
        await services.agents.choose_status(uuid4(), AgentStatus.AWAY)


async def test_names_are_written_as_their_owners_write_them(services: Services, make: Make) -> None:
    korean = await make.agent(first_name='서연', last_name='김')
    latin = await make.agent(first_name='Grace', last_name='Hopper')

    names = await services.agents.names([korean.id, latin.id, uuid4()])

    assert names == {korean.id: '김서연', latin.id: 'Grace Hopper'}
