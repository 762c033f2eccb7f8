"""남긴 메시지: left outside the hours, a chat that waits from the opening on, once with any number of processes."""

import asyncio
from datetime import UTC, timedelta

import pytest
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import InvalidInputError, NotAllowedError, TooManyError
from models import (
    ChatSession,
    ChatStatus,
    ContactStep,
    CustomerStatus,
    LeftMessage,
    SettingKind,
    StepKind,
)
from models.chat import LEFT
from services.chats.left_messages import MOST_HELD, MOST_OF_A_NUMBER
from services.chats.visits import ChatStart, StartRefusedError
from services.floor.crowding import is_crowded
from services.floor.expected_waits import ExpectedWait
from services.registry import Services
from services.settings.hours_text import WEEKDAYS
from tests.support.make import DEPARTMENT, Make

BODY = '내일 교환하고 싶어요'
FORM = {'name': '최유진', 'phone': '010-9876-5432', 'department': DEPARTMENT, 'consent': True}
NEVER = {'is_limited': 'yes', **dict.fromkeys(WEEKDAYS, '')}


async def opening(services: Services, make: Make) -> timedelta:
    """Let the queue open in two days for an hour only; how long it is until it is open."""
    queue, admin = await make.queue(), await make.admin()
    local = (clock.now() + timedelta(days=2)).astimezone(clock.SEOUL)
    hours = NEVER | {'dates': f'{local:%Y-%m-%d} 09:00-10:00'}
    await services.desk_settings.edit(admin, SettingKind.HOURS, queue.id, hours, version=0)
    at = local.replace(hour=9, minute=0, second=0, microsecond=0).astimezone(UTC)
    return at - clock.now() + timedelta(minutes=1)


def form(services: Services, **changes: object) -> ChatStart:
    """A form that was filled in well, but for the changes."""
    return ChatStart(**(FORM | {'token': services.visits.new_token()} | changes))  # type: ignore[arg-type]


async def test_left_message_becomes_a_chat_at_the_opening_once(
    services: Services, another_desk: Services, make: Make, db: Database
) -> None:
    until_open = await opening(services, make)
    agent = await make.agent()
    filled = form(services)

    left = await services.left_messages.leave(filled, BODY)
    again = await another_desk.left_messages.leave(filled, BODY)
    assert left.id == again.id
    assert left.opens_at is not None
    assert [one.body for one in await services.left_messages.waiting(agent)] == [BODY]
    assert await services.left_messages.begin_due() == 0

    with clock.moved(until_open):
        opened_at = clock.now()
        begun = await asyncio.gather(
            *(one.left_messages.begin_due() for one in (services, another_desk, services))
        )
        assert sum(begun) == 1
        chat = await services.visits.chat_of(filled.token)
        assert (chat.status, chat.source) == (ChatStatus.WAITING, LEFT)
        assert chat.start_time >= opened_at
        [line] = await services.visits.transcript(chat.id)
        assert (line.content, line.created_at) == (BODY, left.left_at)
        taken = await services.chats.take(agent, chat.id)
        assert taken.unread_count == 1
    async with db.reading() as session:
        steps = (await session.exec(select(ContactStep).order_by(col(ContactStep.id)))).all()
        assert not (await session.exec(select(LeftMessage))).all()
    assert [one.kind for one in steps] == [StepKind.CREATED, StepKind.QUEUED, StepKind.TAKEN]
    assert all(one.came_at >= opened_at and one.at >= opened_at for one in steps)
    assert not await services.left_messages.waiting(agent)


async def test_nobody_expects_its_customer_at_the_screen(
    services: Services, make: Make, db: Database
) -> None:
    until_open = await opening(services, make)
    filled = form(services)
    await services.left_messages.leave(filled, BODY)

    with clock.moved(until_open):
        await services.left_messages.begin_due()
    with clock.moved(until_open + timedelta(minutes=5)):
        for ago in range(14, -1, -1):
            with clock.moved(-ago * timedelta(seconds=10)):
                await services.visits.give_up_silent(timedelta(minutes=2))
    async with db.reading() as session:
        [chat] = (await session.exec(select(ChatSession))).all()
    assert chat.status is ChatStatus.WAITING


async def test_what_cannot_be_used_is_said_at_once(services: Services, make: Make) -> None:
    await opening(services, make)

    with pytest.raises(StartRefusedError) as refused:
        await services.left_messages.leave(form(services, name=' ', consent=False), '  ')
    assert [one.key for one in refused.value.faults] == [
        'visit.consent', 'visit.name_missing', 'message.blank',
    ]  # fmt: skip
    with pytest.raises(InvalidInputError, match=r'visit\.token'):
        await services.left_messages.leave(form(services, token='x' * 64), BODY)


async def test_one_number_and_blocked_customers_do_not_fill_the_morning(
    services: Services, make: Make
) -> None:
    await opening(services, make)
    for _ in range(MOST_OF_A_NUMBER):
        await services.left_messages.leave(form(services), BODY)
    with pytest.raises(TooManyError):
        await services.left_messages.leave(form(services), BODY)

    await make.customer(phone='01011112222', status=CustomerStatus.BLOCKED)
    with pytest.raises(NotAllowedError):
        await services.left_messages.leave(form(services, phone='010-1111-2222'), BODY)


async def test_customer_takes_it_back_and_only_its_department_reads_it(
    services: Services, make: Make
) -> None:
    until_open = await opening(services, make)
    stranger = await make.agent(department='기술지원')
    filled = form(services)
    await services.left_messages.leave(filled, '카드 4111-1111-1111-1111')

    [shown] = await services.left_messages.waiting(await make.supervisor())
    assert '4111-1111' not in shown.body
    assert not await services.left_messages.waiting(stranger)
    await services.left_messages.withdraw(filled.token)
    assert await services.left_messages.of_token(filled.token) is None
    with clock.moved(until_open):
        assert await services.left_messages.begin_due() == 0


async def test_message_to_a_crowded_queue_begins_when_there_is_room(
    services: Services, another_desk: Services, make: Make
) -> None:
    queue = await make.queue(most_waiting=1)
    agent = await make.agent()
    ahead = await make.chat(queue_id=queue.id, status=ChatStatus.WAITING)
    crowded = await services.crowding.crowded()
    filled = [form(services), form(services, phone='010-1111-2222')]
    left = [await services.left_messages.leave(one, BODY, crowded=crowded) for one in filled]

    assert crowded == {queue.id}
    assert [one.opens_at for one in left] == [None, None]
    assert await services.left_messages.begin_due(await services.crowding.crowded()) == 0

    await services.chats.take(agent, ahead.id)
    begun = [
        await one.left_messages.begin_due(await one.crowding.crowded())
        for one in (services, another_desk)
    ]
    first = await services.visits.chat_of(filled[0].token)

    assert begun == [1, 0]  # the first takes the room
    assert (first.status, first.source) == (ChatStatus.WAITING, LEFT)
    with clock.moved(MOST_HELD):  # nobody waits for ever
        assert await services.left_messages.begin_due({queue.id}) == 1


async def test_queue_is_crowded_by_an_expected_wait_too(make: Make) -> None:
    queue = await make.queue(longest_wait_seconds=300)

    assert not is_crowded(queue, 50, None)
    assert not is_crowded(queue, 50, ExpectedWait(100, 400))
    assert is_crowded(queue, 0, ExpectedWait(200, 400))
