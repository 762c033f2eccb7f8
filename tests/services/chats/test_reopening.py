"""An ended chat goes on within a day: with the agent who had it, else through its queue; figures and 후처리 stay right."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, NotAllowedError, NotFoundError
from models import (
    AgentStatus,
    ChatEnding,
    ChatStatus,
    ContactStep,
    CustomerStatus,
    MessageType,
    QueueMode,
    StepKind,
)
from services.chats.reopening import is_reopenable
from services.contacts.wrap_ups import WrapUpText
from services.registry import Services
from tests.support.make import Make


async def kinds(db: Database, chat_id: object) -> list[StepKind]:
    async with db.reading() as session:
        steps = select(ContactStep).where(col(ContactStep.contact_id) == chat_id)
        return [one.kind for one in await session.exec(steps.order_by(col(ContactStep.id)))]


async def test_agent_reopens_their_chat_and_the_customer_goes_on(
    services: Services, make: Make, db: Database
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    await services.chats.end(agent, chat.id)

    for _ in range(2):
        reopened = await services.reopenings.reopen(chat.id, by=agent)
    await services.visits.write(make.outgoing(chat, '아직 안 왔어요'))
    await services.chats.reply(agent, make.outgoing(chat, '확인할게요'))

    assert (reopened.status, reopened.agent_id, reopened.end_time, reopened.ending) == (
        ChatStatus.ACTIVE, agent.id, None, None,
    )  # fmt: skip
    lines = await services.visits.transcript(chat.id)
    assert [line.type for line in lines] == [
        MessageType.ENDED_BY_AGENT, MessageType.REOPENED, MessageType.TEXT, MessageType.TEXT,
    ]  # fmt: skip
    assert await kinds(db, chat.id) == [
        StepKind.ENDED, StepKind.WRAP_UP_BEGUN, StepKind.REOPENED,
    ]  # fmt: skip
    assert (await services.agents.agent(agent.id)).status is AgentStatus.BUSY


async def test_customer_comes_back_to_the_same_agent_or_waits_for_them(
    services: Services, make: Make, db: Database
) -> None:
    await make.queue(mode=QueueMode.PUSH, wrap_up_seconds=0)
    able, full = await make.agent(), await make.agent(chat_capacity=1)
    first, second = await make.chat(agent=able), await make.chat(agent=full)
    await services.chats.end(able, first.id)
    await services.chats.end(full, second.id)
    await make.chat(agent=full)

    to_agent = await services.reopenings.reopen(first.id)
    to_queue = await services.reopenings.reopen(second.id)

    assert (to_agent.status, to_agent.agent_id) == (ChatStatus.ACTIVE, able.id)
    assert (to_queue.status, to_queue.agent_id) == (ChatStatus.WAITING, None)
    assert to_queue.waits_since > to_queue.start_time
    assert await kinds(db, second.id) == [StepKind.ENDED, StepKind.REOPENED, StepKind.QUEUED]
    await services.router.run()
    ringing = await services.offers.ringing(full)
    assert ringing.offers == ()  # the router still waits for the agent whom the customer knows
    assert await services.visits.place(second.id) == 1


async def test_only_its_agent_and_supervisors_reopen_and_only_within_a_day(
    services: Services, make: Make
) -> None:
    agent, colleague, supervisor = await make.agent(), await make.agent(), await make.supervisor()
    ended = clock.now() - timedelta(hours=23)
    chat = await make.chat(agent=agent, status=ChatStatus.CLOSED, end_time=ended)
    old = await make.chat(
        agent=agent, status=ChatStatus.CLOSED, end_time=clock.now() - timedelta(hours=25)
    )
    gone = await make.chat(status=ChatStatus.CLOSED, end_time=ended)

    with pytest.raises(ConflictError, match='held_by_colleague'):
        await services.reopenings.reopen(chat.id, by=colleague)
    with pytest.raises(NotFoundError):
        await services.reopenings.reopen(chat.id, by=await make.agent(department='기술지원'))
    for refused in (old, gone):
        with pytest.raises(ConflictError, match='reopen_over'):
            await services.reopenings.reopen(refused.id, by=supervisor)
        assert not is_reopenable(refused, clock.now())
    card = await services.reopenings.reopen(chat.id, by=supervisor)
    assert (card.status, card.agent_id) == (ChatStatus.ACTIVE, agent.id)


async def test_agent_without_a_place_and_a_blocked_customer_are_refused(
    services: Services, make: Make
) -> None:
    agent = await make.agent(chat_capacity=1)
    customer = await make.customer(status=CustomerStatus.BLOCKED)
    chat = await make.chat(
        agent=agent, status=ChatStatus.CLOSED, end_time=clock.now(), customer_id=customer.id
    )
    for _ in range(2):
        await make.chat(agent=agent)

    with pytest.raises(ConflictError, match=r'agent\.full'):
        await services.reopenings.reopen(chat.id, by=agent)
    with pytest.raises(NotAllowedError, match=r'visit\.blocked'):
        await services.reopenings.reopen(chat.id)


async def test_customer_who_was_asked_back_has_not_gone_before_they_came(
    services: Services, make: Make
) -> None:
    agent, supervisor = await make.agent(status=AgentStatus.AWAY), await make.supervisor()
    since = clock.now() - timedelta(hours=2)
    chat = await make.chat(
        agent=agent, status=ChatStatus.CLOSED, end_time=since, customer_seen_at=since
    )
    await services.reopenings.reopen(chat.id, by=supervisor)
    for _ in range(2):
        assert await services.visits.give_up_silent(timedelta()) == 0

    await services.visits.sign_of_life(chat.id)

    assert await services.visits.give_up_silent(timedelta()) == 1


async def test_done_wrap_up_stays_on_record_and_a_new_one_begins(
    services: Services, make: Make, db: Database
) -> None:
    agent = await make.agent()
    leaf = await make.category('배송', '지연')
    chat = await make.chat(agent=agent)
    await services.chats.end(agent, chat.id)
    first = WrapUpText(category_id=leaf.id, summary='내일 온다고 안내')
    await services.wrap_ups.finish(agent, chat.id, first)

    await services.reopenings.reopen(chat.id, by=agent)
    assert await services.wrap_ups.open_of(agent) == []
    assert (await services.wrap_ups.view(agent, chat.id)).summary == first.summary
    await services.chats.end(agent, chat.id)

    [again] = await services.wrap_ups.open_of(agent)
    assert (again.summary, again.category_id, again.done_at) == ('', leaf.id, None)
    [past] = await services.wrap_ups.past(chat.id)
    assert (past.contact_id, past.summary, past.category_id) == (chat.id, first.summary, leaf.id)
    assert await kinds(db, chat.id) == [
        StepKind.ENDED, StepKind.WRAP_UP_BEGUN, StepKind.WRAP_UP_DONE,
        StepKind.REOPENED, StepKind.ENDED, StepKind.WRAP_UP_BEGUN,
    ]  # fmt: skip


async def test_unfinished_wrap_up_ends_with_its_text(
    services: Services, make: Make, db: Database
) -> None:
    agent = await make.agent(chat_capacity=1)
    chat = await make.chat(agent=agent)
    await services.chats.end(agent, chat.id)
    await services.wrap_ups.save(agent, chat.id, WrapUpText(summary='쓰던 글'))

    await services.reopenings.reopen(chat.id, by=agent)

    done = await services.wrap_ups.view(agent, chat.id)
    assert (done.summary, done.done_at is None) == ('쓰던 글', False)
    assert (await kinds(db, chat.id))[-2:] == [StepKind.WRAP_UP_DONE, StepKind.REOPENED]


async def test_chat_that_was_ended_for_abuse_does_not_go_on(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(
        agent=agent,
        status=ChatStatus.CLOSED,
        ending=ChatEnding.PROTECTION,
        end_time=clock.now() - timedelta(minutes=1),
    )

    for by in (None, agent):
        with pytest.raises(ConflictError, match='reopen_over'):
            await services.reopenings.reopen(chat.id, by=by)
