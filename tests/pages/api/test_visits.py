"""``/chat/visits``: a customer's program in its own chat, and in no other."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from desk import clock
from desk.tokens import new_token
from models import Agent, ChatStatus
from services.chats.inbox_order import Scope, Tab
from services.registry import Services
from tests.pages.api.conftest import Site
from tests.support.hearing import hearing
from tests.support.make import DEPARTMENT, Make

PROBLEM = 'application/problem+json'
FORM = {'name': '최유진', 'phone': '010-9876-5432', 'department': DEPARTMENT}
ACTS = [
    ('GET', ''),
    ('GET', '/messages'),
    ('POST', '/messages'),
    ('POST', '/read'),
    ('POST', '/typing'),
    ('GET', '/callback'),
    ('POST', '/callback'),
    ('DELETE', '/callback'),
    ('POST', '/leave'),
    ('GET', '/rating'),
    ('PUT', '/rating'),
]
SLOT = '2027-01-04T06:00:00Z'
BODIES = {
    '/messages': {'content': '안녕하세요'},
    '/read': {'number': 1},
    '/callback': {'phone': '01098765432', 'slot_from': SLOT},
    '/rating': {'score': 5},
}


@dataclass
class Visit:
    """A customer's program and its chat."""

    client: httpx.AsyncClient
    path: str
    token: str


@pytest.fixture
async def visit(site: Site, agent: Agent) -> AsyncIterator[Visit]:
    """A chat that was started over the API; ``agent`` gives its department somebody to answer."""
    async with site.client() as client:
        started = (await client.post('/chat/visits', json=FORM)).json()
        client.headers['X-Chat-Token'] = started['token']
        yield Visit(client, f'/chat/visits/{started["chat"]["id"]}', started['token'])


async def test_started_chat_waits_with_a_place_in_the_queue(site: Site, agent: Agent) -> None:
    async with site.client() as client:
        first = await client.post('/chat/visits', json=FORM)
        second = await client.post('/chat/visits', json=FORM)

    assert first.status_code == 201
    assert [one.json()['chat']['place'] for one in (first, second)] == [1, 2]
    assert first.json()['chat']['status'] == 'waiting'


async def test_same_token_starts_one_chat(site: Site, agent: Agent) -> None:
    async with site.client() as client:
        form = FORM | {'token': (await client.post('/chat/visits/token')).json()['token']}
        first, second = [await client.post('/chat/visits', json=form) for _ in range(2)]

    assert first.json() == second.json()


async def test_form_that_cannot_be_used_is_refused_with_a_sentence(
    site: Site, agent: Agent
) -> None:
    wrong = [
        {'name': ''},
        {'name': 'a\x00b'},
        {'name': '가' * 101},
        {'phone': 'nonsense'},
        {'phone': '1' * 5000},
        {'department': '없는 부서'},
        {'token': 'short'},
        {'token': '0' * 43},
        {'token': new_token()},
        {'token': '토큰'},
        {'name': None},
    ]

    async with site.client() as client:
        answers = [await client.post('/chat/visits', json=FORM | one) for one in wrong]

    assert {answer.status_code for answer in answers} == {422}
    assert {answer.headers['content-type'] for answer in answers} == {PROBLEM}


async def test_customer_rates_the_ended_chat(
    visit: Visit, agent: Agent, services: Services
) -> None:
    given, rating = {'score': 4, 'comment': '빨랐어요'}, f'{visit.path}/rating'
    early = await visit.client.put(rating, json=given)
    await services.chats.take(agent, UUID(visit.path.rpartition('/')[2]))
    await visit.client.post(f'{visit.path}/leave')
    before = await visit.client.get(rating)

    stored = await visit.client.put(rating, json=given)
    poor = await visit.client.put(rating, json={'score': 6})

    assert early.status_code == 409
    assert before.json() is None
    assert (stored.status_code, stored.json()) == (200, given)
    assert poor.status_code == 422
    assert (await visit.client.get(rating)).json() == given


async def test_customer_writes_reads_and_leaves(visit: Visit) -> None:
    sent = await visit.client.post(f'{visit.path}/messages', json={'content': '여보세요'})
    lines = await visit.client.get(f'{visit.path}/messages', params={'after': 0})
    read = await visit.client.post(f'{visit.path}/read', json={'number': 1})
    typing = await visit.client.post(f'{visit.path}/typing')
    left = await visit.client.post(f'{visit.path}/leave')

    assert sent.json()['number'] == 1
    assert lines.json() == [sent.json()]
    assert (read.status_code, typing.status_code) == (200, 204)
    assert (left.json()['status'], left.json()['ending']) == ('closed', 'abandoned')
    assert left.json()['place'] == 0


