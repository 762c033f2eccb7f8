"""호전환: the chat stays with who asked until it is accepted, then goes whole; nothing stays stuck, and one wins."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, DeskError, InvalidInputError, NotFoundError
from models import (
    Agent,
    AgentStatus,
    ChatSession,
    ChatTransfer,
    ContactStep,
    MessageType,
    QueueMode,
    StepKind,
    TransferOutcome,
)
from services.chats.transfer_events import TransferAsked, TransferEnded, transfer_topic
from services.floor.figures import figures_at
from services.floor.transfers import NewTransfer
from services.registry import Services
from tests.support.make import Make
from tests.support.until import until

REASON = '환불은 결제팀에서'


@pytest.fixture
async def agent(make: Make) -> Agent:
    return await make.agent()


@pytest.fixture
async def colleague(make: Make) -> Agent:
    return await make.agent(department='결제·환불', first_name='도윤', last_name='이')


@pytest.fixture
async def chat(make: Make, agent: Agent) -> ChatSession:
    await make.queue(offer_seconds=120)  # nothing times out on a busy machine
    return await make.chat(agent=agent, lines=2)


def to(chat: ChatSession, colleague: Agent, **changes: object) -> NewTransfer:
    return NewTransfer(chat_id=chat.id, agent_id=colleague.id, reason=REASON, **changes)  # type: ignore[arg-type]  # its own fields


async def test_accepted_chat_goes_whole_and_its_customer_is_told(
    services: Services, make: Make, agent: Agent, colleague: Agent, chat: ChatSession, db: Database
) -> None:
    leaf = await make.category('환불', '카드')
    await services.chat_notes.add(agent, make.note(chat, '세 번째 문의'))

    asked = await services.transfers.ask(agent, to(chat, colleague, category_id=leaf.id))
    assert (await services.chats.chat(agent, chat.id)).agent_id == agent.id  # until it is accepted
    await services.chats.reply(agent, make.outgoing(chat, '담당자를 찾고 있습니다'))
    await services.drafts.save(agent, chat.id, '카드사에 확인하니')
    card = await services.transfers.accept(colleague, asked.id)

    assert card.agent_id == colleague.id
    assert await services.drafts.draft(colleague, chat.id) == '카드사에 확인하니'
    assert await services.drafts.draft(agent, chat.id) == ''
    assert [one.body for one in await services.chat_notes.notes(colleague, chat.id)] == [
        '세 번째 문의'
    ]
    told = (await services.visits.transcript(chat.id))[-1]
    assert (told.type, told.content) == (MessageType.TRANSFERRED, '이도윤')
    assert await kinds(db, chat) == [StepKind.TRANSFERRED, StepKind.TAKEN]
    with pytest.raises(ConflictError):
        await services.chats.reply(agent, make.outgoing(chat, '아직 저예요'))
    await services.chats.end(colleague, chat.id)
    assert (await services.wrap_ups.view(colleague, chat.id)).category_id == leaf.id


async def kinds(db: Database, chat: ChatSession) -> list[StepKind]:
    async with db.reading() as session:
        found = select(ContactStep).where(col(ContactStep.contact_id) == chat.id)
        return [step.kind for step in await session.exec(found.order_by(col(ContactStep.id)))]


async def test_refused_stays_with_who_asked_who_is_told(
    services: Services,
    another_desk: Services,
    agent: Agent,
    colleague: Agent,
    chat: ChatSession,
    db: Database,
) -> None:
    heard: list[object] = []
    another_desk.topics.subscribe(transfer_topic(agent.id), heard.append)
    asked = await services.transfers.ask(agent, to(chat, colleague))
    assert (await another_desk.transfers.open_for(colleague)).to_me == (asked,)

    await another_desk.transfers.refuse(colleague, asked.id)

    await until(lambda: [type(one) for one in heard] == [TransferAsked, TransferEnded])
    assert isinstance(heard[1], TransferEnded)
    assert (heard[1].outcome, heard[1].by) == (TransferOutcome.REFUSED, '이도윤')
    assert (await services.chats.chat(agent, chat.id)).agent_id == agent.id
    assert await kinds(db, chat) == []
    assert [line.type for line in await services.visits.transcript(chat.id)] == [
        MessageType.TEXT
    ] * 2
    with pytest.raises(ConflictError):
        await services.transfers.accept(colleague, asked.id)
    with pytest.raises(NotFoundError):
        await services.chats.chat(colleague, chat.id)
    await services.transfers.ask(agent, to(chat, colleague))  # again


async def test_unanswered_ends_in_any_process(
    services: Services,
    another_desk: Services,
    agent: Agent,
    colleague: Agent,
    chat: ChatSession,
    db: Database,
) -> None:
    asked = await services.transfers.ask(agent, to(chat, colleague))
    assert await another_desk.transfers.end_overdue() == 0
    await over(db, asked.id)

    with pytest.raises(ConflictError):  # also before anybody has swept
        await services.transfers.accept(colleague, asked.id)
    assert await another_desk.transfers.end_overdue() == 1

    row = await transfer_of(db, asked.id)
    assert row.outcome is TransferOutcome.MISSED
    assert (await services.transfers.open_for(agent)).from_me == ()
    assert (await services.chats.chat(agent, chat.id)).agent_id == agent.id


async def over(db: Database, transfer_id: object) -> None:
    async with db.transaction() as session:
        row = await session.get(ChatTransfer, transfer_id)
        assert row
        row.expires_at = clock.now() - timedelta(seconds=1)
        session.add(row)


async def transfer_of(db: Database, transfer_id: object) -> ChatTransfer:
    async with db.reading() as session:
        row = await session.get(ChatTransfer, transfer_id)
    assert row
    return row


async def test_chat_that_ended_or_went_elsewhere_leaves_no_transfer(
    services: Services, make: Make, agent: Agent, colleague: Agent, db: Database
) -> None:
    supervisor = await make.supervisor()
    await make.queue(offer_seconds=120)
    ended, moved = await make.chat(agent=agent), await make.chat(agent=agent)
    asked = [await services.transfers.ask(agent, to(one, colleague)) for one in (ended, moved)]
    await services.visits.leave(ended.id)
    await services.joining.take_over(supervisor, moved.id, '급함')

    for one in asked:
        with pytest.raises(ConflictError):
            await services.transfers.accept(colleague, one.id)
    assert await services.transfers.end_overdue() == 2

    assert [(await transfer_of(db, one.id)).outcome for one in asked] == [
        TransferOutcome.WITHDRAWN
    ] * 2


async def test_of_all_in_a_queue_one_gets_it(
    services: Services,
    another_desk: Services,
    make: Make,
    agent: Agent,
    chat: ChatSession,
    db: Database,
) -> None:
    queue = await make.queue(
        name='환불', department='결제·환불', mode=QueueMode.PUSH, offer_seconds=120
    )
    people = [await make.agent(department='결제·환불') for _ in range(6)]
    asked = await services.transfers.ask(
        agent, NewTransfer(chat_id=chat.id, queue_id=queue.id, reason=REASON)
    )

    async def take(desk: Services, who: Agent) -> bool:
        try:
            await desk.transfers.accept(who, asked.id)
        except DeskError:
            return False
        return True

    won = await asyncio.gather(
        *(take(desk, who) for who in people for desk in (services, another_desk))
    )

    assert sum(won) == 1
    card = await services.chats.chat(await make.supervisor(), chat.id)
    assert (card.queue_id, card.department) == (queue.id, '결제·환불')
    assert card.agent_id in {one.id for one in people}
    assert (await figures_at(db, clock.now())).in_progress == {queue.id: 1}
    assert await kinds(db, chat) == [StepKind.TRANSFERRED, StepKind.TAKEN]


async def test_queue_has_refused_when_all_who_are_available_have(
    services: Services, make: Make, agent: Agent, chat: ChatSession, db: Database
) -> None:
    queue = await make.queue(name='환불', department='결제·환불', offer_seconds=120)
    first, second = [await make.agent(department='결제·환불') for _ in range(2)]
    await make.agent(department='결제·환불', status=AgentStatus.AWAY)
    asked = await services.transfers.ask(
        agent, NewTransfer(chat_id=chat.id, queue_id=queue.id, reason=REASON)
    )

    await services.transfers.refuse(first, asked.id)
    assert (await services.transfers.open_for(first)).to_me == ()
    assert len((await services.transfers.open_for(second)).to_me) == 1
    await services.transfers.refuse(second, asked.id)

    assert (await transfer_of(db, asked.id)).outcome is TransferOutcome.REFUSED


async def test_who_asked_takes_it_back(
    services: Services, agent: Agent, colleague: Agent, chat: ChatSession
) -> None:
    asked = await services.transfers.ask(agent, to(chat, colleague))

    with pytest.raises(NotFoundError):
        await services.transfers.withdraw(colleague, asked.id)
    await services.transfers.withdraw(agent, asked.id)

    with pytest.raises(ConflictError):
        await services.transfers.accept(colleague, asked.id)


async def test_what_cannot_be_transferred_is_refused_and_stays(
    services: Services, make: Make, agent: Agent, colleague: Agent, chat: ChatSession
) -> None:
    away = await make.agent(status=AgentStatus.AWAY)
    stranger = await make.agent(department='기술지원')
    empty = await make.queue(name='아무도', department='아무도 없는 부서')
    waiting = await make.chat()

    async def refused(by: Agent, new: NewTransfer) -> str:
        with pytest.raises(DeskError) as error:
            await services.transfers.ask(by, new)
        return error.value.key

    assert await refused(agent, to(chat, away)) == 'agent.cannot_take'
    assert await refused(agent, to(chat, agent)) == 'transfer.self'
    assert await refused(agent, to(waiting, colleague)) == 'chat.not_taken'
    assert await refused(stranger, to(chat, colleague)) == 'chat.not_found'
    assert await refused(await make.agent(), to(chat, colleague)) == 'chat.held_by_colleague'
    to_empty = NewTransfer(chat_id=chat.id, queue_id=empty.id, reason=REASON)
    assert await refused(agent, to_empty) == 'transfer.nobody'
    with pytest.raises(InvalidInputError):
        await services.transfers.ask(agent, NewTransfer(chat_id=chat.id, reason=REASON))
    with pytest.raises(InvalidInputError):
        await services.transfers.ask(
            agent, NewTransfer(chat_id=chat.id, agent_id=colleague.id, reason=' ')
        )
    await services.transfers.ask(agent, to(chat, colleague))
    assert await refused(agent, to(chat, colleague)) == 'transfer.open'
    assert await services.transfers.end_overdue() == 0


async def test_colleague_without_a_place_cannot_accept(
    services: Services, make: Make, agent: Agent, chat: ChatSession
) -> None:
    busy = await make.agent(chat_capacity=1)
    asked = await services.transfers.ask(agent, to(chat, busy))
    for _ in range(2):
        await make.chat(agent=busy)

    with pytest.raises(ConflictError) as refused:
        await services.transfers.accept(busy, asked.id)

    assert refused.value.key == 'agent.full'


async def test_draft_of_who_accepts_is_not_overwritten(
    services: Services, make: Make, agent: Agent, chat: ChatSession
) -> None:
    supervisor = await make.supervisor()
    await services.drafts.save(supervisor, chat.id, '제가 쓰던 글')
    await services.drafts.save(agent, chat.id, '상담원의 글')
    asked = await services.transfers.ask(agent, to(chat, supervisor))

    await services.transfers.accept(supervisor, asked.id)

    assert await services.drafts.draft(supervisor, chat.id) == '제가 쓰던 글'


async def test_process_that_dies_while_somebody_accepts_leaves_nothing_stuck(
    services: Services,
    another_desk: Services,
    agent: Agent,
    colleague: Agent,
    chat: ChatSession,
    db: Database,
) -> None:
    asked = await services.transfers.ask(agent, to(chat, colleague))

    async with db.transaction() as session:
        await session.get(ChatSession, chat.id, with_for_update=True)
        accepting = asyncio.ensure_future(services.transfers.accept(colleague, asked.id))
        await until(lambda: _is_waited_for(db))
        accepting.cancel()  # in the middle of its transaction, after the agents' rows were locked
        await asyncio.gather(accepting, return_exceptions=True)

    assert (await another_desk.chats.chat(agent, chat.id)).agent_id == agent.id
    assert await kinds(db, chat) == []
    card = await another_desk.transfers.accept(colleague, asked.id)
    assert card.agent_id == colleague.id


async def _is_waited_for(db: Database) -> bool:
    """Whether somebody waits for a lock in this database."""
    waiting = text(
        'SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)'
        ' WHERE NOT granted AND datname = current_database()'
    )
    async with db.reading() as session:
        return bool(await session.scalar(waiting))
