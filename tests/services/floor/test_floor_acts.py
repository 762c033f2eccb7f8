"""What supervisors do from the board: whisper, take over and give back, sign out, limits and alerts, walls, notices."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import (
    Agent,
    AgentStatus,
    AuditEntry,
    ContactStep,
    QueueMode,
    Sentiment,
    StepKind,
)
from services.chats.visits import ChatStart
from services.floor import alerts as alerts_module
from services.floor.board import Number
from services.floor.events import (
    ContactSteered,
    Deed,
    NoticesChanged,
    Whispered,
    steering_topic,
)
from services.registry import Services
from tests.support.listening import listen
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

WHY = '고객이 책임자를 찾음'


@pytest.fixture
async def boss(make: Make) -> Agent:
    """A supervisor who takes no contacts."""
    return await make.supervisor(status=AgentStatus.OFFLINE)


async def audited(db: Database) -> list[str]:
    async with db.reading() as session:
        rows = await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))
        return [row.action for row in rows]


async def come(services: Services) -> None:
    form = ChatStart(name='정하윤', phone='010-9876-5432', department=DEPARTMENT)
    await services.visits.start(form)


async def test_agent_hears_a_whisper_that_the_customer_never_sees(
    services: Services, another_desk: Services, make: Make, db: Database, boss: Agent
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    heard = listen(another_desk, steering_topic(agent.id))

    await services.joining.whisper(boss, chat.id, '환불 규정을 안내해 주세요')

    await until(lambda: heard.of(Whispered))
    [event] = heard.of(Whispered)
    assert (event.by, event.body) == (boss.name, '환불 규정을 안내해 주세요')
    assert (await services.chats.chat(boss, chat.id)).last_number == 0
    assert await audited(db) == ['contact_whispered']
    with pytest.raises(ConflictError):
        await services.joining.whisper(boss, (await make.chat()).id, '여보세요')
    with pytest.raises(NotAllowedError):
        await services.joining.whisper(agent, chat.id, '여보세요')


async def test_chat_is_taken_over_and_given_back(
    services: Services, another_desk: Services, make: Make, db: Database, boss: Agent
) -> None:
    agent = await make.agent(status=AgentStatus.OFFLINE)
    await services.agent_states.choose(agent.id, AgentStatus.AVAILABLE)
    await come(services)
    [listed] = (await services.board.now(boss))[0].contacts(
        Number.WAITING, [one.id for one in (await services.steering.targets(boss)).queues]
    )
    chat_id = listed.contact.id
    await services.chats.take(agent, chat_id)
    heard = listen(another_desk, steering_topic(agent.id))

    former = await services.joining.take_over(boss, chat_id, WHY)

    assert former == agent.id
    assert (await services.chats.chat(boss, chat_id)).agent_id == boss.id
    assert (await services.agents.agent(agent.id)).status is AgentStatus.AVAILABLE
    await until(lambda: heard.of(ContactSteered))
    assert heard.of(ContactSteered)[0].deed is Deed.TAKEN_OVER
    await services.joining.give_back(boss, chat_id, former)
    assert (await services.chats.chat(boss, chat_id)).agent_id == agent.id
    async with db.reading() as session:
        steps = (await session.exec(select(ContactStep).order_by(col(ContactStep.id)))).all()
    assert [one.kind for one in steps][-4:] == [
        StepKind.TRANSFERRED, StepKind.TAKEN, StepKind.TRANSFERRED, StepKind.TAKEN
    ]  # fmt: skip
    await services.board.refresh()
    board, snapshot = await services.board.now(boss)
    assert snapshot.total(Number.IN_PROGRESS) == 1
    assert [*board.ledger.in_hand(agent.id)] == [chat_id]
    assert snapshot.total(Number.ANSWERED) == 1
    with pytest.raises(NotAllowedError):
        await services.joining.take_over(agent, chat_id, WHY)
    with pytest.raises(InvalidInputError):
        await services.joining.take_over(boss, chat_id, ' ')


async def test_agent_is_signed_out_with_a_reason(
    services: Services, make: Make, db: Database, boss: Agent
) -> None:
    agent = await make.agent()

    with pytest.raises(InvalidInputError):
        await services.accounts.sign_out_agent(boss, agent.id, '  ')
    with pytest.raises(NotAllowedError):
        await services.accounts.sign_out_agent(agent, agent.id, WHY)
    with pytest.raises(NotAllowedError):
        await services.accounts.sign_out_agent(boss, (await make.admin()).id, WHY)
    await services.accounts.sign_out_agent(boss, agent.id, '자리를 비우고 퇴근함')

    assert (await services.agents.agent(agent.id)).status is AgentStatus.OFFLINE
    assert 'status_set' in await audited(db)


async def look(*desks: Services) -> None:
    """Let every process look at the limits as they are now."""
    for desk in desks:
        await desk.board.refresh()
        await desk.alerts.look()


@pytest.fixture
async def limit(services: Services, make: Make, boss: Agent) -> Agent:
    """More than one waiting contact is an alert; the agent who could take one."""
    await make.queue(mode=QueueMode.PULL)
    admin = await make.admin()
    await services.thresholds.add(admin, {'kind': 'waiting', 'most': '1'})
    return await make.agent(chat_capacity=5)


async def waiting(services: Services, boss: Agent) -> list[UUID]:
    board, snapshot = await services.board.now(boss)
    queues = [one.queue_id for one in snapshot.queues]
    return [one.contact.id for one in board.contacts(Number.WAITING, queues)]


async def test_limit_that_is_passed_is_one_alert_for_all_processes(
    services: Services, another_desk: Services, make: Make, boss: Agent, limit: Agent
) -> None:
    await come(services)
    await look(services)
    assert await services.alerts.recent(boss) == []

    await come(services)
    await look(services, another_desk)

    [alert] = await services.alerts.recent(boss)
    assert (alert.kind, alert.most, alert.value) == ('waiting', 1, 2)
    await services.alerts.take(boss, alert.id)
    with pytest.raises(ConflictError):
        await another_desk.alerts.take(await make.supervisor(), alert.id)


async def test_alert_does_not_flap_and_ends_when_it_is_calm(
    services: Services, boss: Agent, limit: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        await come(services)
    await look(services)
    await services.chats.take(limit, (await waiting(services, boss))[0])
    await look(services)
    [alert] = await services.alerts.recent(boss)
    assert alert.ended_at is None  # it might come again
    await come(services)
    await look(services)
    assert [one.id for one in await services.alerts.recent(boss)] == [alert.id]

    for chat_id in await waiting(services, boss):
        await services.visits.leave(chat_id)
    monkeypatch.setattr(alerts_module, 'CALM_SECONDS', 0.0)
    await look(services)

    [alert] = await services.alerts.recent(boss)
    assert alert.ended_at is not None


async def test_limits_of_time_level_and_state(services: Services, make: Make, boss: Agent) -> None:
    await make.queue(mode=QueueMode.PULL, service_level_seconds=20)
    agent, admin = await make.agent(status=AgentStatus.AWAY), await make.admin()
    for values in (
        {'kind': 'longest', 'most': '60'},
        {'kind': 'state', 'most': '10', 'status': 'away'},
        {'kind': 'level', 'most': '80'},
    ):
        await services.thresholds.add(admin, values)
    await come(services)
    await services.alerts.look()
    assert await services.alerts.recent(boss) == []

    with clock.moved(timedelta(minutes=11)):
        await services.alerts.look()
        alerts = await services.alerts.recent(boss)

    assert {one.kind for one in alerts} == {'longest', 'state'}
    assert {one.subject_id for one in alerts if one.kind == 'state'} == {agent.id}


async def test_upset_customer_and_overdue_promise_are_alerts(
    services: Services, make: Make, boss: Agent
) -> None:
    queue, agent, admin = await make.queue(), await make.agent(), await make.admin()
    chat = await make.chat(agent=agent, queue_id=queue.id)
    for values in ({'kind': 'negative', 'most': '0'}, {'kind': 'promise', 'most': '5'}):
        await services.thresholds.add(admin, values)
    due = clock.now() + timedelta(minutes=1)
    await services.promises.make(agent, chat.id, '다시 전화드리겠습니다', due)
    mood = await make.judged(chat, Sentiment.NEGATIVE)
    await look(services)
    assert await services.alerts.recent(boss) == []

    await make.changed(mood, negative_in_a_row=3)
    with clock.moved(timedelta(minutes=7)):
        await look(services)
        alerts = await services.alerts.recent(boss)

    assert {(one.kind, one.subject_id, one.value) for one in alerts} == {
        ('negative', queue.id, 1),
        ('promise', queue.id, 6),
    }


@pytest.mark.parametrize(
    'values',
    [
        {'kind': 'mood', 'most': '1'},
        {'kind': 'level', 'most': '101'},
        {'kind': 'waiting', 'most': '-1'},
        {'kind': 'state', 'most': '5', 'status': 'asleep'},
        {'kind': 'waiting', 'most': '1', 'queue_id': 'x'},
    ],
)
async def test_limit_that_is_none_is_refused(
    services: Services, boss: Agent, values: dict[str, str]
) -> None:
    with pytest.raises(InvalidInputError):
        await services.thresholds.add(boss, values)


async def test_wall_shows_numbers_until_its_link_is_revoked(
    services: Services, make: Make, db: Database, boss: Agent
) -> None:
    await make.queue()
    link, token = await services.walls.add(boss, '3층 벽')
    await come(services)
    await services.board.refresh()

    assert (await services.walls.numbers(token)).total(Number.WAITING) == 1
    assert token not in link.token_hash
    await services.walls.revoke(boss, link.id)

    with pytest.raises(NotFoundError):
        await services.walls.numbers(token)
    with pytest.raises(NotAllowedError):
        await services.walls.add(await make.agent(), '벽')
    assert await audited(db) == ['wall_link_made', 'wall_link_revoked']


async def test_notice_goes_to_a_queue_and_says_who_has_read_it(
    services: Services, another_desk: Services, make: Make, boss: Agent
) -> None:
    queue = await make.queue()
    agent, other = await make.agent(), await make.agent(department='결제')
    heard = listen(another_desk, 'floor-notices')

    notice = await services.queue_notices.send(boss, queue.id, '배송 지연 안내문을 확인하세요')

    await until(lambda: heard.of(NoticesChanged))
    assert [one.body for one in await services.queue_notices.unread(agent)] == [notice.body]
    assert await services.queue_notices.unread(other) == []
    await services.queue_notices.read(agent, notice.id)
    [sent] = await services.queue_notices.sent(boss)
    assert (sent.read, len(sent.receipts)) == (1, 1)
    assert await services.queue_notices.unread(agent) == []
    with pytest.raises(NotFoundError):
        await services.queue_notices.read(other, notice.id)
    with pytest.raises(NotAllowedError):
        await services.queue_notices.send(agent, queue.id, '공지')
    with pytest.raises(NotFoundError):
        await services.queue_notices.send(boss, uuid4(), '공지')


async def test_notice_that_is_withdrawn_is_read_by_nobody_more(
    services: Services, make: Make, boss: Agent
) -> None:
    queue = await make.queue()
    agent = await make.agent()
    notice = await services.queue_notices.send(boss, queue.id, '점검이 있습니다')

    await services.queue_notices.withdraw(boss, notice.id)

    assert await services.queue_notices.unread(agent) == []
