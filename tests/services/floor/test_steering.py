"""What supervisors do by hand: each with its reason, recorded, told, and done to as many as it can be done to."""

from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from desk.db import Database
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import (
    Agent,
    AgentStatus,
    AuditEntry,
    ChatStatus,
    ContactStep,
    Priority,
    QueueMode,
    StepKind,
)
from services.floor.events import ContactSteered, Deed, steering_topic
from services.registry import Services
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.until import until

WHY = '고객이 영어로 말함'


async def steps(db: Database, contact_id: UUID) -> list[tuple[StepKind, UUID | None, str]]:
    async with db.reading() as session:
        rows = await session.exec(
            select(ContactStep)
            .where(col(ContactStep.contact_id) == contact_id)
            .order_by(col(ContactStep.id))
        )
        return [(row.kind, row.by_id, row.reason) for row in rows]


async def audited(db: Database, contact_id: UUID) -> list[tuple[str, str]]:
    async with db.reading() as session:
        rows = await session.exec(
            select(AuditEntry).where(col(AuditEntry.subject_id) == contact_id)
        )
        return [(row.action, row.reason) for row in rows]


@pytest.fixture
async def boss(make: Make) -> Agent:
    """A supervisor who takes no contacts."""
    return await make.supervisor(status=AgentStatus.OFFLINE)


async def test_chat_is_assigned_rings_and_its_agent_hears_why(
    services: Services, make: Make, db: Database, boss: Agent
) -> None:
    agent = await make.agent()
    chat = await make.chat()

    steered = await services.steering.assign(boss, [chat.id], agent.id, WHY)

    assert steered.done == (chat.id,)
    assert (await services.chats.chat(boss, chat.id)).offered_agent_id == agent.id
    explanation = await services.explanations.of_chat(agent, chat.id)
    assert explanation
    assert explanation.reason == WHY
    assert await steps(db, chat.id) == [
        (StepKind.TRANSFERRED, boss.id, WHY), (StepKind.OFFERED, boss.id, 'by_hand')
    ]  # fmt: skip
    assert await audited(db, chat.id) == [('contact_moved', WHY)]


async def test_agent_takes_no_more_than_they_have_places(
    services: Services, make: Make, boss: Agent
) -> None:
    agent = await make.agent(chat_capacity=2)
    chats = [await make.chat() for _ in range(3)]

    steered = await services.steering.assign(boss, [one.id for one in chats], agent.id, WHY)

    assert steered.done == (chats[0].id, chats[1].id)
    assert [error.key for error in steered.left.values()] == ['agent.cannot_take']


async def test_ring_that_is_taken_from_an_agent_is_told_to_them(
    services: Services, another_desk: Services, make: Make, boss: Agent
) -> None:
    await make.queue(mode=QueueMode.PUSH)
    first = await make.agent()
    chat = await make.chat(visitor_name='정하윤')
    await services.router.run()
    second = await make.agent()
    heard = listen(another_desk, steering_topic(first.id))

    await services.steering.assign(boss, [chat.id], second.id, WHY)

    await until(lambda: heard.of(ContactSteered))
    [event] = heard.of(ContactSteered)
    assert (event.customer, event.by, event.deed, event.reason) == (
        '정하윤', boss.name, Deed.ASSIGNED, WHY
    )  # fmt: skip
    assert (await services.chats.chat(boss, chat.id)).offered_agent_id == second.id


async def test_many_are_moved_and_what_cannot_be_stays(
    services: Services, make: Make, db: Database, boss: Agent
) -> None:
    agent = await make.agent()
    queue = await make.queue(name='기술지원', department='기술지원')
    waiting, held = await make.chat(), await make.chat(agent=agent)
    over = await make.chat(agent=agent, status=ChatStatus.CLOSED)
    there = await make.chat(department='기술지원')
    chats = [waiting, held, over, there]

    steered = await services.steering.move(boss, [one.id for one in chats], queue.id, WHY)

    assert steered.done == (waiting.id, held.id)
    assert {one: error.key for one, error in steered.left.items()} == {
        over.id: 'chat.ended', there.id: 'steering.there_already'
    }  # fmt: skip
    for one in (waiting, held):
        card = await services.chats.chat(boss, one.id)
        assert (card.status, card.agent_id, card.department) == (
            ChatStatus.WAITING, None, '기술지원'
        )  # fmt: skip
        assert (StepKind.TRANSFERRED, boss.id, WHY) in await steps(db, one.id)


async def test_urgent_chat_comes_first(
    services: Services, make: Make, db: Database, boss: Agent
) -> None:
    await make.queue(mode=QueueMode.PUSH)
    first, second = await make.chat(), await make.chat()
    await services.steering.set_priority(boss, [second.id], Priority.URGENT, WHY)
    await make.agent(chat_capacity=1)

    await services.router.run()

    assert (await services.chats.chat(boss, first.id)).offered_agent_id is None
    assert (await services.chats.chat(boss, second.id)).offered_agent_id is not None
    assert (StepKind.PRIORITY_CHANGED, boss.id, WHY) in await steps(db, second.id)
    assert await audited(db, second.id) == [('priority_changed', WHY)]


async def test_only_supervisors_steer_and_they_say_why(
    services: Services, make: Make, boss: Agent
) -> None:
    agent, chat = await make.agent(), await make.chat()
    steering = services.steering

    with pytest.raises(NotAllowedError):
        await steering.assign(agent, [chat.id], agent.id, WHY)
    for why in ('  ', '가' * 201):
        with pytest.raises(InvalidInputError):
            await steering.set_priority(boss, [chat.id], Priority.HIGH, why)
    with pytest.raises(NotFoundError):
        await steering.move(boss, [uuid4()], chat.queue_id or uuid4(), WHY)
    with pytest.raises(ConflictError, match=r'steering\.there_already'):
        await steering.move(boss, [chat.id], chat.queue_id or uuid4(), WHY)


async def test_reason_keeps_no_number(
    services: Services, make: Make, db: Database, boss: Agent
) -> None:
    chat = await make.chat()

    await services.steering.set_priority(
        boss, [chat.id], Priority.HIGH, '010-1234-5678 로 다시 전화함'
    )

    [(_, reason)] = await audited(db, chat.id)
    assert '1234' not in reason
    assert [one for _, _, one in await steps(db, chat.id)] == [reason]


async def test_targets_are_those_who_can_take_one_first(
    services: Services, make: Make, boss: Agent
) -> None:
    full = await make.agent(chat_capacity=1)
    await make.chat(agent=full)
    free = await make.agent()

    targets = await services.steering.targets(boss)

    assert [(one.id, one.load, one.can_take) for one in targets.agents] == [
        (free.id, 0, True), (full.id, 1, False)
    ]  # fmt: skip
    assert [queue.name for queue in targets.queues] == ['주문·배송']
    with pytest.raises(NotAllowedError):
        await services.steering.targets(free)
