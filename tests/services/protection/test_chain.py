"""보호 사슬: warned, warned, ended without anyone's leave; evidence is kept, supervisors are told, and the agent rests."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from desk.db import Database
from desk.errors import ConflictError, NotFoundError
from models import (
    AgentStatus,
    ContactStep,
    FloorAlert,
    MessageType,
    ProtectionEvidence,
    ProtectionKind,
    ProtectionStep,
    StepKind,
)
from services.protection.events import CASES, News, NextStep, ProtectionChanged
from services.protection.evidence import digest_of
from services.registry import Services
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.until import until


async def _kinds(db: Database, case_id: object) -> Sequence[str]:
    async with db.reading() as session:
        statement = select(ProtectionStep.kind).where(col(ProtectionStep.case_id) == case_id)
        return (await session.exec(statement.order_by(col(ProtectionStep.created_at)))).all()


async def test_chat_is_warned_twice_ended_and_kept(
    services: Services, make: Make, db: Database
) -> None:
    agent = await make.agent()
    await make.supervisor()
    chat = await make.chat(agent=agent, queue_id=(await make.queue()).id)
    await services.visits.write(make.outgoing(chat, '야 이 시 1 발'))

    case = await services.protection.open(agent, chat.id)
    assert case.next_step is NextStep.WARN
    first = await services.protection.warn(agent, case.id)
    second = await services.protection.warn(agent, case.id)
    assert (first.next_step, second.next_step) == (NextStep.WARN, NextStep.END)
    ended = await services.protection.end(agent, case.id)

    assert ended.is_over
    assert ended.next_step is NextStep.REST
    lines = await services.visits.transcript(chat.id)
    assert [line.type for line in lines][1:] == [
        MessageType.NOTICE, MessageType.NOTICE, MessageType.NOTICE, MessageType.ENDED_BY_AGENT,
    ]  # fmt: skip
    assert '마지막' not in lines[1].content
    assert '마지막' in lines[2].content
    async with db.reading() as session:
        evidence = await session.get_one(ProtectionEvidence, case.id)
        warned = select(ContactStep.by_id).where(col(ContactStep.kind) == StepKind.WARNED)
        assert list((await session.exec(warned)).all()) == [agent.id, agent.id]
    assert [line['body'] for line in evidence.lines] == [line.content for line in lines]
    assert evidence.lines[0]['marks'] == [[4, 9]]
    assert evidence.digest == digest_of(case.id, evidence.lines)
    assert await _kinds(db, case.id) == ['opened', 'warned', 'warned', 'ended', 'barred']


async def test_same_warning_twice_is_one(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    case = await services.protection.open(agent, chat.id)
    step_id = uuid4()

    for _ in range(2):
        warned = await services.protection.warn(agent, case.id, step_id=step_id)

    assert warned.warnings == 1
    assert len(await services.visits.transcript(chat.id)) == 1


async def test_pattern_is_the_queues_and_graver_abuse_has_a_shorter_one(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    queue = await make.queue(abuse_warnings=3, harassment_warnings=0)
    chat = await make.chat(agent=agent, queue_id=queue.id)

    case = await services.protection.open(agent, chat.id)
    assert case.warnings_wanted == 3
    graver = await services.protection.open(agent, chat.id, ProtectionKind.HARASSMENT)

    assert (graver.id, graver.kind) == (case.id, 'harassment')
    assert graver.next_step is NextStep.END


async def test_agent_ends_at_once_when_they_must(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    case = await services.protection.open(agent, chat.id, ProtectionKind.THREAT)

    ended = await asyncio.gather(*(services.protection.end(agent, case.id) for _ in range(2)))

    assert all(one.is_over for one in ended)
    assert (await services.chats.chat(agent, chat.id)).end_time is not None
    with pytest.raises(ConflictError):
        await services.protection.warn(agent, case.id)


async def test_case_is_its_agents(services: Services, make: Make) -> None:
    agent, colleague = await make.agent(), await make.agent()
    supervisor = await make.supervisor()
    chat = await make.chat(agent=agent)
    case = await services.protection.open(agent, chat.id)

    for act in (services.protection.warn, services.protection.end, services.protection.rest):
        with pytest.raises(NotFoundError):
            await act(colleague, case.id)
    with pytest.raises(ConflictError):
        await services.protection.open(colleague, chat.id)
    assert await services.protection.of_contact(colleague, chat.id) is None
    assert await services.protection.of_contact(supervisor, chat.id) == case
    with pytest.raises(NotFoundError):
        await services.protection.open(agent, uuid4())


async def test_supervisors_are_told_at_once_and_one_takes_it(
    services: Services, make: Make, db: Database
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    other = await make.supervisor(departments=['기술지원'])
    chat = await make.chat(agent=agent)
    heard = listen(services, CASES)

    case = await services.protection.open(agent, chat.id)
    await services.protection.end(agent, case.id)

    await until(lambda: len(heard.of(ProtectionChanged)) == 2)
    assert [one.news for one in heard.of(ProtectionChanged)] == [News.OPENED, News.ENDED]
    [alert] = await services.alerts.recent(supervisor)
    assert (alert.kind, alert.subject_id, alert.ended_at) == ('protection', agent.id, None)
    assert list(await services.alerts.recent(other)) == []
    await services.alerts.look()  # limits end no alert of a case
    await services.alerts.take(supervisor, alert.id)
    async with db.reading() as session:
        taken = await session.get_one(FloorAlert, alert.id)
    assert taken.taken_by_id == supervisor.id
    assert taken.ended_at is not None
    assert (await _kinds(db, case.id))[-1] == 'taken'


async def test_agent_rests_at_once_and_ends_the_rest(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent, queue_id=(await make.queue(wrap_up_required=True)).id)
    case = await services.protection.open(agent, chat.id)
    with pytest.raises(ConflictError):
        await services.protection.rest(agent, case.id)
    await services.protection.end(agent, case.id)

    rests = await services.protection.rest(agent, case.id)

    now = await services.agents.agent(agent.id)
    reasons = {one.id: one.code for one in await services.agent_states.reasons()}
    assert now.status is AgentStatus.AWAY
    assert now.away_reason_id
    assert reasons[now.away_reason_id] == 'protected_rest'
    assert rests.next_step is NextStep.RETURN
    back = await services.protection.come_back(agent, case.id)
    assert back.rest_until is not None
    assert (await services.agents.agent(agent.id)).status is AgentStatus.AVAILABLE


async def test_rest_that_ends_by_choosing_a_state_is_noticed(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    case = await services.protection.open(agent, chat.id)
    await services.protection.end(agent, case.id)
    await services.protection.rest(agent, case.id)

    await services.agent_states.choose(agent.id, AgentStatus.AVAILABLE)
    await services.case_keeping.complete()

    found = await services.protection.of_contact(agent, chat.id)
    assert found is not None
    assert found.rest_until is not None


async def test_customer_who_leaves_after_a_warning_is_kept_too(
    services: Services, make: Make, db: Database
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    case = await services.protection.open(agent, chat.id)
    await services.protection.warn(agent, case.id)

    await services.visits.leave(chat.id)
    await services.case_keeping.complete()

    assert await _kinds(db, case.id) == ['opened', 'warned', 'over', 'barred']
    async with db.reading() as session:
        assert await session.get(ProtectionEvidence, case.id) is not None


@pytest.mark.parametrize(
    'act',
    [
        "UPDATE protection_steps SET words = 'x'",
        'DELETE FROM protection_steps',
        "UPDATE protection_evidence SET digest = 'x'",
        'DELETE FROM protection_evidence',
    ],
)
async def test_record_only_grows(services: Services, make: Make, db: Database, act: str) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    case = await services.protection.open(agent, chat.id)
    await services.protection.end(agent, case.id)

    with pytest.raises(DBAPIError):
        async with db.transaction() as session:
            await session.exec(text(act))  # type: ignore[call-overload]  # plain SQL
