"""Deleting a customer on request: nothing that names them is left anywhere; what only counts stays."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlmodel import SQLModel

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from desk.settings import Settings
from models import (
    Agent,
    Callback,
    CallEnding,
    CallLeg,
    CallLegKind,
    ChatEnding,
    ChatRating,
    ChatStatus,
    Customer,
    MessageType,
    Priority,
    Sender,
)
from services.chats.visits import ChatStart
from services.contacts.wrap_ups import WrapUpText
from services.customers.erasure import ERASED, ErasureReason
from services.customers.fields import CustomerEdit
from services.history.filter import EVERYTHING, HistoryFilter
from services.registry import Services
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

SECRETS = (
    '나비밀',
    '비밀나',
    '01077776666',
    '01033332222',
    'secret@example.com',
    '장미길',
    '너구리',
    '용띠',
    '코끼리',
    '비둘기',
    '호랑이',
)
"""What only this customer's data says."""
DIGEST = str(UUID(hashlib.md5(b'01077776666').hexdigest()))
ELSEWHERE = ('친칠라', '앵무새', '고라니', '오소리', DIGEST)
"""What only they say in further places: a rating, a call-back, an unlinked chat; and the digest of a number in reports."""


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """What anybody with access to the database can read."""
    db = Database(settings.database_url, pool_size=1)
    yield db
    await db.close()


async def all_rows(db: Database) -> str:
    """Every row of every table, as text."""
    async with db.statement() as connection:
        rows = [
            row
            for table in SQLModel.metadata.tables
            for row in await connection.scalars(
                text(f'SELECT to_jsonb({table})::text FROM {table}')
            )
        ]
    return '\n'.join(rows)


async def lived(services: Services, make: Make, agent: Agent) -> Customer:
    """A customer who has left something everywhere, some of it in a record that was merged into theirs."""
    customer = await make.customer(
        name='나비밀', phone='01077776666', email='secret@example.com', memo='장미길 3'
    )
    twin = await make.customer(name='비밀나', phone='01033332222', attributes={'띠': '용띠'})
    form = ChatStart(name='나비밀', phone='010-7777-6666', department=DEPARTMENT)
    chat = (await services.visits.start(form)).chat
    await services.chats.take(agent, chat.id)
    await services.customers.link(agent, chat.id, twin.id)
    await services.visits.write(make.outgoing(chat.id, '코끼리 인형을 샀어요'))
    await services.chats.reply(agent, make.outgoing(chat.id, '나비밀 고객님 코끼리 맞으시죠'))
    await services.drafts.save(agent, chat.id, '코끼리는 내일')
    await services.chat_notes.add(agent, make.note(chat.id, '고객은 호랑이라고 부르면 좋아함'))
    await services.message_search.index_new()
    await services.visits.leave(chat.id)
    await services.wrap_ups.save(agent, chat.id, WrapUpText(summary='너구리 인형으로 교환'))
    due_at = clock.now() + timedelta(hours=1)
    await services.promises.make(agent, chat.id, '비둘기 인형 도착을 알리기', due_at)
    over = {'end_time': clock.now(), 'ending': CallEnding.AGENT}
    await make.call(agent=agent, customer_id=customer.id, phone='01077776666', **over)
    await services.customer_notes.add(agent, customer.id, '장미길로 이사')
    edit = CustomerEdit(version=0, memo='장미길 5')
    await services.customer_records.edit(agent, customer.id, edit)
    await services.customer_merging.merge(agent, customer.id, twin.id, versions=(1, 0))
    await services.phone_lookup.customers('01077776666')
    return customer


async def mentioned(services: Services, make: Make, agent: Agent, customer: Customer) -> None:
    """What the customer left where their record does not lead, and what colleagues wrote of them elsewhere."""
    supervisor, queue, now = await make.supervisor(), await make.queue(), clock.now()
    form = ChatStart(name='나비밀', phone='010-7777-6666', department=DEPARTMENT)
    unlinked = (await services.visits.start(form)).chat
    await services.visits.write(make.outgoing(unlinked.id, '고라니를 보았어요'))
    await services.steering.set_priority(
        supervisor, [unlinked.id], Priority.HIGH, '나비밀 님이 급함'
    )
    await services.visits.leave(unlinked.id)
    linked = await make.chat(agent=agent, customer_id=customer.id, visitor_name='나비밀')
    await services.steering.set_priority(supervisor, [linked.id], Priority.HIGH, '나비밀 님이 급함')
    await services.chats.end(agent, linked.id)
    await make.kept(ChatRating(chat_session_id=linked.id, score=1, comment='친칠라가 아니에요'))
    over = {'end_time': now, 'ending': CallEnding.AGENT}
    for customer_id in (customer.id, None):
        call = await make.call(agent=agent, phone='01033332222', customer_id=customer_id, **over)
        leg = CallLeg(
            call_id=call.id,
            contact_id=str(call.id),
            kind=CallLegKind.INBOUND,
            phone='01033332222',
            ended_at=now,
        )
        await make.kept(leg)
        slot = {'slot_from': now, 'slot_to': now, 'department': DEPARTMENT}
        await make.kept(
            Callback(
                customer_id=customer_id, phone='01033332222', name='비밀나', body='앵무새', **slot
            )
        )
    await services.queue_notices.send(supervisor, queue.id, '나비밀 고객(010-7777-6666) 주의')
    await services.history_views.create(agent, '오소리', HistoryFilter(text='나비밀'))
    await services.rollups.catch_up(seconds=5)


