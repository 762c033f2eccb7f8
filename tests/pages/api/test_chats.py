"""``/chat/sessions``: the guide's paths and bodies, who may, once only, page by page."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from desk import clock
from models import Agent, ChatSession, ChatStatus
from models.chat import MAX_MESSAGE_CHARS
from services.registry import Services
from tests.pages.api.conftest import Site
from tests.support.make import Make

PATHS = [
    ('GET', ''),
    ('GET', '/messages'),
    ('POST', '/messages'),
    ('POST', '/take'),
    ('POST', '/end'),
    ('POST', '/read'),
    ('POST', '/typing'),
]
PROBLEM = 'application/problem+json'
JSON = {'Content-Type': 'application/json'}
BROKEN_BODIES = [
    b'',
    b'{',
    b'[]',
    b'null',
    b'"text"',
    b'\xff\xfe',
    b'[' * 20_000,
    b'{"content": 1}',
    b'{"content": "  "}',
    b'{"content": "a\\u0000b"}',
    b'{"content": "\\ud800"}',
    b'{"content": "a", "type": "joined"}',
    b'{"content": "a", "id": "not-a-uuid"}',
    b'{"content": "a", "seen": -1}',
    b'{"content": "a", "seen": 99999999999999999999}',
    b'{"content": "%s"}' % (b'a' * (MAX_MESSAGE_CHARS + 1)),
]
BROKEN_ADDRESSES = [
    '/chat/sessions/not-a-uuid',
    '/chat/sessions/1/messages',
    '/chat/sessions?limit=0',
    '/chat/sessions?limit=many',
    '/chat/sessions?status=nonsense',
    '/chat/sessions?department=%00',
    f'/chat/sessions/{uuid4()}/messages?after=-1',
    f'/chat/sessions/{uuid4()}/messages?after=99999999999',
]
WRONG_METHODS = [
    ('DELETE', '/chat/sessions', 'GET'),
    ('PUT', f'/chat/sessions/{uuid4()}/messages', 'GET, POST'),
    ('GET', f'/chat/sessions/{uuid4()}/take', 'POST'),
    ('GET', '/auth/login', 'POST'),
    ('POST', '/healthz', 'GET'),
]
UNKNOWN_PATHS = [
    '/chat',
    '/chat/no',
    '/chat/sessions/a/b/c',
    '/auth/no',
    '/customers/1/nothing',
    '/calls/1/nothing',
    '/ws/1',
]
BODIES = {'/messages': {'content': '안녕하세요'}, '/read': {'number': 1}}


async def test_sent_message_is_answered_as_the_guide_wrote(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent, lines=1)

    answer = await api.post(
        f'/chat/sessions/{chat.id}/messages', json={'content': '테스트 메시지', 'type': 'text'}
    )

    assert answer.status_code == 200
    assert answer.json()['content'] == '테스트 메시지'
    assert answer.json()['number'] == 2
    assert answer.json()['sender_id'] == str(agent.id)


async def test_sessions_without_filters_are_the_own_active_ones(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    own = await make.chat(agent=agent)
    held = await make.chat(agent=agent, status=ChatStatus.ON_HOLD)
    await make.chat()
    await make.chat(agent=await make.agent())
    await make.chat(agent=agent, status=ChatStatus.CLOSED, end_time=clock.now())

    answer = await api.get('/chat/sessions')

    assert {chat['id'] for chat in answer.json()} == {str(own.id), str(held.id)}


@pytest.mark.parametrize('status', ['waiting', 'active', 'closed'])
async def test_pages_of_a_list_are_complete_and_stable(
    api: httpx.AsyncClient, agent: Agent, make: Make, status: str
) -> None:
    now = clock.now()
    chats = [
        await make.chat(
            agent=None if status == 'waiting' else agent,
            status=ChatStatus(status),
            start_time=now - timedelta(seconds=n // 2),
            end_time=now - timedelta(seconds=n // 2) if status == 'closed' else None,
            awaiting_since=now - timedelta(seconds=n // 2) if n % 3 else None,
        )
        for n in range(11)
    ]

    found, cursor = [], ''
    while cursor is not None:
        query = {'status': status, 'limit': 3} | ({'cursor': cursor} if cursor else {})
        page = (await api.get('/chat/sessions', params=query)).json()
        found += [chat['id'] for chat in page['items']]
        cursor = page['next']
        await make.chat(department='다른 부서')  # what comes in meanwhile disturbs nothing

    assert len(found) == 11
    assert set(found) == {str(chat.id) for chat in chats}


async def test_filters_narrow_by_department_and_scope(site: Site, agent: Agent, make: Make) -> None:
    supervisor = await make.supervisor()
    own = await make.chat(agent=supervisor)
    other = await make.chat(agent=agent, department='결제·환불')

    async with site.signed_in(supervisor) as api:
        mine = await api.get('/chat/sessions', params={'scope': 'mine'})
        there = await api.get('/chat/sessions', params={'department': '결제·환불'})

    assert [chat['id'] for chat in mine.json()['items']] == [str(own.id)]
    assert [chat['id'] for chat in there.json()['items']] == [str(other.id)]


async def test_cursor_that_is_none_is_refused(api: httpx.AsyncClient) -> None:
    answers = [
        await api.get('/chat/sessions', params={'cursor': cursor})
        for cursor in ('nonsense', '%%%', 'e30', '한글')
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert {answer.json()['code'] for answer in answers} == {'list.cursor'}


async def test_cursor_of_one_list_does_not_continue_another(
    api: httpx.AsyncClient, make: Make
) -> None:
    for _ in range(2):
        await make.chat()
    page = (await api.get('/chat/sessions', params={'status': 'waiting', 'limit': 1})).json()

    answer = await api.get('/chat/sessions', params={'status': 'closed', 'cursor': page['next']})

    assert answer.status_code == 422


def _said(answer: httpx.Response) -> dict[str, object]:
    """Return a problem without the number of its request."""
    problem: dict[str, object] = answer.json()
    return {name: value for name, value in problem.items() if name != 'request_id'}


async def test_strangers_chat_looks_like_none(api: httpx.AsyncClient, make: Make) -> None:
    strangers = await make.chat(department='다른 부서', lines=1)

    theirs = [await _ask(api, method, f'/{strangers.id}{path}') for method, path in PATHS]
    none = [await _ask(api, method, f'/{uuid4()}{path}') for method, path in PATHS]

    assert {answer.status_code for answer in theirs} == {404}
    assert [_said(answer) for answer in theirs] == [_said(answer) for answer in none]
    assert {answer.headers['content-type'] for answer in theirs} == {PROBLEM}


async def test_nobody_gets_nothing(site: Site, make: Make) -> None:
    chat = await make.chat()

    async with site.client('not-a-token') as api:
        answers = [await _ask(api, method, f'/{chat.id}{path}') for method, path in PATHS]
        answers.append(await _ask(api, 'GET', ''))

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers['content-type'] for answer in answers} == {PROBLEM}
    assert {answer.headers['www-authenticate'] for answer in answers} == {'Bearer'}


async def test_fifty_repeats_at_once_are_one_row(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent)
    body = {'content': '한 번만', 'id': str(uuid4())}

    answers = await asyncio.gather(
        *(api.post(f'/chat/sessions/{chat.id}/messages', json=body) for _ in range(50))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    [line] = (await api.get(f'/chat/sessions/{chat.id}/messages')).json()
    assert line['id'] == body['id']


async def test_reply_is_held_when_a_colleague_wrote_after_what_was_seen(
    api: httpx.AsyncClient, site: Site, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    messages = f'/chat/sessions/{chat.id}/messages'
    async with site.signed_in(await make.supervisor()) as colleague:
        await colleague.post(messages, json={'content': '제가 답했습니다'})

    held = await api.post(messages, json={'content': '늦은 답', 'seen': 1})
    sent = await api.post(messages, json={'content': '그래도 보냅니다'})

    assert held.status_code == 409
    assert held.json()['code'] == 'chat.newer_messages'
    assert sent.status_code == 200


async def test_transcript_is_read_forward_and_backward(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent, lines=7)
    messages = f'/chat/sessions/{chat.id}/messages'

    forward = (await api.get(messages, params={'after': 2, 'limit': 3})).json()
    backward = (await api.get(messages, params={'before': 6, 'limit': 3})).json()
    newest = (await api.get(messages, params={'limit': 2})).json()

    assert [line['number'] for line in forward] == [3, 4, 5]
    assert [line['number'] for line in backward] == [3, 4, 5]
    assert [line['number'] for line in newest] == [6, 7]


async def test_chat_is_taken_read_and_ended(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    chat = f'/chat/sessions/{(await make.chat(lines=2)).id}'

    taken = await api.post(f'{chat}/take')
    read = await api.post(f'{chat}/read', json={'number': 2})
    typing = await api.post(f'{chat}/typing')
    ended = await api.post(f'{chat}/end')

    assert taken.json()['agent_id'] == str(agent.id)
    assert read.json()['agent_read_number'] == 2
    assert typing.status_code == 204
    assert ended.json()['status'] == 'closed'


async def test_of_two_who_take_one_gets_a_conflict(
    api: httpx.AsyncClient, site: Site, make: Make
) -> None:
    chat = f'/chat/sessions/{(await make.chat()).id}/take'
    async with site.signed_in(await make.agent()) as colleague:
        answers = await asyncio.gather(api.post(chat), colleague.post(chat))

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_act_at_the_wrong_time_is_a_conflict(api: httpx.AsyncClient, make: Make) -> None:
    waiting = f'/{(await make.chat()).id}'
    ended = f'/{(await make.chat(status=ChatStatus.CLOSED, end_time=clock.now())).id}'

    early = [await _ask(api, 'POST', f'{waiting}/{act}') for act in ('messages', 'end', 'typing')]
    late = [await _ask(api, 'POST', f'{ended}/{act}') for act in ('messages', 'take', 'typing')]

    assert {answer.status_code for answer in (*early, *late)} == {409}
    assert {answer.json()['code'] for answer in early} == {'chat.not_taken'}
    assert {answer.json()['code'] for answer in late} == {'chat.ended'}


async def test_colleagues_chat_can_be_seen_but_not_written(
    api: httpx.AsyncClient, make: Make
) -> None:
    chat = await make.chat(agent=await make.agent(), lines=1)

    seen = await api.get(f'/chat/sessions/{chat.id}')
    acts = [
        await api.post(f'/chat/sessions/{chat.id}/{act}', json=BODIES.get(f'/{act}'))
        for act in ('messages', 'typing', 'end')
    ]

    assert seen.status_code == 200
    assert [answer.json()['code'] for answer in acts] == ['chat.held_by_colleague'] * 3


async def test_body_that_cannot_be_used_is_refused_with_a_sentence(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    messages = f'/chat/sessions/{(await make.chat(agent=agent)).id}/messages'

    answers = [await api.post(messages, content=body, headers=JSON) for body in BROKEN_BODIES]

    assert {answer.status_code for answer in answers} == {400, 422}
    assert {answer.headers['content-type'] for answer in answers} == {PROBLEM}
    assert all(answer.json()['detail'] for answer in answers)
    assert (await api.get(messages)).json() == []


async def test_address_that_cannot_be_used_is_refused(api: httpx.AsyncClient) -> None:
    answers = [await api.get(path) for path in BROKEN_ADDRESSES]

    assert {answer.status_code for answer in answers} == {422}
    assert {answer.headers['content-type'] for answer in answers} == {PROBLEM}


async def test_refusal_speaks_the_readers_language(api: httpx.AsyncClient) -> None:
    path = f'/chat/sessions/{uuid4()}x'
    korean = await api.get(path, headers={'Accept-Language': 'ko-KR'})
    english = await api.get(path, headers={'Accept-Language': 'en-US,en;q=0.9'})

    assert korean.json()['detail'] != english.json()['detail']
    assert english.json()['detail'].isascii()
    assert korean.json()['code'] == english.json()['code']


async def test_body_over_the_limit_is_too_large(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent)

    async def endless() -> object:
        for _ in range(100):
            yield b'x' * 1024

    at_once = await api.post(f'/chat/sessions/{chat.id}/messages', content=b'x' * 70_000)
    in_pieces = await api.post(f'/chat/sessions/{chat.id}/messages', content=endless())

    assert [at_once.status_code, in_pieces.status_code] == [413, 413]
    assert at_once.headers['content-type'] == 'application/problem+json'
    assert at_once.json()['code'] == 'api.too_long'


async def test_longest_message_fits_however_it_is_escaped(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    chat: ChatSession = await make.chat(agent=agent)
    content = '😀' * MAX_MESSAGE_CHARS
    escaped = b'{"content": "%s"}' % (b'\\ud83d\\ude00' * MAX_MESSAGE_CHARS)

    answer = await api.post(
        f'/chat/sessions/{chat.id}/messages',
        content=escaped,
        headers={'Content-Type': 'application/json'},
    )

    assert answer.status_code == 200
    assert answer.json()['content'] == content


async def test_sending_too_fast_says_how_long_to_wait(
    api: httpx.AsyncClient, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent)

    answers = [
        await api.post(f'/chat/sessions/{chat.id}/messages', json={'content': f'{n}'})
        for n in range(21)
    ]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers['retry-after']) >= 1


async def test_unknown_path_is_a_problem_not_a_page(api: httpx.AsyncClient) -> None:
    accepts = ('application/json', 'text/html')  # a browser's address bar is told the same
    answers = [
        await api.get(path, headers={'Accept': accept})
        for path in UNKNOWN_PATHS
        for accept in accepts
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert {answer.headers['content-type'] for answer in answers} == {PROBLEM}


async def test_wrong_method_is_told_which_ones_work(api: httpx.AsyncClient) -> None:
    answers = [await api.request(method, path) for method, path, _ in WRONG_METHODS]

    assert {answer.status_code for answer in answers} == {405}
    assert {answer.headers['content-type'] for answer in answers} == {PROBLEM}
    assert [answer.headers['allow'] for answer in answers] == [
        allow for _, _, allow in WRONG_METHODS
    ]


async def test_signed_out_token_opens_nothing(api: httpx.AsyncClient, services: Services) -> None:
    await api.post('/auth/logout')

    assert (await api.get('/chat/sessions')).status_code == 401


async def _ask(api: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    body = BODIES.get(f'/{path.rsplit("/", 1)[-1]}')
    return await api.request(method, f'/chat/sessions{path}', json=body)
