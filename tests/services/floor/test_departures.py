"""Somebody is deactivated: the sessions end, and everything open goes on with others."""

import asyncio
from datetime import timedelta

import pytest

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotSignedInError
from models import AuditAction, ChatStatus
from services.audit.filter import AuditFilter
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