async def test_nothing_that_names_the_customer_is_left(
    services: Services, make: Make, db: Database, settings: Settings
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    customer = await lived(services, make, agent)
    await mentioned(services, make, agent, customer)
    before = await all_rows(db)
    assert [one for one in (*SECRETS, *ELSEWHERE) if one not in before] == []

    await services.customer_erasure.erase(supervisor, customer.id, ErasureReason.REQUEST)

    async def is_told() -> bool:
        async with db.statement() as connection:
            return await connection.scalar(text('SELECT count(*) FROM outbox')) == 0

    await until(is_told)
    await services.rollups.catch_up(seconds=5)
    after = await all_rows(db)
    assert [
        line for one in (*SECRETS, *ELSEWHERE) for line in after.splitlines() if one in line
    ] == []
    async with db.statement() as connection:
        assert await connection.scalar(text('SELECT count(*) FROM message_grams')) == 0
    redis = Redis.from_url(settings.redis_url, decode_responses=True)
    kept = str(await redis.xrange(f'{settings.redis_prefix}:events'))
    await redis.aclose()
    assert [one for one in SECRETS if one in kept] == []


async def test_deleted_customer_leaves_exports_searches_and_caches(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    customer = await lived(services, make, agent)
    before = [await whatever_leads_there(desk, supervisor) for desk in (services, another_desk)]
    assert [one for one in before if one != (2, 1, 1, 1)] == []

    await services.customer_erasure.erase(supervisor, customer.id, ErasureReason.REQUEST)

    for desk in (services, another_desk):
        assert await whatever_leads_there(desk, supervisor) == (0, 0, 0, 0)


async def whatever_leads_there(desk: Services, supervisor: Agent) -> tuple[int, int, int, int]:
    """How many rows of an export name the customer; how many are found by number, by name and by what was said."""
    rows = [f'{one.name} {one.number} {one.phone} {one.last_line}'
            async for one in desk.history.rows(supervisor, EVERYTHING)]  # fmt: skip
    return (
        sum(any(secret in row for secret in SECRETS) for row in rows),
        len(await desk.phone_lookup.customers('01077776666')),
        len(await desk.customer_search.search(supervisor, '나비밀')),
        len((await desk.history.page(supervisor, HistoryFilter(text='코끼리'))).contacts),
    )


async def test_statistics_stay(services: Services, make: Make, db: Database) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    customer = await lived(services, make, agent)

    await services.customer_erasure.erase(supervisor, customer.id, ErasureReason.REQUEST)

    async with db.statement() as connection:
        row = (
            await connection.execute(
                text('SELECT * FROM customers WHERE id = :id'), {'id': customer.id}
            )
        ).one()
        lines = (
            await connection.execute(
                text('SELECT sender, type, content FROM messages ORDER BY number')
            )
        ).all()
        [chat] = (await connection.execute(text('SELECT * FROM chat_sessions'))).all()
    assert (row.total_chats, row.total_calls, row.number) == (1, 1, customer.number)
    assert (chat.status, chat.ending, chat.department) == (
        ChatStatus.CLOSED,
        ChatEnding.CUSTOMER,
        DEPARTMENT,
    )
    assert chat.taken_at is not None
    assert [tuple(one) for one in lines] == [
        (Sender.SYSTEM, MessageType.JOINED, agent.name),
        (Sender.CUSTOMER, MessageType.TEXT, ERASED),
        (Sender.AGENT, MessageType.TEXT, ERASED),
        (Sender.SYSTEM, MessageType.ENDED_BY_CUSTOMER, ERASED),
    ]


async def test_erased_customer_is_found_nowhere_and_takes_nothing(
    services: Services, make: Make
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    customer = await lived(services, make, agent)
    chat = await make.chat(agent=agent)

    await services.customer_erasure.erase(supervisor, customer.id, ErasureReason.REQUEST)

    for searched in ('나비밀', '01077776666', 'secret@example.com', customer.code):
        assert await services.customer_search.search(agent, searched) == []
    assert await services.message_search.search(agent, '코끼리') == []
    assert await services.phone_lookup.customers('01077776666') == []
    for refused in (
        services.customer_records.customer(agent, customer.id),
        services.customer_timeline.page(agent, customer.id),
        services.customer_records.edit(agent, customer.id, CustomerEdit(version=3, memo='다시')),
        services.customers.link(agent, chat.id, customer.id),
        services.customer_notes.add(agent, customer.id, '다시'),
        services.customer_erasure.erase(supervisor, customer.id, ErasureReason.REQUEST),
    ):
        with pytest.raises(NotFoundError, match=r'customer\.erased'):
            await refused


async def test_merge_with_an_erased_customer_cannot_be_undone(
    services: Services, make: Make
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    kept, other = await make.customer(), await make.customer()
    done = await services.customer_merging.merge(agent, kept.id, other.id, versions=(0, 0))

    await services.customer_erasure.erase(supervisor, other.id, ErasureReason.CONSENT)

    with pytest.raises(NotFoundError, match=r'customer\.erased'):
        await services.customer_merging.undo(agent, done.merge.id)


async def test_record_that_was_parted_again_keeps_nothing_of_the_erased_one(
    services: Services, make: Make, db: Database
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    kept, other = await make.customer(), await make.customer(name='나비밀', phone='01077776666')
    done = await services.customer_merging.merge(agent, kept.id, other.id, versions=(0, 0))
    await services.customer_merging.undo(agent, done.merge.id)

    await services.customer_erasure.erase(supervisor, other.id, ErasureReason.REQUEST)

    assert '01077776666' not in await all_rows(db)
    assert (await services.customer_records.customer(agent, kept.id)).phone == kept.phone


async def test_open_contact_refuses_with_a_sentence(services: Services, make: Make) -> None:
    agent, supervisor, customer = await make.agent(), await make.supervisor(), await make.customer()
    await make.chat(agent=agent, customer_id=customer.id)

    with pytest.raises(ConflictError, match=r'customer\.open_contact'):
        await services.customer_erasure.erase(supervisor, customer.id, ErasureReason.REQUEST)

    assert (await services.customer_records.customer(agent, customer.id)).name == customer.name


async def test_only_supervisors_and_administrators_erase_and_say_why(
    services: Services, make: Make
) -> None:
    agent, supervisor, customer = await make.agent(), await make.supervisor(), await make.customer()

    with pytest.raises(NotAllowedError):
        await services.customer_erasure.erase(agent, customer.id, ErasureReason.REQUEST)
    with pytest.raises(NotAllowedError):
        await services.customer_erasure.scope(agent, customer.id)
    with pytest.raises(InvalidInputError, match=r'customer\.erase_why'):
        await services.customer_erasure.erase(supervisor, customer.id, ErasureReason.OTHER, '  ')


async def test_audit_says_who_and_why_and_names_nobody(
    services: Services, make: Make, db: Database
) -> None:
    supervisor, customer = await make.supervisor(), await make.customer()

    await services.customer_erasure.erase(
        supervisor, customer.id, ErasureReason.OTHER, '소송 종료, 연락처 010-1234-5678'
    )

    async with db.statement() as connection:
        entry = (
            await connection.execute(
                text("SELECT * FROM audit_log WHERE action = 'customer_erased'")
            )
        ).one()
    assert (entry.agent_id, entry.subject_id) == (supervisor.id, customer.id)
    assert entry.reason.startswith('소송 종료')
    assert '5678' not in entry.reason
    assert entry.details['record_ids'] == [str(customer.id)]


async def test_erasing_while_others_merge_and_link_leaves_nothing_behind(
    services: Services, another_desk: Services, make: Make, db: Database
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    for _ in range(5):
        customer, other = await make.customer(name='나비밀'), await make.customer(name='나비밀')
        chat = await make.chat(
            agent=agent, visitor_name='나비밀', status=ChatStatus.CLOSED, ending=ChatEnding.AGENT
        )

        await asyncio.gather(
            services.customer_erasure.erase(supervisor, customer.id, ErasureReason.REQUEST),
            another_desk.customer_merging.merge(agent, customer.id, other.id, versions=(0, 0)),
            another_desk.customers.link(agent, chat.id, customer.id),
            return_exceptions=True,
        )

        await _assert_erased_wholly(db, customer.id, other.id, chat.id)


async def _assert_erased_wholly(db: Database, *ids: UUID) -> None:
    """What belongs to the erased record is erased; what came too late does not belong to it."""
    customer_id, other_id, chat_id = ids
    async with db.statement() as connection:
        other = (
            await connection.execute(
                text('SELECT * FROM customers WHERE id = :id'), {'id': other_id}
            )
        ).one()
        chat = (
            await connection.execute(
                text('SELECT * FROM chat_sessions WHERE id = :id'), {'id': chat_id}
            )
        ).one()
    assert (other.merged_into_id == customer_id) == (other.erased_at is not None)
    assert (chat.customer_id == customer_id) == (chat.visitor_name == ERASED)
