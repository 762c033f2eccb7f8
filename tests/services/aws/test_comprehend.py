"""Comprehend by real boto3 against the sandbox: how texts sound, what cannot be read, and silence told apart from refusal."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from desk.errors import TooManyError, UpstreamError
from services.aws.breaker import CircuitBreaker
from services.aws.client import AwsClient, AwsPlace
from services.aws.comprehend import MAX_TEXTS, Comprehend, UnansweredError, units
from tests.support.sandbox.box import Box

pytestmark = pytest.mark.slow


@pytest.fixture
async def comprehend(box: Box) -> AsyncIterator[Comprehend]:
    """A way there that waits for half a second, and rests after two failures."""
    breaker = CircuitBreaker(failures=2, rest_seconds=1)
    place = AwsPlace(region='ap-northeast-2', endpoints={'comprehend': box.url})
    client = AwsClient('comprehend', place, breaker=breaker, read_seconds=0.5)
    comprehend = Comprehend(client, breaker, is_stand_in=True)
    yield comprehend
    await comprehend.close()


async def test_texts_are_answered_in_their_order(comprehend: Comprehend) -> None:
    texts = ['감사합니다', '최악이에요', '몇 시까지 하나요'] + ['네'] * (MAX_TEXTS - 3)

    found = [one for one in await comprehend.sentiments(texts, 'ko') if one]

    assert [one.label for one in found[:4]] == ['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'NEUTRAL']
    assert len(found) == MAX_TEXTS
    for one in found:
        assert one.positive + one.negative + one.neutral + one.mixed == pytest.approx(1)


async def test_text_that_cannot_be_read_spoils_no_other(comprehend: Comprehend) -> None:
    first, second = await comprehend.sentiments(['가' * 1_667, '좋아요'], 'ko')

    assert first is None
    assert second is not None
    assert second.label == 'POSITIVE'


async def test_throttled_is_refused_and_silence_is_not(comprehend: Comprehend, box: Box) -> None:
    await asyncio.to_thread(box.hand, 'PATCH', 'faults', throttling=True)
    with pytest.raises(TooManyError):
        await comprehend.sentiments(['좋아요'], 'ko')
    await asyncio.to_thread(box.hand, 'DELETE', 'faults')

    await asyncio.to_thread(box.hand, 'PATCH', 'faults', latency_seconds=2)
    with pytest.raises(UnansweredError):
        await comprehend.sentiments(['좋아요'], 'ko')


async def test_broken_service_is_left_alone_for_a_while(comprehend: Comprehend, box: Box) -> None:
    fault = {
        'operation': 'comprehend.BatchDetectSentiment',
        'error': 'InternalServerException',
        'times': None,
    }
    await asyncio.to_thread(box.hand, 'PATCH', 'faults', errors=[fault])
    for _ in range(2):
        with pytest.raises(UpstreamError):
            await comprehend.sentiments(['좋아요'], 'ko')
    assert comprehend.is_resting

    await asyncio.to_thread(box.hand, 'DELETE', 'faults')
    await asyncio.sleep(1.1)
    [one] = await comprehend.sentiments(['좋아요'], 'ko')
    assert one is not None
    assert not comprehend.is_resting


@pytest.mark.parametrize(('chars', 'price'), [(1, 3), (300, 3), (301, 4), (1_666, 17)])
def test_text_costs_three_units_at_least(chars: int, price: int) -> None:
    assert units('가' * chars) == price