async def test_customer_is_told_no_name_number_or_id_of_people(
    visit: Visit, services: Services, agent: Agent
) -> None:
    chat_id = visit.path.rsplit('/', 1)[-1]
    await visit.client.post(f'{visit.path}/messages', json={'content': '여보세요'})
    inbox = await services.inbox.page(agent, Tab.WAITING, Scope.DEPARTMENT)
    await services.chats.take(agent, inbox.chats[0].id)

    chat = (await visit.client.get(visit.path)).json()
    lines = (await visit.client.get(f'{visit.path}/messages')).json()

    assert chat['id'] == chat_id
    assert str(agent.id) not in f'{chat}{lines}'
    assert '01098765432' not in f'{chat}{lines}'


async def test_agents_reply_reaches_the_customer_after_a_number(
    visit: Visit, site: Site, agent: Agent
) -> None:
    session = visit.path.replace('visits', 'sessions')
    async with site.signed_in(agent) as api:
        await api.post(f'{session}/take')
        await api.post(f'{session}/messages', json={'content': '무엇을 도와드릴까요?'})

    lines = await visit.client.get(f'{visit.path}/messages', params={'after': 1})

    assert [line['content'] for line in lines.json()] == ['무엇을 도와드릴까요?']


def _said(answer: httpx.Response) -> dict[str, object]:
    """Return a problem without the number of its request."""
    problem: dict[str, object] = answer.json()
    return {name: value for name, value in problem.items() if name != 'request_id'}


async def test_token_opens_its_own_chat_only(visit: Visit, make: Make) -> None:
    other = await make.chat()

    theirs = [
        await _ask(visit.client, method, f'/chat/visits/{other.id}', act) for method, act in ACTS
    ]
    none = [
        await _ask(visit.client, method, f'/chat/visits/{uuid4()}', act) for method, act in ACTS
    ]

    assert {answer.status_code for answer in theirs} == {404}
    assert [_said(answer) for answer in theirs] == [_said(answer) for answer in none]


async def test_without_its_token_a_chat_looks_like_none(
    visit: Visit, site: Site, agent: Agent
) -> None:
    async with site.client() as nobody, site.signed_in(agent) as agents:
        wrong = site.client(**{'X-Chat-Token': new_token()})
        answers = [
            await _ask(client, method, visit.path, act)
            for client in (nobody, wrong, agents)
            for method, act in ACTS
        ]

    assert {answer.status_code for answer in answers} == {404}
    assert {answer.headers['content-type'] for answer in answers} == {PROBLEM}


async def test_token_opens_nothing_of_the_agents(visit: Visit) -> None:
    session = visit.path.replace('visits', 'sessions')
    bearer = {'Authorization': f'Bearer {visit.token}', 'Cookie': f'desk_chat={visit.token}'}

    answers = [
        await visit.client.get('/chat/sessions', headers=bearer),
        await visit.client.get(session, headers=bearer),
        await visit.client.post(f'{session}/take', headers=bearer),
    ]

    assert {answer.status_code for answer in answers} == {401}


async def test_token_may_come_as_cookie_or_bearer(visit: Visit, site: Site) -> None:
    headers = [{'Cookie': f'desk_chat={visit.token}'}, {'Authorization': f'Bearer {visit.token}'}]

    async with site.client() as client:
        answers = [await client.get(visit.path, headers=one) for one in headers]

    assert {answer.status_code for answer in answers} == {200}


async def test_fifty_repeats_of_a_customers_message_are_one_row(visit: Visit) -> None:
    body = {'content': '한 번만', 'id': str(uuid4())}

    answers = await asyncio.gather(
        *(visit.client.post(f'{visit.path}/messages', json=body) for _ in range(50))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len((await visit.client.get(f'{visit.path}/messages')).json()) == 1


async def test_ended_chat_takes_no_message(visit: Visit) -> None:
    await visit.client.post(f'{visit.path}/leave')

    answers = [
        await visit.client.post(f'{visit.path}/messages', json={'content': '여보세요?'}),
        await visit.client.post(f'{visit.path}/typing'),
    ]

    assert [answer.json()['code'] for answer in answers] == ['chat.ended'] * 2


async def test_writing_too_fast_says_how_long_to_wait(visit: Visit) -> None:
    answers = [
        await visit.client.post(f'{visit.path}/messages', json={'content': f'{n}'})
        for n in range(13)
    ]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers['retry-after']) >= 1


