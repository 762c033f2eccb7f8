"""``GET /history/export``: a file for Excel, by the filters, of what one may see; masked; to be stopped."""

import csv
import io
from uuid import uuid4

import httpx
import pytest
from python_calamine import CalamineWorkbook

from models import Agent, Sentiment, SentimentSource
from pages.api.exports import STARTS_LIMIT
from tests.pages.api.conftest import Site
from tests.support.make import Make

EXPORT = '/history/export'
WHY = {'reason': 'report'}


async def test_csv_opens_in_excel_and_shows_no_number_whole(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    customer = await make.customer(name='남궁 민들레', phone='01012345678')
    await make.chat(agent=agent, customer_id=customer.id, last_line='=cmd|calc')
    await make.chat(department='기술지원', visitor_name='남의 고객')

    answer = await api.get(EXPORT, params=WHY)

    assert answer.headers['content-type'] == 'text/csv; charset=utf-8'
    assert (
        "filename*=UTF-8''%EC%83%81%EB%8B%B4%20%EC%9D%B4%EB%A0%A5-"
        in (answer.headers['content-disposition'])
    )
    headings, *rows = csv.reader(io.StringIO(answer.content.decode('utf-8-sig'), newline=''))
    [row] = [dict(zip(headings, row, strict=True)) for row in rows]
    assert (row['고객'], row['고객 번호'], row['상태']) == ('남궁 민들레', customer.code, '진행')
    assert row['마지막 메시지'] == "'=cmd|calc"
    assert row['전화번호'] == '010-****-5678'  # the one on record, as the list says it


async def test_file_says_what_was_written_down_and_how_long_that_took(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    leaf, chat = await make.category('배송', '지연'), await make.chat(agent=agent)
    await make.wrap_up(chat, category_id=leaf.id, summary='내일 도착', needs_follow_up=True)

    answer = await api.get(EXPORT, params=WHY | {'category': str(leaf.parent_id)})

    headings, row = csv.reader(io.StringIO(answer.content.decode('utf-8-sig'), newline=''))
    written = dict(zip(headings, row, strict=True))
    assert (written['상담 분류'], written['요약']) == ('배송 > 지연', '내일 도착')
    assert (written['후속 조치 필요'], written['후처리 시간(초)']) == ('필요', '30')


async def test_file_says_how_the_customer_sounded_and_who_judged(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    await make.chat(agent=agent)
    upset = await make.chat(agent=agent, lines=1)
    mood = await make.judged(upset, Sentiment.NEGATIVE)
    await make.changed(mood, source=SentimentSource.STAND_IN)

    answer = await api.get(EXPORT, params=WHY)

    headings, *rows = csv.reader(io.StringIO(answer.content.decode('utf-8-sig'), newline=''))
    found = [dict(zip(headings, row, strict=True)) for row in rows]
    assert sorted((one['고객 감정'], one['고객 감정 분석']) for one in found) == [
        ('', ''),
        ('부정', '연습용 분석'),
    ]


async def test_xlsx_by_filters_in_the_readers_language(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    await make.chat(agent=agent, visitor_name='김철수')
    await make.chat(visitor_name='박새로')

    answer = await api.get(
        EXPORT, params=WHY | {'format': 'xlsx', 'status': 'waiting', 'lang': 'en'}
    )

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    headings, row = sheet.to_python()
    assert headings[:3] == ['Started at', 'Channel', 'Status']
    assert '박새로' in row


@pytest.mark.parametrize(
    'query',
    [
        'format=exe&reason=report',
        'export=1&reason=report',
        'format=csv',
        'reason=other',
        'reason=mine',
    ],
)
async def test_odd_requests_get_a_problem(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get(f'{EXPORT}?{query}')

    assert answer.status_code == 422
    assert answer.headers['content-type'] == 'application/problem+json'


async def test_nobody_takes_the_history_out_unknown(site: Site) -> None:
    async with site.client() as stranger:
        answer = await stranger.get(f'{EXPORT}?export={uuid4()}')

    assert answer.status_code == 401


async def test_nobody_takes_out_more_than_they_can_look_at(api: httpx.AsyncClient) -> None:
    answers = [await api.get(EXPORT, params=WHY) for _ in range(STARTS_LIMIT + 1)]

    assert {one.status_code for one in answers[:-1]} == {200}
    assert (answers[-1].status_code, answers[-1].json()['code']) == (429, 'throttle.too_fast')
