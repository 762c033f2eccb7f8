"""A silent customer is asked, then the chat ends politely; its agent sees the clock and can stop it."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, NotFoundError
from models import (
    Agent,
    ChatEnding,
    ChatSession,
    ChatStatus,
    ContactStep,
    MessageType,
    StepKind,
)
from services.chats.events import ChatCard
from services.registry import Services
from tests.support.make import DEPARTMENT, Make

ASK, CLOSE = timedelta(minutes=5), timedelta(minutes=4)
SOON = timedelta(seconds=20)
"""More than the tests themselves take."""
STEP = timedelta(seconds=12)


async def _talk(services: Services, make: Make, **changes: object) -> tuple[Agent, ChatSession]:
    """A chat of a queue with a clock, in which its agent has just written."""
    agent = await make.agent()
    await make.queue(
        silence_ask_seconds=ASK.total_seconds(), silence_close_seconds=CLOSE.total_seconds()
    )
    chat = await make.chat(agent=agent, **changes)
    await services.chats.reply(agent, make.outgoing(chat))
    return agent, chat


async def _swept(services: Services, *, after: timedelta) -> int:
    """What a sweep does after so long in which the desk was up."""
    with clock.moved(after):
        await _hearing(services, after)
        return await services.silence.sweep()


async def _hearing(services: Services, how_long: timedelta) -> None:
    """Let the desk have stood for so long, until now."""
    for ago in range(how_long // STEP, -1, -1):
        with clock.moved(-ago * STEP):
            await services.visits.give_up_silent(timedelta(days=1))


async def _card(services: Services, chat: ChatSession) -> ChatCard:
    return await services.visits.chat(chat.id)


async def test_silent_customer_is_asked_and_then_the_chat_ends(
    services: Services, make: Make, db: Database
) -> None:
    agent, chat = await _talk(services, make)

    assert await _swept(services, after=ASK - SOON) == 0
    assert await _swept(services, after=ASK + SOON) == 1
    asked = await _card(services, chat)
    assert asked.status is ChatStatus.ACTIVE
    assert await _swept(services, after=ASK + CLOSE) == 0
    assert await _swept(services, after=ASK + CLOSE + 2 * SOON) == 1

    ended = await _card(services, chat)
    assert (ended.status, ended.ending, ended.silence_due_at) == (
        ChatStatus.CLOSED, ChatEnding.SILENCE, None,
    )  # fmt: skip
    lines = await services.visits.transcript(chat.id)
    assert [line.type for line in lines][-2:] == [
        MessageType.SILENCE_ASKED, MessageType.ENDED_BY_SILENCE,
    ]  # fmt: skip
    async with db.reading() as session:
        ends = select(ContactStep).where(
            col(ContactStep.contact_id) == chat.id, col(ContactStep.kind) == StepKind.ENDED
        )
        end = (await session.exec(ends)).one()
    assert (end.reason, end.agent_id, end.by_id) == ('silence', agent.id, None)
    assert [one.contact_id for one in await services.wrap_ups.open_of(agent)] == [chat.id]


@pytest.mark.parametrize('after', [ASK + SOON, ASK + CLOSE + 2 * SOON])
async def test_several_processes_act_once(
    services: Services, another_desk: Services, make: Make, after: timedelta
) -> None:
    _, chat = await _talk(services, make)
    await _swept(services, after=after - CLOSE)

    with clock.moved(after):
        await _hearing(services, after)
        done = await asyncio.gather(
            *(desk.silence.sweep() for desk in (services, another_desk, services, another_desk))
        )

    assert sum(done) == 1
    numbers = [line.number for line in await services.visits.transcript(chat.id)]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_answer_stops_the_clock_and_the_next_line_starts_it(
    services: Services, make: Make
) -> None:
    agent, chat = await _talk(services, make)
    await _swept(services, after=ASK + SOON)

    answered = await services.visits.write(make.outgoing(chat))
    assert answered.number
    assert (await _card(services, chat)).silence_due_at is None
    assert await _swept(services, after=ASK + 2 * CLOSE) == 0

    await services.chats.reply(agent, make.outgoing(chat))
    due_at = (await _card(services, chat)).silence_due_at
    assert due_at is not None
    assert ASK - SOON < due_at - clock.now() <= ASK


async def test_customer_who_says_that_they_are_there_has_the_whole_time_again(
    services: Services, make: Make
) -> None:
    _, chat = await _talk(services, make)
    before = await _card(services, chat)
    assert await services.silence.stay(chat.id) == before  # nobody has asked
    await _swept(services, after=ASK + SOON)

    with clock.moved(ASK + CLOSE):
        await services.visits.typing(await _card(services, chat))  # who writes is there
        there = await _card(services, chat)

    assert there.silence_asked_at is None
    assert there.silence_due_at is not None
    assert there.silence_due_at - clock.now() > ASK + CLOSE + ASK - SOON
    assert await _swept(services, after=ASK + CLOSE + ASK - SOON) == 0


async def test_agent_stops_the_clock_for_this_chat(services: Services, make: Make) -> None:
    agent, chat = await _talk(services, make)
    stranger = await make.agent(department='기술지원')

    waiting = await services.silence.wait(agent, chat.id, is_off=True)
    assert (waiting.silence_off, waiting.silence_due_at) == (True, None)
    await services.chats.reply(agent, make.outgoing(chat))
    assert await _swept(services, after=ASK + CLOSE) == 0

    again = await services.silence.wait(agent, chat.id, is_off=False)
    assert again.silence_due_at is not None
    with pytest.raises(NotFoundError):
        await services.silence.wait(stranger, chat.id, is_off=True)
    await services.chats.end(agent, chat.id)
    with pytest.raises(ConflictError, match=r'chat\.ended'):
        await services.silence.wait(agent, chat.id, is_off=True)


async def test_held_waiting_and_other_queues_chats_have_no_clock(
    services: Services, make: Make
) -> None:
    agent, held = await _talk(services, make)
    await services.chats.hold(agent, held.id)
    await services.chats.reply(agent, make.outgoing(held))
    await make.chat(start_time=clock.now() - timedelta(hours=1))
    other = await make.agent(department='기술지원')  # its queue asks nobody
    elsewhere = await make.chat(agent=other)
    await services.chats.reply(other, make.outgoing(elsewhere))

    assert await _swept(services, after=ASK + CLOSE) == 0
    assert (await services.chats.resume(agent, held.id)).silence_due_at is None


async def test_who_gets_a_new_agent_waits_for_that_agent(services: Services, make: Make) -> None:
    _, chat = await _talk(services, make)
    supervisor = await make.supervisor(department=DEPARTMENT)

    await services.joining.take_over(supervisor, chat.id, '직접 돕겠습니다')

    assert (await _card(services, chat)).silence_due_at is None


async def test_time_in_which_the_desk_was_away_does_not_count(
    services: Services, another_desk: Services, make: Make
) -> None:
    """Nobody could be heard from the second minute to the fortieth: three minutes are left of the five."""
    await _hearing(services, timedelta(minutes=1))
    _, chat = await _talk(services, make)
    away, back = timedelta(minutes=2), timedelta(minutes=40)
    with clock.moved(away):
        await _hearing(services, timedelta(minutes=2))

    with clock.moved(back):
        assert await services.silence.sweep() == 0  # before anybody has noted the break
        await asyncio.gather(
            *(one.visits.give_up_silent(timedelta(minutes=2)) for one in (services, another_desk))
        )
        due_at = (await _card(services, chat)).silence_due_at
        assert due_at is not None
        assert abs((due_at - clock.now()) - (ASK - away)) < SOON
        assert await services.silence.sweep() == 0
    with clock.moved(back + ASK - away + SOON):
        await _hearing(services, ASK - away + SOON)
        assert await services.silence.sweep() == 1
