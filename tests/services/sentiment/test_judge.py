"""Customers' lines get their marks from the sandbox's Comprehend, whatever goes wrong there; nobody waits for it."""

import asyncio
import time
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY
from sqlmodel import select

from desk import clock
from desk.db import Database
from models import (
    Agent,
    ChatMood,
    ChatSession,
    Message,
    MessageSentiment,
    MoodTrend,
    Sentiment,
    SentimentSource,
    SentimentSpending,
)
from services.chats import visits
from services.chats.outgoing import OutgoingMessage
from services.registry import Services
from services.sentiment import judge
from services.sentiment.events import UPSET_CUSTOMERS, CustomerUpset, LineMark
from tests.services.sentiment.conftest import Judging
from tests.support.make import Make
from tests.support.sandbox.box import Box
from tests.support.until import until

GOOD, BAD, PLAIN = (
    '정말 친절하시네요 감사합니다',
    '너무 늦어서 화가 나요',
    '주문 번호가 어디 있나요',
)
A_LINE_USD = 0.0003


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let customers write as fast as tests do, and the desk look for what is left behind all the time."""
    visits.LINES.reset()
    monkeypatch.setattr(judge, 'LOOK_SECONDS', 0.2)
    monkeypatch.setattr(judge, 'REST_SECONDS', 0.2)


async def test_customers_line_gets_its_mark_with_scores(
    judging: Judging, chat: ChatSession, agent: Agent
) -> None:
    async with judging() as services:
        await write(services, chat, GOOD)  # the first request reads boto3's models
        await marks(services, agent, chat, 1, seconds=15)
        await services.chats.reply(agent, outgoing(chat, '죄송합니다, 늦어서'))
        began = time.monotonic()
        await write(services, chat, BAD)
        [_, mark] = await marks(services, agent, chat, 2)
        took = time.monotonic() - began

    assert took < judge.GATHER_SECONDS + 1
    assert mark.sentiment is Sentiment.NEGATIVE
    assert mark.negative > 0.5
    assert mark.positive + mark.negative + mark.neutral + mark.mixed == pytest.approx(1)
    assert mark.source is SentimentSource.STAND_IN


async def test_batch_goes_when_it_is_full_or_old_enough(
    judging: Judging, make: Make, agent: Agent, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, 'GATHER_SECONDS', 4.0)
    async with judging() as services:
        before = requests()
        chats = [await make.chat(agent=agent) for _ in range(30)]
        await asyncio.gather(
            *(write(services, one, f'{n}번 상자가 늦어요') for n, one in enumerate(chats))
        )
        await until(lambda: told(db, 30), seconds=30)

        assert requests() - before == 2


async def test_korean_and_english_are_asked_apart(
    judging: Judging, chat: ChatSession, agent: Agent
) -> None:
    async with judging() as services:
        await write(services, chat, BAD)
        await write(services, chat, 'This is terrible, my parcel is broken')
        await write(services, chat, 'Thank you, that is great')

        found = await marks(services, agent, chat, 3)

    assert [one.sentiment for one in found] == [
        Sentiment.NEGATIVE,
        Sentiment.NEGATIVE,
        Sentiment.POSITIVE,
    ]


async def test_long_line_is_cut_and_judged(
    judging: Judging, chat: ChatSession, agent: Agent
) -> None:
    async with judging() as services:
        await write(services, chat, '화나' + '😡가' * 2_400)

        [mark] = await marks(services, agent, chat, 1)

    assert mark.sentiment is Sentiment.NEGATIVE


async def test_same_words_are_paid_for_once(
    judging: Judging, make: Make, agent: Agent, db: Database
) -> None:
    words = f'{uuid4().int}번 배송이 늦어요'
    async with judging() as services:
        first = await make.chat(agent=agent)
        await write(services, first, words)
        await marks(services, agent, first, 1)
        paid = await spent(db)

        second = await make.chat(agent=agent)
        await write(services, second, words)
        [mark] = await marks(services, agent, second, 1)

    assert mark.sentiment is Sentiment.NEGATIVE
    assert await spent(db) == paid == 3


async def test_numbers_alone_are_not_sent(
    judging: Judging, chat: ChatSession, agent: Agent, db: Database
) -> None:
    async with judging() as services:
        await write(services, chat, '1234-5678')
        await write(services, chat, BAD)
        await marks(services, agent, chat, 1)
        await until(lambda: told(db, 2))

    assert await spent(db) == 3


async def test_day_has_a_limit_for_all_processes(
    judging: Judging, make: Make, agent: Agent, db: Database
) -> None:
    budget = 4 * A_LINE_USD
    async with judging(usd_a_day=budget) as one, judging(usd_a_day=budget) as other:
        for number, services in enumerate([one, other] * 4):
            await write(services, await make.chat(agent=agent), f'{number}번째로 늦어요')
        await until(lambda: told(db, 4))
        await asyncio.sleep(1.5)

        assert await told(db, 4)
        assert await spent(db) == 12


async def test_throttled_comprehend_costs_nothing_and_comes_back(
    judging: Judging, chat: ChatSession, agent: Agent, box: Box, db: Database
) -> None:
    await asyncio.to_thread(box.hand, 'PATCH', 'faults', throttling=True)
    async with judging() as services:
        began = time.monotonic()
        await write(services, chat, BAD)
        assert time.monotonic() - began < 0.5
        await until(lambda: claimed(db, 1))
        await until(lambda: has_spent(db, 0), seconds=10)

        await asyncio.to_thread(box.hand, 'DELETE', 'faults')
        with clock.moved(judge.CLAIM + timedelta(seconds=1)):
            [mark] = await marks(services, agent, chat, 1, seconds=15)

    # What it cost in the end is not asked: while the clock is ahead the line's claim runs out, and it may go twice.
    assert mark.sentiment is Sentiment.NEGATIVE


async def test_broken_comprehend_is_left_alone_and_comes_back(
    judging: Judging, chat: ChatSession, agent: Agent, box: Box
) -> None:
    always = {
        'operation': 'comprehend.BatchDetectSentiment',
        'error': 'InternalServerException',
        'times': None,
    }
    await asyncio.to_thread(box.hand, 'PATCH', 'faults', errors=[always])
    async with judging() as services:
        await write(services, chat, BAD)
        await asyncio.sleep(3)
        assert not (await services.sentiments.of_chat(agent, chat.id)).marks

        await asyncio.to_thread(box.hand, 'DELETE', 'faults')
        with clock.moved(judge.CLAIM + timedelta(seconds=1)):
            [mark] = await marks(services, agent, chat, 1, seconds=15)

    assert mark.sentiment is Sentiment.NEGATIVE


async def test_chat_does_not_wait_for_a_slow_comprehend(
    judging: Judging, chat: ChatSession, agent: Agent, box: Box
) -> None:
    async with judging() as services:
        await write(services, chat, PLAIN)
        await marks(services, agent, chat, 1)
        await asyncio.to_thread(box.hand, 'PATCH', 'faults', latency_seconds=3)
        took = []
        for number in range(10):
            began = time.monotonic()
            await write(services, chat, f'{number}번 늦어요')
            took.append(time.monotonic() - began)
            await asyncio.sleep(0.2)

        assert max(took) < 0.25
        await asyncio.to_thread(box.hand, 'DELETE', 'faults')
        with clock.moved(judge.CLAIM + timedelta(seconds=1)):
            assert len(await marks(services, agent, chat, 11, seconds=20)) == 11


async def test_what_a_dead_process_claimed_is_sent_by_another(
    judging: Judging, services: Services, chat: ChatSession, agent: Agent, db: Database
) -> None:
    await write(services, chat, BAD)
    async with db.transaction() as session:  # as a process did that died before it was answered
        message = (await session.exec(select(Message))).one()
        session.add(
            MessageSentiment(message_id=message.id, chat_session_id=chat.id, number=message.number)
        )

    async with judging() as survivor:
        await asyncio.sleep(0.5)
        assert not (await survivor.sentiments.of_chat(agent, chat.id)).marks
        with clock.moved(judge.CLAIM + timedelta(seconds=1)):
            [mark] = await marks(survivor, agent, chat, 1)

    assert mark.sentiment is Sentiment.NEGATIVE


async def test_lines_nobody_heard_of_are_found_by_one_of_two_processes(
    judging: Judging, services: Services, make: Make, agent: Agent, db: Database
) -> None:
    for number in range(40):
        await write(services, await make.chat(agent=agent), f'{number}번째 고장')

    with clock.moved(judge.CLAIM + timedelta(seconds=1)):
        async with judging(), judging():
            await until(lambda: told(db, 40), seconds=10)

    assert await spent(db) == 40 * 3


async def test_chat_is_summed_up_with_its_trend(
    judging: Judging, chat: ChatSession, agent: Agent, db: Database
) -> None:
    async with judging() as services:
        for text in (GOOD, '좋아요', BAD, '최악이네요', '환불해 주세요 실망입니다'):
            await write(services, chat, text)
        await marks(services, agent, chat, 5)

        async with db.reading() as session:
            mood = (await session.exec(select(ChatMood))).one()

    assert mood.trend is MoodTrend.WORSE
    assert mood.lines == 5
    assert mood.negative_in_a_row == 3


async def test_three_negative_lines_in_a_row_are_told_once(
    judging: Judging, chat: ChatSession, agent: Agent
) -> None:
    heard: list[CustomerUpset] = []
    async with judging() as services:
        services.topics.subscribe(UPSET_CUSTOMERS, heard.append)
        for text in (BAD, '최악이에요', GOOD, '또 늦어요', '답답해요'):
            await write(services, chat, text)
        await marks(services, agent, chat, 5)
        assert not heard

        await write(services, chat, '환불해 주세요')
        await marks(services, agent, chat, 6)
        await write(services, chat, '실망했어요')
        await marks(services, agent, chat, 7)
        await until(lambda: bool(heard))

    [told_of] = heard
    assert (told_of.chat_id, told_of.customer, told_of.agent_id) == (chat.id, '최유진', agent.id)


async def test_marks_are_for_who_may_see_the_chat(
    judging: Judging, make: Make, chat: ChatSession, agent: Agent
) -> None:
    stranger = await make.agent(department='결제·환불')
    async with judging() as services:
        await write(services, chat, BAD)
        await marks(services, agent, chat, 1)

        assert not (await services.sentiments.of_chat(stranger, chat.id)).marks


def outgoing(chat: ChatSession, text: str) -> OutgoingMessage:
    return OutgoingMessage(id=uuid4(), chat_id=chat.id, content=text)


async def write(services: Services, chat: ChatSession, text: str) -> UUID:
    return (await services.visits.write(outgoing(chat, text))).id


async def marks(
    services: Services, agent: Agent, chat: ChatSession, count: int, *, seconds: float = 10
) -> list[LineMark]:
    """Wait for so many marks of a chat, and return them."""
    found: list[LineMark] = []

    async def are_there() -> bool:
        found[:] = (await services.sentiments.of_chat(agent, chat.id)).marks
        return len(found) >= count

    await until(are_there, seconds=seconds)
    return found


async def told(db: Database, count: int) -> bool:
    async with db.reading() as session:
        rows = (await session.exec(select(MessageSentiment))).all()
    return sum(row.analysed_at is not None for row in rows) == count


async def claimed(db: Database, count: int) -> bool:
    async with db.reading() as session:
        return len((await session.exec(select(MessageSentiment))).all()) == count


async def spent(db: Database) -> int:
    async with db.reading() as session:
        return sum((await session.exec(select(SentimentSpending.units))).all())


async def has_spent(db: Database, count: int) -> bool:
    return await spent(db) == count


def requests() -> float:
    return REGISTRY.get_sample_value('desk_sentiment_requests_total') or 0
