"""다시 알림: a chat is put away until a time or its customer's next line, and comes back once, on top and marked."""

from datetime import timedelta

import pytest

from desk import clock
from desk.errors import ConflictError, InvalidInputError
from models import ChatStatus
from services.chats.events import SnoozeDue, hold_topic
from services.chats.inbox_order import Scope, Tab
from services.chats.snoozes import LONGEST
from services.registry import Services
from tests.support.make import Make
from tests.support.until import until


async def own(services: Services, agent: object) -> list[str]:
    page = await services.inbox.page(agent, Tab.OPEN, Scope.MINE)  # type: ignore[arg-type]
    return [chat.visitor_name for chat in page.chats]


async def test_chat_that_is_put_away_comes_last_and_keeps_its_place(
    services: Services, make: Make
) -> None:
    agent = await make.agent(chat_capacity=2)
    away = await make.chat(agent=agent, visitor_name='미룸', awaiting_since=clock.now())
    await make.chat(agent=agent, visitor_name='남음')
    waiting = await make.chat()

    card = await services.snoozes.snooze(agent, away.id)

    assert card.status is ChatStatus.ACTIVE
    assert card.snoozed_until is not None
    assert card.snoozed_until - clock.now() <= LONGEST
    assert await own(services, agent) == ['남음', '미룸']
    with pytest.raises(ConflictError, match=r'agent\.full'):
        await services.chats.take(agent, waiting.id)


async def test_customers_line_brings_it_back_on_top_until_it_is_noticed(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    away = await make.chat(agent=agent, visitor_name='돌아옴')
    since = clock.now() - timedelta(minutes=5)
    await make.chat(agent=agent, visitor_name='오래 기다림', awaiting_since=since)
    await services.snoozes.snooze(agent, away.id, until=clock.now() + timedelta(hours=1))

    await services.visits.write(make.outgoing(away, '아직 안 왔어요'))

    back = await services.chats.chat(agent, away.id)
    assert (back.snoozed_until, back.woken_at is None) == (None, False)
    assert await own(services, agent) == ['돌아옴', '오래 기다림']
    noticed = await services.snoozes.wake(agent, away.id)
    assert noticed.woken_at is None
    assert await own(services, agent) == ['오래 기다림', '돌아옴']


async def test_it_rings_once_at_its_time_in_whatever_process(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    heard: list[object] = []
    services.topics.subscribe(hold_topic(agent.id), heard.append)
    await services.snoozes.snooze(agent, chat.id, until=clock.now() + timedelta(hours=1))
    assert await services.snoozes.wake_due() == 0

    with clock.moved(timedelta(hours=1)):
        assert await another_desk.snoozes.wake_due() == 1
        assert await services.snoozes.wake_due() == 0

    await until(lambda: [type(one) for one in heard] == [SnoozeDue])
    assert (await services.chats.chat(agent, chat.id)).woken_at is not None
    await services.chats.reply(agent, make.outgoing(chat))
    assert (await services.chats.chat(agent, chat.id)).woken_at is None


async def test_only_own_open_chats_are_put_away_for_a_time_within_a_week(
    services: Services, make: Make
) -> None:
    agent, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=agent)
    await services.company.join(colleague, chat.id)
    for until_ in (clock.now(), clock.now() + LONGEST + timedelta(minutes=1)):
        with pytest.raises(InvalidInputError):
            await services.snoozes.snooze(agent, chat.id, until=until_)
    with pytest.raises(ConflictError):
        await services.snoozes.snooze(colleague, chat.id)
    await services.chats.hold(agent, chat.id)
    with pytest.raises(ConflictError):
        await services.snoozes.snooze(agent, chat.id)
    with pytest.raises(ConflictError):
        await services.snoozes.snooze(agent, (await make.chat()).id)


async def test_hands_that_change_and_an_end_bring_it_back(services: Services, make: Make) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    queue = await make.queue()
    for act in (
        lambda chat: services.steering.move(supervisor, [chat.id], queue.id, '다시'),
        lambda chat: services.joining.take_over(supervisor, chat.id, '도움'),
        lambda chat: services.chats.hold(agent, chat.id),
        lambda chat: services.chats.end(agent, chat.id),
    ):
        chat = await make.chat(agent=agent)
        await services.snoozes.snooze(agent, chat.id)

        await act(chat)

        assert (await services.chats.chat(supervisor, chat.id)).snoozed_until is None
