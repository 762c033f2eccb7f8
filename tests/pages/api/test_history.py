"""``/history`` for programs: the page's filters, pages, and only what the reader may see."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from desk import clock
from models import Agent, ChatStatus, Priority
from services.registry import Services
from tests.pages.api.conftest import Site
from tests.support.make import Make


async def test_history_is_read_page_by_page(api: httpx.AsyncClient, make: Make) -> None:
    made = [await make.chat(lines=1), await make.call(), await make.chat()]

    items: list[dict[str, Any]] = []
    cursor: str | None = ''
    while cursor is not None:
        given = {'limit': 2} | ({'cursor': cursor} if cursor else {})
        answer = (await api.get('/history', params=given)).json()
        items += answer['items']
        cursor = answer['next']

    assert [item['id'] for item in items] == [str(one.id) for one in reversed(made)]
    assert [item['channel'] for item in items] == ['chat', 'call', 'chat']


async def test_filters_are_those_of_the_pages_address(
    api: httpx.AsyncClient, make: Make, agent: Agent
) -> None:
    held = await make.chat(agent=agent, priority=Priority.HIGH)
    call = await make.call(agent=agent)
    await make.chat(start_time=clock.now() - timedelta(days=3))

    async def found(query: str) -> list[str]:
        answer = await api.get(f'/history?{query}')
        assert answer.status_code == 200, answer.text
        return [item['id'] for item in answer.json()['items']]

    assert await found(f'agent={agent.id}') == [str(call.id), str(held.id)]
    assert await found('priority=high') == [str(held.id)]
    assert await found('channel=call&status=active') == [str(call.id)]
    assert await found('period=yesterday&status=closed') == []


async def test_contacts_are_found_by_what_was_written_down_after_them(
    api: httpx.AsyncClient, make: Make, agent: Agent
) -> None:
    late, chat, call = (
        await make.category('배송', '지연'),
        await make.chat(agent=agent),
        await make.call(agent=agent),
    )
    await make.wrap_up(chat, category_id=late.id, needs_follow_up=True)
    await make.wrap_up(call, category_id=late.id)
    root = (await api.get('/history/categories')).json()['items'][0]

    both = (await api.get('/history', params={'category': root['id']})).json()['items']
    [one] = (await api.get('/history', params={'follow_up': 'true'})).json()['items']

    assert root['path'] == '배송'
    assert [item['id'] for item in both] == [str(call.id), str(chat.id)]
    assert (one['id'], one['wrap_up']['category']) == (str(chat.id), '배송 > 지연')


async def test_words_are_found_with_their_line(
    api: httpx.AsyncClient, services: Services, make: Make
) -> None:
    chat = await make.chat()
    await services.visits.write(make.outgoing(chat, '와이파이 비밀번호가 뭐죠'))

    [item] = (await api.get('/history', params={'text': '비밀번호'})).json()['items']

    assert item['id'] == str(chat.id)
    assert item['found'] == {
        'number': 1,
        'excerpt': '와이파이 비밀번호가 뭐죠',
        'spans': [[5, 9]],
        'is_note': False,
    }


async def test_number_is_masked_but_for_who_talks_with_its_owner(
    site: Site, api: httpx.AsyncClient, make: Make, agent: Agent
) -> None:
    customer = await make.customer(phone='01012345678')
    chat = await make.chat(agent=agent, customer_id=customer.id)
    colleague = await make.agent()

    mine = (await api.get(f'/history/{chat.id}')).json()
    async with site.signed_in(colleague) as theirs:
        seen = (await theirs.get(f'/history/{chat.id}')).json()

    assert mine['phone'] == '01012345678'
    assert seen['phone'] == '010-****-5678'
    assert mine['customer_id'] == seen['customer_id'] == str(customer.id)


async def test_closed_contact_shows_no_number(
    api: httpx.AsyncClient, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, status=ChatStatus.CLOSED, visitor_phone='01012345678')

    assert (await api.get(f'/history/{chat.id}')).json()['phone'] == '010-****-5678'


async def test_what_one_may_not_see_is_not_there(api: httpx.AsyncClient, make: Make) -> None:
    foreign = [
        await make.chat(department='기술지원', lines=1),
        await make.call(department='기술지원'),
    ]

    for contact in foreign:
        assert (await api.get(f'/history/{contact.id}')).status_code == 404
    for query in ('', '?department=기술지원', '?text=최유진', '?text=번째'):
        assert (await api.get(f'/history{query}')).json() == {'items': [], 'next': None}


async def test_supervisor_sees_all(site: Site, make: Make) -> None:
    await make.chat(department='기술지원')
    await make.call(department='결제·환불')

    async with site.signed_in(await make.supervisor()) as api:
        assert len((await api.get('/history')).json()['items']) == 2


async def test_nobody_who_is_not_signed_in_reads_it(site: Site, make: Make) -> None:
    chat = await make.chat()

    async with site.client() as stranger:
        for path in ('/history', f'/history/{chat.id}'):
            answer = await stranger.get(path)
            assert answer.status_code == 401
            assert answer.headers['content-type'].startswith('application/problem+json')


@pytest.mark.parametrize(
    'query',
    [
        'status=lost', 'period=ever', 'from=2026-13-40', 'from=2026-11-03&to=2026-11-01', 'agent=7', 'limit=0',
        'limit=1000', 'cursor=abc', 'text=%00', 'category=late', 'follow_up=maybe', f'text={"가" * 101}', 'from=0001-01-01',
    ],
)  # fmt: skip
async def test_bad_input_is_refused_with_a_sentence(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get(f'/history?{query}')

    assert answer.status_code == 422
    assert answer.json()['detail']


async def test_cursor_continues_its_own_list_only(api: httpx.AsyncClient, make: Make) -> None:
    for _ in range(2):
        await make.chat()
    cursor = (await api.get('/history?limit=1')).json()['next']

    answer = await api.get('/history', params={'channel': 'chat', 'cursor': cursor})

    assert answer.status_code == 422
    assert answer.json()['code'] == 'list.cursor'
