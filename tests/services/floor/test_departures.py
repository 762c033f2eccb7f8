"""Somebody is deactivated: the sessions end, and everything open goes on with others."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
)
from models import Agent, AuditAction, ChatSession, ChatStatus, ContactStep, StepKind, WrapUp
from services.audit.filter import AuditFilter
from services.contacts.wrap_ups import WrapUpText
from services.people import state_queries
from services.registry import Services
from tests.support.make import PASSWORD, Make

SOON = timedelta(hours=2)


async def test_everything_goes_to_the_queue_and_the_session_is_over(
    services: Services, make: Make
) -> None:
    admin, agent, colleague = await make.admin(), await make.agent(), await make.agent()
    _, token = await services.sign_ins.sign_in(agent.username, PASSWORD, address='192.0.2.1')
    chat = await make.chat(agent=agent, lines=1)
    await services.drafts.save(agent, chat.id, '확인해 보니')
    promise = await services.promises.make(agent, chat.id, '전화드리기', clock.now() + SOON)
    foreseen = await services.departures.open_work(admin, agent.id)

    handed = await services.departures.deactivate(admin, agent.id)

    counts = (handed.sessions, handed.chats, handed.promises, handed.drafts, handed.callbacks)
    assert counts == (1, 1, 1, 1, 0)
    assert (foreseen.chats, foreseen.promises, foreseen.drafts) == (1, 1, 1)
    assert colleague.id in foreseen.colleagues
    assert agent.id not in foreseen.colleagues
    with pytest.raises(NotSignedInError):
        await services.sign_ins.staff_by_token(token)
    waiting = await services.chats.chat(colleague, chat.id)
    assert (waiting.status, waiting.agent_id) == (ChatStatus.WAITING, None)
    assert [one.id for one in (await services.promises.mine(colleague)).unowned] == [promise.id]
    assert await services.drafts.draft(colleague, chat.id) == ''
    await services.chats.take(colleague, chat.id)
    assert await services.drafts.draft(colleague, chat.id) == '확인해 보니'
    await services.drafts.save(colleague, chat.id, '')
    assert await services.drafts.draft(colleague, chat.id) == ''
    page = await services.audit_log.newest(
        admin, AuditFilter(action=AuditAction.CONTACTS_HANDED_OVER)
    )
    [entry] = page.entries
    assert (entry.subject_id, entry.details['chats']) == (agent.id, 1)


async def test_everything_goes_to_a_colleague(services: Services, make: Make) -> None:
    admin, agent, colleague = await make.admin(), await make.agent(), await make.agent()
    chat = await make.chat(agent=agent, lines=1)
    held = await make.chat(agent=agent, status=ChatStatus.ON_HOLD, held_at=clock.now())
    await services.drafts.save(agent, chat.id, '확인해 보니')
    promise = await services.promises.make(agent, chat.id, '전화드리기', clock.now() + SOON)

    handed = await services.departures.deactivate(admin, agent.id, to_id=colleague.id)

    assert (handed.chats, handed.promises, handed.drafts) == (2, 1, 1)
    for one in (chat, held):
        now = await services.chats.chat(colleague, one.id)
        assert (now.status, now.agent_id) == (ChatStatus.ACTIVE, colleague.id)
    assert await services.drafts.draft(colleague, chat.id) == '확인해 보니'
    assert [one.id for one in (await services.promises.mine(colleague)).own] == [promise.id]


async def test_what_rings_there_rings_no_more(services: Services, make: Make) -> None:
    admin, agent = await make.admin(), await make.agent()
    now = clock.now()
    chat = await make.chat(
        offered_agent_id=agent.id, offered_at=now, offer_expires_at=now + timedelta(seconds=30)
    )

    handed = await services.departures.deactivate(admin, agent.id)

    assert handed.chats == 0
    waiting = await services.chats.chat(admin, chat.id)
    assert (waiting.status, waiting.offered_agent_id) == (ChatStatus.WAITING, None)


async def test_who_may_and_to_whom(services: Services, make: Make) -> None:
    admin, agent = await make.admin(), await make.agent()
    elsewhere = await make.agent(department='환불')
    gone = await make.agent(is_active=False)
    deactivate = services.departures.deactivate

    with pytest.raises(NotAllowedError):
        await deactivate(agent, admin.id)
    with pytest.raises(ConflictError):
        await deactivate(admin, admin.id)
    for to in (elsewhere, gone, agent):
        with pytest.raises(InvalidInputError):
            await deactivate(admin, agent.id, to_id=to.id)
    assert (await services.agents.agent(agent.id)).is_active


async def test_a_reply_and_a_deactivation_at_once_lose_nothing(
    services: Services, another_desk: Services, make: Make
) -> None:
    admin, agent, colleague = await make.admin(), await make.agent(), await make.agent()
    chat = await make.chat(agent=agent, lines=1)

    await asyncio.gather(
        services.departures.deactivate(admin, agent.id, to_id=colleague.id),
        another_desk.chats.reply(agent, make.outgoing(chat, '네')),
        return_exceptions=True,
    )

    now = await services.chats.chat(colleague, chat.id)
    assert now.agent_id == colleague.id


async def ended(services: Services, make: Make, agent: Agent) -> ChatSession:
    """A chat of the agent's that is over; its 후처리 is not."""
    chat = await make.chat(agent=agent, lines=1)
    await services.chats.end(agent, chat.id)
    await services.wrap_ups.save(agent, chat.id, WrapUpText(summary='환불을 약속함'))
    return chat


