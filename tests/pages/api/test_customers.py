"""``/customers``: found, changed, merged and deleted over REST, by who may, with numbers masked for who need no more."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from models import Agent, Customer, Sentiment
from pages.api.customer_shapes import (
    CUSTOMER_EXAMPLE,
    ENTRY_EXAMPLE,
    NOTE_EXAMPLE,
    Note,
    TimelineItem,
)
from pages.api.customer_shapes import Customer as Shape
from services.chats.visits import ChatStart
from tests.pages.api.conftest import Site
from tests.support.make import DEPARTMENT, Make

PROBLEM = 'application/problem+json'
MASKED = '010-****-5678'
PATHS = [
    ('GET', ''),
    ('POST', ''),
    ('GET', '/{id}'),
    ('PATCH', '/{id}'),
    ('GET', '/{id}/timeline'),
    ('POST', '/{id}/notes'),
    ('PATCH', '/{id}/notes/{other}'),
    ('DELETE', '/{id}/notes/{other}'),
    ('GET', '/{id}/duplicates'),
    ('POST', '/{id}/merges/preview'),
    ('POST', '/{id}/merges'),
    ('POST', '/{id}/merges/{other}/undo'),
    ('POST', '/{id}/reveal'),
    ('POST', '/{id}/erase'),
]
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ('PATCH', '/{id}'): {'version': 0, 'memo': '급함'},
    ('POST', '/{id}/notes'): {'text': '환불 완료'},
    ('PATCH', '/{id}/notes/{other}'): {'text': '환불 완료'},
    ('POST', '/{id}/merges/preview'): {'merged_id': str(uuid4())},
    ('POST', '/{id}/merges'): {'merged_id': str(uuid4()), 'versions': [0, 0]},
    ('POST', '/{id}/reveal'): {'reason': 'identity'},
    ('POST', '/{id}/erase'): {'reason': 'request'},
}
BROKEN_BODIES: list[dict[str, Any]] = [
    {},
    {'version': -1},
    {'version': 10**30, 'memo': 'a'},
    {'version': 0, 'phones': '01012345678'},
    {'version': 0, 'name': 'a\x00b'},
    {'version': 0, 'status': 'gone'},
    {'version': 0, 'total_chats': 5},
    {'version': 0, 'memo': 'a\x00'},
    {'version': 0, 'attributes': {'등급': 5}},
]


@pytest.fixture
async def customer(make: Make) -> Customer:
    return await make.customer(email='minjun@example.com')


def path_of(suffix: str, customer_id: UUID) -> str:
    return '/customers' + suffix.format(id=customer_id, other=uuid4())


async def test_found_by_a_part_of_the_name(api: httpx.AsyncClient, customer: Customer) -> None:
    found = await api.get('/customers', params={'query': '민준'})

    assert found.status_code == 200
    assert found.json()['next'] is None
    assert [one['id'] for one in found.json()['items']] == [str(customer.id)]


async def test_without_a_query_all_come_page_by_page(api: httpx.AsyncClient, make: Make) -> None:
    made = {str((await make.customer(name=f'고객 {number}')).id) for number in range(5)}
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get('/customers', params={'limit': 2, **cursor})).json()
        seen += [one['id'] for one in page['items']]
        if page['next'] is None:
            break
        cursor = {'cursor': page['next']}

    assert (len(seen), set(seen)) == (5, made)


async def test_created_changed_and_read_again(api: httpx.AsyncClient) -> None:
    new = {'name': '최유진', 'phones': ['+82 10-1234-5678'], 'email': 'yujin@example.com'}

    made = await api.post('/customers', json=new)
    changed = await api.patch(
        f'/customers/{made.json()["id"]}',
        json={'version': 0, 'risk_level': 'high', 'attributes': {'회원 등급': '골드'}},
    )

    assert (made.status_code, changed.status_code) == (201, 200)
    read = (await api.get(f'/customers/{made.json()["id"]}')).json()
    assert changed.json() == {'customer': read, 'theirs': []}
    assert (read['phones'], read['email']) == ([MASKED], 'yu***@example.com')
    assert (read['warnings'], read['version']) == (['high_risk'], 1)
    assert read['attributes'] == {'회원 등급': '골드'}


async def test_clash_says_what_differs_and_changes_nothing(
    api: httpx.AsyncClient, customer: Customer
) -> None:
    address = f'/customers/{customer.id}'
    await api.patch(address, json={'version': 0, 'memo': '오전', 'phones': ['010-1111-2222']})

    refused = await api.patch(
        address, json={'version': 0, 'memo': '오후', 'phones': ['010-3333-4444']}
    )

    problem = refused.json()
    assert (refused.status_code, refused.headers['content-type']) == (409, PROBLEM)
    assert (problem['code'], problem['version']) == ('customer.edit_clash', 1)
    assert sorted(problem['clashes'], key=lambda one: str(one['field'])) == [
        {'field': 'memo', 'base': '', 'theirs': '오전', 'mine': '오후'},
        {
            'field': 'phones',
            'base': [MASKED],
            'theirs': ['010-****-2222'],
            'mine': ['010-****-4444'],
        },
    ]
    assert (await api.get(address)).json()['memo'] == '오전'


async def test_numbers_are_whole_for_who_talks_with_the_customer_now(
    api: httpx.AsyncClient, agent: Agent, customer: Customer, make: Make
) -> None:
    address = f'/customers/{customer.id}'
    await api.patch(address, json={'version': 0, 'phones': ['010-1111-2222']})
    before = (await api.get(address)).json()
    hidden = (await api.get(f'{address}/timeline')).text
    await make.chat(agent=agent, customer_id=customer.id)

    after = (await api.get(address)).json()

    assert (before['phones'], before['is_masked']) == (['010-****-2222'], True)
    assert (after['phones'], after['is_masked']) == (['01011112222'], False)
    assert '01011112222' not in hidden
    assert '01011112222' in (await api.get(f'{address}/timeline')).text


async def test_reveal_shows_all_and_needs_a_reason(
    api: httpx.AsyncClient, customer: Customer
) -> None:
    address = f'/customers/{customer.id}/reveal'

    shown = await api.post(address, json={'reason': 'call'})
    refused = await api.post(address, json={'reason': 'other'})

    assert shown.json() == {
        'phones': [customer.phone],
        'email': customer.email,
        'seconds': 30,
    }
    assert refused.status_code == 422


async def test_timeline_is_paged_and_filtered(
    api: httpx.AsyncClient, customer: Customer, make: Make
) -> None:
    address = f'/customers/{customer.id}/timeline'
    for number in range(3):
        await api.post(f'/customers/{customer.id}/notes', json={'text': f'{number}번째'})
    await make.chat(customer_id=customer.id)
    foreign = await make.chat(customer_id=customer.id, department='기술지원')

    first = (await api.get(address, params={'limit': 3})).json()
    second = (await api.get(address, params={'limit': 3, 'cursor': first['next']})).json()
    notes = (await api.get(address, params={'kind': 'note'})).json()

    assert [one['kind'] for one in first['items'] + second['items']] == ['chat', *['note'] * 3]
    assert second['next'] is None
    assert str(foreign.id) not in f'{first}{second}'
    assert [one['note']['text'] for one in notes['items']] == ['2번째', '1번째', '0번째']
    wrong = await api.get(address, params={'kind': 'note', 'cursor': first['next']})
    assert (wrong.status_code, wrong.json()['code']) == (422, 'list.cursor')


async def test_timeline_says_how_the_customer_of_a_chat_sounded(
    api: httpx.AsyncClient, customer: Customer, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, customer_id=customer.id, lines=1)
    await make.judged(chat, Sentiment.NEGATIVE)
    await make.chat(agent=agent, customer_id=customer.id)

    items = (await api.get(f'/customers/{customer.id}/timeline')).json()['items']

    assert {one['id']: one['sentiment'] for one in items}.pop(str(chat.id)) == 'negative'
    assert [one['sentiment'] for one in items if one['id'] != str(chat.id)] == [None]


async def test_note_is_written_changed_and_removed(
    api: httpx.AsyncClient, customer: Customer, make: Make, site: Site
) -> None:
    address = f'/customers/{customer.id}/notes'

    note = (await api.post(address, json={'text': '환불'})).json()
    changed = await api.patch(f'{address}/{note["id"]}', json={'text': '환불 완료'})
    async with site.signed_in(await make.agent()) as colleague:
        refused = await colleague.delete(f'{address}/{note["id"]}')
    removed = await api.delete(f'{address}/{note["id"]}')

    assert changed.json()['text'] == '환불 완료'
    assert (refused.status_code, refused.json()['code']) == (403, 'note.not_yours')
    assert (removed.status_code, removed.content) == (204, b'')


async def test_duplicates_are_suggested_previewed_merged_and_parted(
    api: httpx.AsyncClient, customer: Customer, make: Make
) -> None:
    twin = await make.customer(name='이민준', phone=customer.phone)
    await make.chat(customer_id=twin.id)
    address = f'/customers/{customer.id}'

    [suggested] = (await api.get(f'{address}/duplicates')).json()['items']
    preview = (await api.post(f'{address}/merges/preview', json={'merged_id': str(twin.id)})).json()
    order = {'merged_id': str(twin.id), 'versions': preview['versions']}
    done = await api.post(f'{address}/merges', json=order)
    late = await api.post(f'{address}/merges', json=order)
    redirected = (await api.get(f'/customers/{twin.id}')).json()
    undone = await api.post(f'{address}/merges/{done.json()["merge_id"]}/undo')

    assert suggested['customer']['id'] == str(twin.id)
    assert suggested['reasons'] == ['same_phone', 'same_name']
    assert (preview['chats'], preview['notes']) == (1, 0)
    assert done.json()['customer']['total_chats'] == 1
    assert (late.status_code, late.json()['code']) == (409, 'customer.merged_away')
    assert late.json()['customer_id'] == str(customer.id)
    assert redirected['id'] == str(customer.id)
    assert undone.json()['merged']['total_chats'] == 1
    assert undone.json()['left'] == []


async def test_only_supervisors_delete_and_nothing_is_left(
    api: httpx.AsyncClient, customer: Customer, make: Make, site: Site
) -> None:
    address = f'/customers/{customer.id}'
    refused = await api.post(f'{address}/erase', json={'reason': 'request'})
    async with site.signed_in(await make.supervisor()) as supervisor:
        erased = await supervisor.post(f'{address}/erase', json={'reason': 'request'})
    gone = await api.get(address)

    assert (refused.status_code, refused.json()['code']) == (403, 'customer.erase_not_allowed')
    assert erased.status_code == 204
    assert (gone.status_code, gone.json()['code']) == (404, 'customer.erased')


@pytest.mark.parametrize(('method', 'suffix'), PATHS)
async def test_nobody_and_a_customers_token_open_no_path(
    site: Site, customer: Customer, make: Make, method: str, suffix: str
) -> None:
    await make.agent()
    form = ChatStart(name='최유진', phone='010-9876-5432', department=DEPARTMENT)
    started = await site.services.visits.start(form)
    path, body = path_of(suffix, customer.id), BODIES.get((method, suffix))

    for headers in ({}, {'X-Chat-Token': started.token}, {'Authorization': 'Bearer nonsense'}):
        async with site.client(**headers) as client:
            answer = await client.request(method, path, json=body)

        assert (answer.status_code, answer.headers['content-type']) == (401, PROBLEM)


@pytest.mark.parametrize(
    ('method', 'suffix'), [one for one in PATHS if one[1] and 'erase' not in one[1]]
)
async def test_customer_who_is_not_there_is_not_found(
    api: httpx.AsyncClient, method: str, suffix: str
) -> None:
    body = BODIES.get((method, suffix))

    answer = await api.request(method, path_of(suffix, uuid4()), json=body)

    assert (answer.status_code, answer.headers['content-type']) == (404, PROBLEM)


@pytest.mark.parametrize('body', BROKEN_BODIES)
async def test_broken_change_is_refused_and_changes_nothing(
    api: httpx.AsyncClient, customer: Customer, body: dict[str, Any]
) -> None:
    address = f'/customers/{customer.id}'
    before = (await api.get(address)).json()

    answer = await api.patch(address, json=body)

    assert (answer.status_code, answer.headers['content-type']) in {(422, PROBLEM), (409, PROBLEM)}
    assert (await api.get(address)).json() == before


@pytest.mark.parametrize('address', ['/customers/1', '/customers?limit=0', '/customers?cursor=abc'])
async def test_broken_address_is_refused(api: httpx.AsyncClient, address: str) -> None:
    assert (await api.get(address)).status_code == 422


async def test_refusal_is_in_the_readers_language(
    api: httpx.AsyncClient, customer: Customer
) -> None:
    details = [
        (
            await api.patch(
                f'/customers/{customer.id}',
                json={'version': 0, 'phones': ['abc']},
                headers={'Accept-Language': language},
            )
        ).json()['detail']
        for language in ('ko', 'en')
    ]

    assert details == [
        '전화를 걸 수 있는 번호가 아닙니다. 번호를 다시 확인하세요. 해외 번호는 +와 국가 번호부터 적습니다.',
        'This is not a number that can be dialled. Check it again. '
        'Numbers outside Korea begin with + and the country code.',
    ]


def test_examples_are_what_the_desk_really_answers() -> None:
    for shape, example in (
        (Shape, CUSTOMER_EXAMPLE),
        (Note, NOTE_EXAMPLE),
        (TimelineItem, ENTRY_EXAMPLE),
    ):
        assert shape.model_validate(example).model_dump(mode='json') == example
