"""약속: offered where a line promises something, made by the agent alone, told at its time, kept or broken on record."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import Agent, AgentStatus, ChatSession, PromiseStatus
from services.contacts.promise_view import PromiseDue, PromiseView, owned_topic, unowned_topic
from services.registry import Services
from tests.support.listening import Listener, listen
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

HOUR = timedelta(hours=1)


def in_an_hour() -> datetime:
    return clock.now() + HOUR


async def told_by(heard: Listener) -> PromiseDue:
    async def is_told() -> bool:
        return bool(heard.of(PromiseDue))

    await until(is_told)
    [due] = heard.of(PromiseDue)
    return due


async def promise(services: Services, agent: Agent, chat: ChatSession) -> PromiseView:
    return await services.promises.make(agent, chat.id, '다시 전화드리겠습니다', in_an_hour())


async def test_line_with_a_promise_is_offered_and_nothing_is_promised_by_itself(
    services: Services, make: Make
) -> None:
    agent, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=agent)
    said = make.outgoing(chat, '확인했습니다. 30분 뒤에 다시 전화드리겠습니다')
    await services.chats.reply(agent, said)
    await services.chats.reply(agent, make.outgoing(chat, '잠시만 기다려 주세요'))

    [offer] = await services.promises.offers(agent, chat.id)

    assert (offer.message_id, offer.body) == (said.id, '30분 뒤에 다시 전화드리겠습니다')
    assert timedelta(minutes=29) < offer.due_at - clock.now() <= timedelta(minutes=30)
    assert (await services.promises.mine(agent)).own == []
    assert await services.promises.offers(colleague, chat.id) == []


async def test_confirmed_line_is_one_promise_however_often_it_is_confirmed(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    said = make.outgoing(chat, '30분 뒤에 전화드리겠습니다')
    await services.chats.reply(agent, said)
    [offer] = await services.promises.offers(agent, chat.id)

    made = [
        await desk.promises.make(agent, chat.id, offer.body, offer.due_at, message_id=said.id)
        for desk in (services, another_desk)
    ]

    assert made[0].id == made[1].id
    assert [one.id for one in (await services.promises.mine(agent)).own] == [made[0].id]
    assert await services.promises.offers(agent, chat.id) == []


async def test_dismissed_line_is_not_offered_again(services: Services, make: Make) -> None:
    agent, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=agent)
    said = make.outgoing(chat, '내일 10시까지 답변드리겠습니다')
    await services.chats.reply(agent, said)
    with pytest.raises(NotFoundError):
        await services.promises.dismiss(colleague, said.id)

    await services.promises.dismiss(agent, said.id)
    await services.promises.dismiss(agent, said.id)

    assert await services.promises.offers(agent, chat.id) == []
    assert (await services.promises.mine(agent)).own == []


async def test_promise_tells_its_owner_at_its_time_once(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent, visitor_name='윤서아')
    made = await promise(services, agent, chat)
    heard = listen(services, owned_topic(agent.id))
    assert await services.promises.remind() == 0

    with clock.moved(HOUR):
        told = [await desk.promises.remind() for desk in (services, another_desk)]
        due = await told_by(heard)

    assert told == [1, 0]
    assert (due.promise_id, due.owner_id, due.customer) == (made.id, agent.id, '윤서아')


async def test_promise_of_who_has_gone_home_becomes_the_queues_and_its_department_hears(
    services: Services, make: Make
) -> None:
    agent, colleague = await make.agent(), await make.agent()
    stranger = await make.agent(department='기술지원')
    chat = await make.chat(agent=agent)
    made = await promise(services, agent, chat)
    await make.changed(
        await services.agents.agent(agent.id),
        base_status=AgentStatus.OFFLINE, status=AgentStatus.OFFLINE,
    )  # fmt: skip
    heard = listen(services, unowned_topic(DEPARTMENT))

    with clock.moved(HOUR):
        await services.promises.remind()
        due = await told_by(heard)
        assert await services.promises.remind() == 0
        taken = await services.promises.hand_over(colleague, made.id, colleague.id)

    assert (due.promise_id, due.owner_id) == (made.id, None)
    assert taken.owner_id == colleague.id
    assert (await services.promises.mine(stranger)).unowned == []


async def test_owner_who_goes_after_being_told_leaves_it_to_the_queue(
    services: Services, make: Make
) -> None:
    agent, colleague = await make.agent(), await make.agent()
    made = await promise(services, agent, await make.chat(agent=agent))

    with clock.moved(HOUR):
        await services.promises.remind()
        await services.agent_states.choose(agent.id, AgentStatus.OFFLINE)
        await make.changed(await services.agents.agent(agent.id), base_status=AgentStatus.OFFLINE)
        await services.promises.remind()

    [unowned] = (await services.promises.mine(colleague)).unowned
    assert unowned.id == made.id


@pytest.mark.parametrize(
    ('late', 'status'),
    [(timedelta(minutes=5), PromiseStatus.KEPT), (timedelta(minutes=11), PromiseStatus.BROKEN)],
)
async def test_promise_is_kept_or_broken_with_the_number_on_record(
    services: Services, make: Make, late: timedelta, status: PromiseStatus
) -> None:
    agent = await make.agent()
    made = await promise(services, agent, await make.chat(agent=agent))

    with clock.moved(HOUR + late):
        closed = await services.promises.close(agent, made.id, PromiseStatus.KEPT)
        again = await services.promises.close(agent, made.id, PromiseStatus.KEPT)
        mine = await services.promises.mine(agent)

    assert (closed.status, again) == (status, closed)
    assert (mine.own, mine.kept + mine.broken) == ([], 1)
    assert mine.kept == (status is PromiseStatus.KEPT)


async def test_overdue_promise_stays_until_somebody_closes_it(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    await promise(services, agent, await make.chat(agent=agent))

    with clock.moved(10 * HOUR):
        await services.promises.remind()
        [still_open] = (await services.promises.mine(agent)).own

        assert still_open.is_overdue


async def test_promise_is_handed_to_a_colleague_of_its_department_or_to_the_queue(
    services: Services, make: Make
) -> None:
    agent, colleague = await make.agent(), await make.agent()
    stranger = await make.agent(department='기술지원')
    made = await promise(services, agent, await make.chat(agent=agent))
    assert await services.promises.colleagues(agent, made.id) == {colleague.id: colleague.name}
    with pytest.raises(InvalidInputError):
        await services.promises.hand_over(agent, made.id, stranger.id)

    handed = await services.promises.hand_over(agent, made.id, colleague.id, seen=made.version)
    with pytest.raises(NotAllowedError):
        await services.promises.hand_over(agent, made.id, None)
    with pytest.raises(ConflictError):
        await services.promises.close(colleague, made.id, PromiseStatus.KEPT, seen=made.version)
    back = await services.promises.hand_over(colleague, made.id, None, seen=handed.version)

    assert (handed.owner_id, back.owner_id) == (colleague.id, None)
    assert [one.id for one in (await services.promises.mine(agent)).unowned] == [made.id]


async def test_what_is_a_colleagues_or_another_departments_is_left_alone(
    services: Services, make: Make
) -> None:
    agent, colleague = await make.agent(), await make.agent()
    stranger, supervisor = await make.agent(department='기술지원'), await make.supervisor()
    chat = await make.chat(agent=agent)
    made = await promise(services, agent, chat)

    assert (await services.promises.promise(colleague, made.id)).id == made.id
    with pytest.raises(NotAllowedError):
        await services.promises.close(colleague, made.id, PromiseStatus.KEPT)
    with pytest.raises(NotAllowedError):
        await services.promises.make(colleague, chat.id, '몰래', in_an_hour())
    for refused in (
        services.promises.promise(stranger, made.id),
        services.promises.close(stranger, made.id, PromiseStatus.KEPT),
        services.promises.of_contact(stranger, chat.id),
        services.promises.make(stranger, chat.id, '몰래', in_an_hour()),
    ):
        with pytest.raises(NotFoundError):
            await refused
    closed = await services.promises.close(supervisor, made.id, PromiseStatus.CANCELLED)
    assert closed.status is PromiseStatus.CANCELLED


@pytest.mark.parametrize(
    ('body', 'ahead'),
    [
        (' ', HOUR),
        ('가' * 501, HOUR),
        ('전화', -HOUR),
        ('전화', timedelta(days=200)),
        ('\x00', HOUR),
    ],
)
async def test_what_cannot_be_promised_is_refused(
    services: Services, make: Make, body: str, ahead: timedelta
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    with pytest.raises(InvalidInputError):
        await services.promises.make(agent, chat.id, body, clock.now() + ahead)


async def test_promises_to_a_customer_are_those_of_the_chats_one_may_see(
    services: Services, make: Make
) -> None:
    agent, stranger = await make.agent(), await make.agent(department='기술지원')
    customer = await make.customer()
    chat = await make.chat(agent=agent, customer_id=customer.id)
    made = await promise(services, agent, chat)

    assert [one.id for one in await services.promises.to_customer(agent, customer.id)] == [made.id]
    assert await services.promises.to_customer(stranger, customer.id) == []
    assert [one.id for one in await services.promises.of_contact(agent, chat.id)] == [made.id]


async def test_numbers_in_a_promise_are_masked_and_unknown_ones_are_not_there(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    made = await services.promises.make(agent, chat.id, '850101-1234566 확인', in_an_hour())

    assert made.body == '850101-******* 확인'
    for act in closing(services, agent):
        with pytest.raises(NotFoundError):
            await act()


def closing(services: Services, agent: Agent) -> list[Callable[[], Awaitable[object]]]:
    """What can be done with a promise that is not there."""
    promises, nothing = services.promises, uuid4()
    return [
        lambda: promises.promise(agent, nothing),
        lambda: promises.close(agent, nothing, PromiseStatus.KEPT),
        lambda: promises.hand_over(agent, nothing, agent.id),
        lambda: promises.colleagues(agent, nothing),
    ]