async def test_unfinished_wrap_up_goes_to_the_queues_list_until_a_colleague_takes_it(
    services: Services, another_desk: Services, make: Make, db: Database
) -> None:
    admin, agent, colleague = await make.admin(), await make.agent(), await make.agent()
    elsewhere = await make.agent(department='환불')
    chat = await ended(services, make, agent)

    handed = await services.departures.deactivate(admin, agent.id)
    listed = await another_desk.left_wrap_ups.all(colleague)
    with pytest.raises(NotAllowedError):
        await services.wrap_ups.save(colleague, chat.id, WrapUpText(summary='나'))
    with pytest.raises(NotFoundError):
        await services.left_wrap_ups.take(elsewhere, chat.id)
    done = await asyncio.gather(
        services.left_wrap_ups.take(colleague, chat.id),
        another_desk.left_wrap_ups.take(admin, chat.id),
        return_exceptions=True,
    )

    assert (handed.wrap_ups, handed.chats) == (1, 0)
    assert [(one.contact_id, one.customer) for one in listed] == [(chat.id, chat.visitor_name)]
    assert await services.left_wrap_ups.all(elsewhere) == []
    assert await services.left_wrap_ups.all(colleague) == []
    assert {type(one) for one in done} == {WrapUp, ConflictError}
    [taken] = [one for one in done if isinstance(one, WrapUp)]
    by = colleague if taken.agent_id == colleague.id else admin
    [own] = await services.wrap_ups.open_of(by)
    assert (own.contact_id, own.summary) == (chat.id, '환불을 약속함')
    await services.wrap_ups.finish(by, chat.id)
    async with db.reading() as session:
        steps = select(ContactStep).where(col(ContactStep.contact_id) == chat.id)
        rows = (await session.exec(steps.order_by(col(ContactStep.id)))).all()
    spans = [(one.kind, one.agent_id) for one in rows if one.kind.value.startswith('wrap_up')]
    assert spans == [
        (StepKind.WRAP_UP_BEGUN, agent.id),
        (StepKind.WRAP_UP_DONE, agent.id),
        (StepKind.WRAP_UP_BEGUN, by.id),
        (StepKind.WRAP_UP_DONE, by.id),
    ]


async def test_unfinished_wrap_up_takes_a_place_of_who_gets_it_and_of_nobody_who_left(
    services: Services, make: Make, db: Database
) -> None:
    queue = await make.queue(wrap_up_seconds=60)
    admin, agent, colleague = await make.admin(), await make.agent(), await make.agent()
    left, given = await make.agent(), await ended(services, make, agent)
    waiting = await ended(services, make, left)

    await services.departures.deactivate(admin, left.id)
    await services.departures.deactivate(admin, agent.id, to_id=colleague.id)

    async with db.reading() as session:
        loads = await state_queries.loads_of(session, [agent.id, left.id, colleague.id])
    assert [loads[one.id].wrap_ups for one in (agent, left, colleague)] == [0, 0, 1]
    assert queue.wrap_up_seconds == 60
    [own] = await services.wrap_ups.open_of(colleague)
    assert (own.contact_id, own.limit_at is not None) == (given.id, True)
    row = await services.wrap_ups.of_contact(waiting.id)
    assert row is not None
    assert (row.limit_at, row.done_at) == (None, None)


async def test_open_call_stays_until_it_is_hung_up(services: Services, make: Make) -> None:
    admin, agent, colleague = await make.admin(), await make.agent(), await make.agent()
    call = await make.call(agent=agent)
    foreseen = await services.departures.open_work(admin, agent.id)

    handed = await services.departures.deactivate(admin, agent.id, to_id=colleague.id)

    assert (foreseen.calls, handed.calls) == (1, 1)
    assert (await services.calls.call(admin, call.id)).agent_id == agent.id
