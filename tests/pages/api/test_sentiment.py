"""``/chat/sessions/{id}/sentiment`` for programs: the guide's ``{sentiment, confidence}``, and only of chats one may see."""

import httpx
import pytest

from models import Agent, Sentiment
from tests.pages.api.conftest import Site
from tests.support.make import Make


async def test_lines_have_the_guides_sentiment_and_confidence(
    api: httpx.AsyncClient, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=3)
    await make.judged(chat, Sentiment.POSITIVE, Sentiment.NEGATIVE)

    answer = (await api.get(f'/chat/sessions/{chat.id}/sentiment')).json()

    assert [(line['number'], line['sentiment']) for line in answer['lines']] == [
        (1, 'POSITIVE'),
        (2, 'NEGATIVE'),
    ]
    confidence = answer['lines'][1]['confidence']
    assert set(confidence) == {'Positive', 'Negative', 'Neutral', 'Mixed'}
    assert confidence['Negative'] == pytest.approx(0.91)
    assert (answer['sentiment'], answer['trend'], answer['source']) == (
        'NEGATIVE',
        'worse',
        'comprehend',
    )


async def test_chat_without_marks_has_no_values(
    api: httpx.AsyncClient, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=1)

    answer = (await api.get(f'/chat/sessions/{chat.id}/sentiment')).json()

    assert (answer['sentiment'], answer['lines']) == (None, [])


async def test_chat_of_others_is_not_there(site: Site, make: Make) -> None:
    chat = await make.chat(agent=await make.agent(), lines=1)
    await make.judged(chat, Sentiment.NEGATIVE)

    async with site.signed_in(await make.agent(department='결제·환불')) as stranger:
        answer = await stranger.get(f'/chat/sessions/{chat.id}/sentiment')

    assert answer.status_code == 404


async def test_history_is_narrowed_by_sentiment(
    api: httpx.AsyncClient, make: Make, agent: Agent
) -> None:
    angry, glad = [await make.chat(agent=agent, lines=1) for _ in range(2)]
    await make.judged(angry, Sentiment.NEGATIVE)
    await make.judged(glad, Sentiment.POSITIVE)

    [item] = (await api.get('/history?sentiment=negative')).json()['items']

    assert (item['id'], item['sentiment']) == (str(angry.id), 'negative')