async def test_starting_too_many_chats_from_one_address_is_braked(site: Site, agent: Agent) -> None:
    async with site.client() as client:
        answers = [await client.post('/chat/visits', json=FORM | {'name': ''}) for _ in range(31)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers['retry-after']) >= 1


async def test_trying_many_tokens_from_one_address_is_braked(visit: Visit) -> None:
    visit.client.headers['X-Chat-Token'] = new_token()

    answers = [await visit.client.get(visit.path) for _ in range(61)]

    assert [answers[0].status_code, answers[-1].status_code] == [404, 429]


async def test_departments_are_public(site: Site, agent: Agent) -> None:
    async with site.client() as client:
        answer = await client.get('/chat/visits/departments')

    topics = answer.json()
    assert topics['items'] == [DEPARTMENT]
    assert [(one['name'], one['is_open']) for one in topics['topics']] == [(DEPARTMENT, True)]


async def test_program_learns_that_a_queue_is_crowded_and_leaves_a_message(
    site: Site, services: Services, make: Make
) -> None:
    queue = await make.queue(most_waiting=1)
    form = {'name': '최유진', 'phone': '010-9876-5432', 'department': queue.name}
    async with site.client() as client:
        [free] = (await client.get('/chat/visits/departments')).json()['topics']
        started = await client.post('/chat/visits', json=form)
        [full] = (await client.get('/chat/visits/departments')).json()['topics']
        left = await client.post('/chat/visits/left', json=form | {'content': '교환하고 싶어요'})

    assert (free['is_crowded'], full['is_crowded']) == (False, True)
    assert (started.status_code, left.status_code, left.json()['opens_at']) == (201, 201, None)
    assert await services.left_messages.begin_due(await services.crowding.crowded()) == 0


async def test_asking_keeps_a_waiting_chat_alive(visit: Visit, services: Services) -> None:
    with clock.moved(timedelta(minutes=5)):
        await hearing(services, timedelta(minutes=4))
        await visit.client.get(visit.path)
        given_up = await services.visits.give_up_silent(timedelta(minutes=2))

    assert given_up == 0
    assert (await visit.client.get(visit.path)).json()['status'] == ChatStatus.WAITING


async def _ask(client: httpx.AsyncClient, method: str, path: str, act: str) -> httpx.Response:
    return await client.request(method, f'{path}{act}', json=BODIES.get(act))


async def test_customers_program_asks_for_a_call_and_does_without(
    visit: Visit, services: Services, agent: Agent
) -> None:
    services.callback_requests.are_offered = True
    path = f'{visit.path}/callback'
    choice = (await visit.client.get(path)).json()
    wish = {'phone': '010-9876-5432', 'slot_from': choice['slots'][0], 'body': '교환'}

    made = await visit.client.post(path, json=wish)
    again = await visit.client.post(path, json=wish | {'slot_from': choice['slots'][1]})
    chosen = (await visit.client.get(path)).json()
    [listed] = await services.callbacks.waiting(agent)
    cancelled = await visit.client.delete(path)

    assert (made.status_code, made.json()['phone']) == (201, '010-****-5432')
    assert (again.status_code, again.json()['code']) == (409, 'visit.callback_asked')
    assert chosen == {'callback': made.json(), 'slots': []}
    assert f'/chat/visits/{listed.chat_id}' == visit.path
    assert cancelled.json()['status'] == 'cancelled'


async def test_call_is_refused_where_the_desk_has_no_voice(visit: Visit) -> None:
    wish = {'phone': '010-9876-5432', 'slot_from': SLOT}

    refused = await visit.client.post(f'{visit.path}/callback', json=wish)
    nothing = await visit.client.delete(f'{visit.path}/callback')

    assert (refused.status_code, refused.json()['code']) == (409, 'visit.callback_not_now')
    assert refused.json()['detail'] == '지금은 콜백을 신청하실 수 없어요.'
    assert (nothing.status_code, nothing.json()['code']) == (404, 'visit.callback_not_found')
