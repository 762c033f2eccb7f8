"""상담 상태: what is chosen, what waits for the last contact, and what the desk sets; every change is a row."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import InvalidInputError, NotAllowedError, NotFoundError
from models import AgentPresence, AgentStatus, AgentStatusChange, StateCause
from services.people.events import EVERY_AGENT, AgentStatusChanged
from services.people.states import CHOOSABLE
from services.registry import Services
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.until import until

AVAILABLE, AWAY, BUSY = AgentStatus.AVAILABLE, AgentStatus.AWAY, AgentStatus.BUSY
OFFLINE, AFTER_CONTACT = AgentStatus.OFFLINE, AgentStatus.AFTER_CONTACT
DISCONNECTED = AgentStatus.DISCONNECTED


async def status_of(services: Services, agent_id: UUID) -> AgentStatus:
    return (await services.agents.agent(agent_id)).status


async def causes(db: Database, agent_id: UUID) -> list[tuple[AgentStatus, StateCause]]:
    statement = select(AgentStatusChange).where(col(AgentStatusChange.agent_id) == agent_id)
    async with db.reading() as session:
        rows = await session.exec(statement.order_by(col(AgentStatusChange.created_at)))
        return [(row.status, row.why) for row in rows]


@pytest.mark.parametrize('status', CHOOSABLE)
async def test_chosen_status_is_kept_and_told(
    services: Services, another_desk: Services, make: Make, status: AgentStatus
) -> None:
    agent = await make.agent(status=AWAY if status is not AWAY else AVAILABLE)
    listener = listen(another_desk, EVERY_AGENT)

    told = await services.agent_states.choose(agent.id, status)

    now = await services.agents.agent(agent.id)
    assert (now.status, now.base_status) == (status, status)
    assert now.status_since > agent.status_since
    await until(lambda: bool(listener.events))
    assert listener.events == [told]
    assert isinstance(told, AgentStatusChanged)


async def test_same_status_again_keeps_its_time(services: Services, make: Make) -> None:
    agent = await make.agent()
    first = await services.agent_states.choose(agent.id, AWAY, reason='meal')

    again = await services.agent_states.choose(agent.id, AWAY, reason='meal')
    other_reason = await services.agent_states.choose(agent.id, AWAY, reason='meeting')

    assert again.since == first.since
    assert other_reason.since > first.since


@pytest.mark.parametrize('status', sorted(set(AgentStatus) - set(CHOOSABLE)))
async def test_status_that_follows_from_work_cannot_be_chosen(
    services: Services, make: Make, status: AgentStatus
) -> None:
    agent = await make.agent()

    with pytest.raises(InvalidInputError):
        await services.agent_states.choose(agent.id, status)

    assert await status_of(services, agent.id) is AVAILABLE


@pytest.mark.parametrize('reason', ['no_answer', 'nothing', ''])
async def test_only_reasons_for_people_can_be_chosen(
    services: Services, make: Make, reason: str
) -> None:
    agent = await make.agent()

    with pytest.raises(InvalidInputError):
        await services.agent_states.choose(agent.id, AWAY, reason=reason)


async def test_nobody_is_not_found(services: Services) -> None:
    with pytest.raises(NotFoundError):
        await services.agent_states.choose(uuid4(), AWAY)


async def test_away_waits_until_contact_and_wrap_up_are_over(
    services: Services, make: Make, db: Database
) -> None:
    agent = await make.agent()
    chat = await make.chat()
    await services.chats.take(agent, chat.id)

    waiting = await services.agent_states.choose(agent.id, AWAY, reason='meal')
    assert (waiting.status, waiting.next_status, waiting.is_ready) == (BUSY, AWAY, False)
    await services.chats.end(agent, chat.id)
    assert await status_of(services, agent.id) is AFTER_CONTACT
    await services.wrap_ups.finish(agent, chat.id)

    assert await status_of(services, agent.id) is AWAY
    assert await causes(db, agent.id) == [
        (BUSY, StateCause.CONTACT_TAKEN),
        (AFTER_CONTACT, StateCause.CONTACT_OVER),
        (AWAY, StateCause.NEXT_CAME_TRUE),
    ]


async def test_next_status_is_taken_back(services: Services, make: Make) -> None:
    agent = await make.agent()
    await make.queue(wrap_up_seconds=0)
    chat = await make.chat()
    await services.chats.take(agent, chat.id)
    await services.agent_states.choose(agent.id, AWAY)

    await services.agent_states.take_back_next(agent.id)
    await services.chats.end(agent, chat.id)

    assert await status_of(services, agent.id) is AVAILABLE


async def test_chat_on_hold_lets_its_agent_go(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat()
    await services.chats.take(agent, chat.id)

    await services.chats.hold(agent, chat.id)
    assert await status_of(services, agent.id) is AVAILABLE
    await services.chats.resume(agent, chat.id)

    assert await status_of(services, agent.id) is BUSY


async def test_supervisor_sets_a_state_with_a_reason(
    services: Services, make: Make, db: Database
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()

    await services.agent_states.set_by_supervisor(
        supervisor, agent.id, AWAY, reason='training', note='신입 교육'
    )

    assert await causes(db, agent.id) == [(AWAY, StateCause.SUPERVISOR)]
    with pytest.raises(NotAllowedError):
        await services.agent_states.set_by_supervisor(
            agent, supervisor.id, AWAY, reason='other', note='그냥'
        )
    with pytest.raises(InvalidInputError):
        await services.agent_states.set_by_supervisor(
            supervisor, agent.id, AVAILABLE, reason='other', note=' '
        )


async def silent(db: Database, agent_id: UUID) -> None:
    """Let nobody have heard of an agent for a minute."""
    async with db.transaction() as session:
        session.add(AgentPresence(agent_id=agent_id, seen_at=clock.now() - timedelta(minutes=1)))


async def test_agent_nobody_hears_of_is_disconnected_and_comes_back_as_before(
    services: Services, another_desk: Services, make: Make, db: Database
) -> None:
    agent = await make.agent(status=AWAY)
    await silent(db, agent.id)

    await services.presence.sweep()
    assert await status_of(services, agent.id) is DISCONNECTED
    with another_desk.presence.connected(agent.id):
        await another_desk.presence.note()

    assert await status_of(services, agent.id) is AWAY
    assert await causes(db, agent.id) == [
        (DISCONNECTED, StateCause.LINE_LOST),
        (AWAY, StateCause.LINE_BACK),
    ]


async def test_two_tabs_are_one_agent(services: Services, make: Make, db: Database) -> None:
    agent = await make.agent()
    await silent(db, agent.id)

    with services.presence.connected(agent.id):
        with services.presence.connected(agent.id):
            pass
        await services.presence.note()
        await services.presence.sweep()

    assert await status_of(services, agent.id) is AVAILABLE


async def test_taken_chats_stay_with_a_disconnected_agent(
    services: Services, make: Make, db: Database
) -> None:
    agent = await make.agent()
    chat = await make.chat()
    await services.chats.take(agent, chat.id)
    await silent(db, agent.id)

    await services.presence.sweep()

    assert await status_of(services, agent.id) is DISCONNECTED
    assert (await services.chats.chat(agent, chat.id)).agent_id == agent.id
