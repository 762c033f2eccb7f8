"""Words in messages: who finds what, in which order, with which places marked; indexed or not yet."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, update
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.settings import Settings
from models import ChatSession, ChatStatus, MessageGrams
from services.registry import Services
from services.search.messages import MessageFilter, is_searchable
from services.text import highlight
from tests.support.make import Make


@pytest.fixture(params=['not indexed yet', 'indexed'])
def is_indexed(request: pytest.FixtureRequest) -> bool:
    """The same must hold before and after the index knows a message."""
    return bool(request.param == 'indexed')


async def say(services: Services, make: Make, chat: ChatSession, *lines: str) -> None:
    for line in lines:
        await services.visits.write(make.outgoing(chat, line))


@pytest.mark.parametrize(
    ('typed', 'found'),
    [
        ('배송', ['배송지 변경이요', '오늘 배송 되나요?']),
        ('송지', ['배송지 변경이요']),
        ('배송 되나', ['오늘 배송 되나요?']),
        ('되나 배송', ['오늘 배송 되나요?']),
        ('환불 배송', []),
        ('wifi', ['WiFi 5GHz 됩니까']),
        ('5ghz', ['WiFi 5GHz 됩니까']),
        ('100%', ['100%_환불 \\ 맞죠']),
        ('%_', []),
        ('0%_환', ['100%_환불 \\ 맞죠']),
        ('😀😀', ['좋아요😀😀']),
        ('과일', ['\u1100\u116a\u110b\u1175\u11af 좋아']),
    ],
)
async def test_words_find_messages_newest_first(
    services: Services, make: Make, typed: str, found: list[str], is_indexed: bool
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    lines = ('오늘 배송 되나요?', '배송지 변경이요', 'WiFi 5GHz 됩니까', '100%_환불 \\ 맞죠', '좋아요😀😀',
             '\u1100\u116a\u110b\u1175\u11af 좋아')  # fmt: skip
    await say(services, make, chat, *lines)
    if is_indexed:
        assert await services.message_search.index_new() == len(lines)

    hits = await services.message_search.search(agent, typed)

    assert [hit.message.content for hit in hits] == found


async def test_only_chats_that_one_may_see(
    services: Services, make: Make, is_indexed: bool
) -> None:
    mine, stranger = await make.agent(), await make.agent(department='기술지원')
    supervisor = await make.supervisor()
    chat = await make.chat(agent=mine)
    lent = await make.chat(agent=stranger, department='주문·배송')
    await say(services, make, chat, '비밀번호를 잊었어요')
    await say(services, make, lent, '비밀번호가 뭐죠')
    if is_indexed:
        await services.message_search.index_new()

    async def seen(agent: object) -> set[UUID]:
        hits = await services.message_search.search(agent, '비밀번호')  # type: ignore[arg-type]
        return {hit.chat.id for hit in hits}

    assert await seen(mine) == {chat.id, lent.id}
    assert await seen(stranger) == {lent.id}
    assert await seen(supervisor) == {chat.id, lent.id}
    assert await seen(await make.agent(department='관리')) == set()


async def test_chat_that_changes_its_department_is_found_there(
    services: Services, make: Make, settings: Settings
) -> None:
    orders, support = await make.agent(), await make.agent(department='기술지원')
    chat = await make.chat()
    await say(services, make, chat, '연결이 끊겨요')
    await services.message_search.index_new()
    db = Database(settings.database_url, pool_size=1)
    async with db.transaction() as session:
        moved = update(ChatSession).where(col(ChatSession.id) == chat.id)
        await session.exec(moved.values(department='기술지원'))
    async with db.reading() as session:
        gram = func.department_gram('기술지원')
        found = select(MessageGrams).where(func.array_position(col(MessageGrams.grams), gram) > 0)
        assert len((await session.exec(found)).all()) == 1  # the newest are found without it
    await db.close()

    assert await services.message_search.search(orders, '연결') == []
    assert len(await services.message_search.search(support, '연결')) == 1


async def test_filters_narrow(services: Services, make: Make, is_indexed: bool) -> None:
    supervisor, agent = await make.supervisor(), await make.agent()
    customer = await make.customer()
    held = await make.chat(agent=agent, customer_id=customer.id)
    waiting = await make.chat(department='기술지원')
    with clock.moved(-timedelta(days=3)):
        await say(services, make, waiting, '가습기 옛날 얘기')
    await say(services, make, held, '가습기가 왔어요')
    if is_indexed:
        await services.message_search.index_new()

    async def found(**only: object) -> list[str]:
        wanted = MessageFilter(**only)  # type: ignore[arg-type]
        hits = await services.message_search.search(supervisor, '가습기', only=wanted)
        return [hit.message.content for hit in hits]

    new, old = '가습기가 왔어요', '가습기 옛날 얘기'
    yesterday = clock.now() - timedelta(days=1)
    assert await found() == [new, old]
    assert await found(since=yesterday) == [new]
    assert await found(until=yesterday) == [old]
    assert await found(agent_id=agent.id) == [new]
    assert await found(customer_id=customer.id) == [new]
    assert await found(department='기술지원') == [old]
    assert await found(status=ChatStatus.WAITING) == [old]
    assert await found(status=ChatStatus.CLOSED) == []


async def test_pages_neither_overlap_nor_leave_out(
    services: Services, make: Make, is_indexed: bool
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    with clock.moved(timedelta(0)):  # several at the same moment
        await say(services, make, chat, *(f'사과 {number}' for number in range(5)))
    await say(services, make, chat, *(f'사과 {number}' for number in range(5, 8)))
    if is_indexed:
        await services.message_search.index_new()

    contents, before = [], None
    while page := await services.message_search.search(agent, '사과', before=before, limit=3):
        contents += [hit.message.content for hit in page]
        before = page[-1].place

    assert sorted(contents) == [f'사과 {number}' for number in range(8)]
    assert contents[:3] == ['사과 7', '사과 6', '사과 5']


async def test_lines_of_the_desk_itself_are_not_found(services: Services, make: Make) -> None:
    agent = await make.agent(last_name='황보', first_name='서연')
    chat = await make.chat()
    await services.chats.take(agent, chat.id)

    assert await services.message_search.search(agent, '황보서연') == []
    assert await services.message_search.index_new() == 0


@pytest.mark.parametrize(
    'typed',
    ['', '가', 'ab', '\x00', '\ud800', '배 송', '\u200b', "'; --", 'ㅋ' * 5_000, '가' * 5_000],
)
async def test_odd_input_finds_nothing(services: Services, make: Make, typed: str) -> None:
    agent = await make.agent()
    await say(services, make, await make.chat(agent=agent), '배송 문의')

    assert await services.message_search.search(agent, typed) == []


def test_what_can_be_searched_for() -> None:
    assert is_searchable('배송')
    assert is_searchable('가 배송')
    assert is_searchable('abc')
    assert not is_searchable('배')
    assert not is_searchable('ab')


async def test_index_catches_up_in_batches_and_knows_each_once(
    services: Services, another_desk: Services, make: Make, settings: Settings
) -> None:
    chat = await make.chat()
    with clock.moved(-timedelta(days=40)):
        await say(services, make, chat, '아주 옛날')
    await services.message_search.index_new()
    with clock.moved(-timedelta(days=30)):
        await say(services, make, chat, '책상이 쉬는 동안')
    await say(services, make, chat, '방금')

    done = [await desk.message_search.index_new() for desk in (services, another_desk, services)]

    assert done == [2, 0, 0]
    db = Database(settings.database_url, pool_size=1)
    async with db.reading() as session:
        assert len((await session.exec(select(col(MessageGrams.message_id)))).all()) == 3
    await db.close()


@pytest.mark.parametrize(
    ('content', 'words', 'marked'),
    [
        ('오늘 배송 배송지', ['배송'], ['배송', '배송']),
        ('배송지변경', ['배송', '송지'], ['배송지']),
        ('WiFi 안돼요', ['wifi'], ['WiFi']),
        ('İstanbul 배송', ['배송'], ['배송']),
        ('\u1100\u116a\u110b\u1175\u11af 배송', ['과일'], ['\u1100\u116a\u110b\u1175\u11af']),
        ('👩‍👩‍👧 배송', ['배송'], ['배송']),
        ('우리 👩‍👩‍👧네', ['👧'], ['👩‍👩‍👧']),
        ('Café… ㎏당', ['cafe.', 'g당'], ['Café…', '㎏당']),
        ('배\u200b송지', ['배송'], ['배\u200b송']),
        ('없음', ['배송'], []),
        ('', ['배송'], []),
    ],
)
def test_marks_are_places_in_the_text(content: str, words: list[str], marked: list[str]) -> None:
    assert [content[begin:end] for begin, end in highlight.spans(content, words)] == marked
